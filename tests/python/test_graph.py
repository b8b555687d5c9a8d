"""The update graph's lock, execution contexts, liveness scopes, executors, errors as values."""

from __future__ import annotations

import gc
import threading
import time

import pytest
from conftest import wait_until
from kinetable import (
    DHError,
    agg,
    dtypes,
    empty_table,
    garbage_collect,
    input_table,
    new_table,
    query_library,
    time_table,
)
from kinetable import update_graph as ug
from kinetable.column import int_col
from kinetable.execution_context import get_exec_ctx, make_user_exec_ctx
from kinetable.liveness_scope import LivenessScope, is_liveness_referent, liveness_scope
from kinetable.server import executors


def test_the_exclusive_lock_stops_the_world():
    ticking = time_table("PT0.005S")
    counted = ticking.count_by("N")
    wait_until(lambda: ticking.size > 3)
    with ug.exclusive_lock(ticking):
        assert ug.has_exclusive_lock(ticking) and not ug.has_shared_lock(ticking)
        before = ticking.size
        with ug.exclusive_lock(ticking.update_graph):
            made = ticking.update("N = ii").where("N % 2 == 0")
        time.sleep(0.1)
        assert ticking.size == before and next(counted.iter_dict())["N"] == before
        assert made.size == (before + 1) // 2
    assert not ug.has_exclusive_lock(ticking)
    wait_until(lambda: ticking.size > before and made.size > (before + 1) // 2)


def test_shared_holders_are_together_and_stop_the_world():
    ticking = time_table("PT0.05S")
    wait_until(lambda: ticking.size > 0)
    inside, guard = set(), threading.Lock()
    together, leave = threading.Event(), threading.Event()
    sizes = []

    def hold():
        # A cycle that waits goes before a holder who asks after it: then both let it pass, and try again.
        while not together.is_set():
            with ug.shared_lock(ticking):
                with guard:
                    inside.add(threading.get_ident())
                    if len(inside) == 2:
                        together.set()
                together.wait(0.1)
                with guard:
                    if not together.is_set():
                        inside.discard(threading.get_ident())
                        continue
                sizes.append(ticking.size)
                leave.wait(60)
                sizes.append(ticking.size)

    holders = [threading.Thread(target=hold) for _ in range(2)]
    for holder in holders:
        holder.start()
    assert together.wait(120)
    wait_until(lambda: len(sizes) == 2)
    time.sleep(0.2)
    leave.set()
    for holder in holders:
        holder.join(60)
    assert len(set(sizes)) == 1
    with ug.shared_lock(ticking):
        assert ug.has_shared_lock(ticking)
        with pytest.raises(DHError, match="cannot become the exclusive"):
            with ug.exclusive_lock(ticking):
                pass


def test_an_exclusive_holder_keeps_other_threads_out():
    ticking = time_table("PT0.01S")
    order = []

    def other():
        with ug.exclusive_lock(ticking):
            order.append("other")

    with ug.exclusive_lock(ticking):
        thread = threading.Thread(target=other)
        thread.start()
        time.sleep(0.05)
        order.append("first")
    thread.join(60)
    assert order == ["first", "other"]


def test_who_holds_a_lock_can_wait_for_a_tick():
    ticking = time_table("PT0.02S")
    for lock in (ug.exclusive_lock, ug.shared_lock):
        with lock(ticking):
            before = ticking.size
            assert ticking.await_update(60_000)
            after = ticking.size
            assert after > before
            time.sleep(0.05)
            assert ticking.size == after
    assert not ug.has_exclusive_lock(ticking) and not ug.has_shared_lock(ticking)


def test_what_has_no_graph_cannot_be_locked():
    for lock in (ug.exclusive_lock, ug.shared_lock):
        with pytest.raises(DHError, match="a str has no update graph"):
            with lock("table"):
                pass


def test_locks_as_decorators():
    graph = empty_table(1).update_graph
    assert graph == get_exec_ctx().update_graph and graph.step >= 0

    @ug.exclusive_locked(graph)
    def alone():
        return ug.has_exclusive_lock(graph)

    @ug.shared_locked(graph)
    def shared():
        return ug.has_shared_lock(graph)

    @ug.auto_locking_op
    def operation(table):
        return ug.has_shared_lock(table)

    assert alone() and shared()
    assert operation(time_table("PT1S")) and not operation(empty_table(1))
    ug.auto_locking = False
    try:
        assert not operation(time_table("PT1S"))
    finally:
        ug.auto_locking = True
    with ug.auto_locking_ctx(time_table("PT1S")):
        assert ug.has_shared_lock(graph)


def test_a_lock_is_let_go_of_when_the_block_raises():
    with pytest.raises(ValueError):
        with ug.exclusive_lock(None):
            raise ValueError
    assert not ug.has_exclusive_lock(None)


def test_contexts_freeze_variables():
    factor = 2
    context = make_user_exec_ctx(["factor"])
    factor = 100
    with context:
        assert get_exec_ctx() is context
        frozen = empty_table(1).update("X = factor")
        with make_user_exec_ctx():
            assert next(empty_table(1).update("X = factor").iter_dict()) == {"X": factor}
    assert next(frozen.iter_dict()) == {"X": 2}
    assert next(empty_table(1).update("X = factor").iter_dict()) == {"X": 100}
    with pytest.raises(DHError, match="nothing_of_the_kind"):
        make_user_exec_ctx("nothing_of_the_kind")
    results = []

    @context
    def on_a_thread():
        results.append(next(empty_table(1).update("X = factor").iter_dict())["X"])

    thread = threading.Thread(target=on_a_thread)
    thread.start()
    thread.join(60)
    assert results == [2]


def test_a_scope_releases_what_was_made_in_it():
    closed = threading.Event()
    from kinetable.stream.table_publisher import table_publisher

    with liveness_scope() as scope:
        blink, publisher = table_publisher("p", {"X": dtypes.int32}, on_shutdown_callback=closed.set)
        counted = blink.count_by("N")
        kept = empty_table(3).update("X = i").where("X > 0")
        scope.preserve(kept)
        assert publisher.is_alive
    assert kept.size == 2 and closed.wait(60) and not publisher.is_alive
    for released in (blink, counted):
        with pytest.raises(DHError, match="released by its liveness scope"):
            assert released.size
        with pytest.raises(DHError, match="released"):
            released.update("Y = 1")


def test_what_a_preserved_table_is_made_from_stays():
    with liveness_scope() as scope:
        source = input_table({"X": dtypes.int32})
        writing = source._writing
        doubled = source.update("Y = X * 2")
        scope.preserve(doubled)
    with pytest.raises(DHError, match="released"):
        assert source.size
    with pytest.raises(DHError, match="released"):
        source.add(new_table([int_col("X", [4])]))
    writing.add(new_table([int_col("X", [4])])._native)
    wait_until(lambda: doubled.size == 1)
    assert next(doubled.iter_dict())["Y"] == 8


def test_scopes_nest_and_hand_over():
    with liveness_scope() as outer:
        with liveness_scope() as inner:
            table = empty_table(1)
            gone = empty_table(2)
            inner.preserve(table)
        assert table.size == 1
        outer.preserve(table)
        with pytest.raises(DHError):
            assert gone.size
    assert table.size == 1

    scope = LivenessScope()
    with scope.open():
        managed, free = empty_table(1), empty_table(2)
    assert managed.size == 1
    scope.unmanage(free)
    with pytest.raises(DHError, match="not managed"):
        scope.unmanage(free)
    scope.release()
    assert free.size == 2
    with pytest.raises(DHError, match="released"):
        assert managed.size
    with pytest.raises(DHError, match="manages tables"):
        scope.manage(1)
    assert is_liveness_referent(free) and not is_liveness_referent(1)


def test_scopes_decorate_functions():
    made = []

    @liveness_scope
    def bare():
        made.append(empty_table(2))
        return made[-1].size

    @liveness_scope()
    def called():
        made.append(empty_table(3))
        return made[-1].size

    assert [bare(), called(), bare()] == [2, 3, 2]
    for table in made:
        with pytest.raises(DHError, match="released"):
            assert table.size


def test_executors_run_tasks():
    assert executors.executor_names() == ["serial", "concurrent"] and executors.has_executor("serial")
    assert not executors.has_executor("other")
    done, order = threading.Event(), []
    for number in range(20):
        executors.submit_task("serial", lambda number=number: order.append(number))
    executors.submit_task("serial", done.set)
    assert done.wait(60) and order == list(range(20))
    both = threading.Barrier(2)
    ended = [threading.Event(), threading.Event()]
    for event in ended:
        executors.submit_task("concurrent", lambda event=event: (both.wait(60), event.set()))
    assert all(event.wait(60) for event in ended)
    with pytest.raises(KeyError):
        executors.submit_task("other", done.set)


def test_garbage_and_imports():
    class Ring:
        pass

    from kinetable.stream.table_publisher import table_publisher

    gc.disable()
    try:
        ring = Ring()
        ring.table, publisher = table_publisher("p", {"X": dtypes.int32})
        ring.self = ring
        del ring
        assert publisher.is_alive
        garbage_collect()
        # A cycle under way may hold the table a little longer.
        wait_until(lambda: not publisher.is_alive)
    finally:
        gc.enable()
    assert query_library.imports() == []


def test_failing_cells_are_rows_of_errors():
    def fragile(x: int) -> float:
        return 1 / (x - 5)

    source = input_table({"X": dtypes.long})
    made = source.update(["Y = X + 1", "F = fragile(Y)"])
    errors = made.errors
    below = errors.where("Column == `F`").count_by("N")
    assert errors.is_refreshing and errors.size == 0
    source.add(new_table({"X": [1, 4, 5, 4]}))
    wait_until(lambda: errors.size == 2)
    assert made.size == 4 and not made.is_failed
    assert [row["F"] for row in made.iter_dict("F")] == [-1 / 3, None, 1.0, None]
    first, second = errors.snapshot().iter_dict()
    assert (first["Column"], first["Formula"], first["Row"], second["Row"]) == ("F", "F = fragile(Y)", 1, 3)
    assert "ZeroDivisionError" in first["Message"]
    wait_until(lambda: next(below.snapshot().iter_dict())["N"] == 2)
    assert made.sum_by().errors.size == 2
    assert made._native.error_count() == 2


def test_errors_of_filters_views_and_counts():
    def fragile(x: int) -> bool:
        return 1 / (x - 5) > 0

    source = input_table({"X": dtypes.long})
    chosen = source.where("fragile(X)")
    viewed = source.update_view("B = fragile(X)")
    counted = source.agg_by([agg.count_where("N", "fragile(X)")])
    source.add(new_table({"X": [5, 6, 7]}))
    assert [row["X"] for row in chosen.snapshot().iter_dict()] == [6, 7]
    assert [row["B"] for row in viewed.iter_dict("B")] == [None, True, True]
    assert next(counted.snapshot().iter_dict())["N"] == 2
    assert [row["B"] for row in viewed.iter_dict("B")] == [None, True, True]
    for table, column in ((chosen, None), (viewed, "B"), (counted, None)):
        error = next(table.errors.snapshot().iter_dict())
        assert error["Column"] == column and "ZeroDivisionError" in error["Message"]
    assert viewed.errors.size == 1, "a cell that is read twice fails once"
    with pytest.raises(DHError, match="division"):
        source.update("B = fragile(X)")


def test_errors_are_bounded():
    source = input_table({"X": dtypes.long})

    def broken(x: int) -> int:
        raise ValueError(x)

    made = source.update("Y = broken(X)")
    source.add(empty_table(2_500).update("X = ii"))
    assert made.size == 2_500 and made._native.error_count() == 2_500
    assert made.errors.size == 1_000
    assert next(made.errors.snapshot().view("Row").iter_dict())["Row"] == 1_500
