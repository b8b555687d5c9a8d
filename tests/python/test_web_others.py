"""What a page does leaves others alone, and what was given up or has changed does not come back (decisions 0064, 0067)."""

from __future__ import annotations

import threading
from typing import Any, Iterator

import kinetable
import numpy
import pytest
from kinetable.server import Server
from test_web_tables import Page


@pytest.fixture
def names() -> dict[str, Any]:
    """The variables that are served."""
    return {"kinetable": kinetable}


@pytest.fixture
def server(names: dict[str, Any]) -> Iterator[Server]:
    """A server that lets everybody in, and has a console."""
    with Server(port=0, auth="anonymous", console=True, variables=names) as running:
        yield running


class Slow:
    """A table whose cells wait for a word."""

    def __init__(self) -> None:
        """Closed."""
        self.may_go = threading.Event()
        self.asked = 0

    def table(self) -> kinetable.Table:
        """Three rows, made without being read."""

        def held(x: numpy.int64) -> numpy.int64:
            self.asked += 1
            assert self.may_go.wait(600)
            return x

        return kinetable.empty_table(3).update_view("X = held(ii)")


@pytest.fixture
def slow() -> Iterator[Slow]:
    """One that is let go in the end, so that the server can stop."""
    one = Slow()
    yield one
    one.may_go.set()


def opened(page: Page, sub: int, table: str, **members: Any) -> list[list[Any]]:
    """What a new subscription shows first."""
    page.say("open", sub=sub, table=table, first=0, n=50, cols=None, **members)
    page.wait("snap", sub=sub)
    return page.pages[sub]


def test_questions_of_one_page_do_not_hold_up_another(server: Server, names: dict[str, Any], slow: Slow) -> None:
    names["slow"], names["few"] = slow.table(), kinetable.empty_table(3).update("X = i")
    greedy, other = Page(server), Page(server)
    opened(greedy, 1, "few")
    greedy.say("open", sub=2, table="slow", ops=[{"where": "X >= 0"}], first=0, n=1, cols=[])
    for id in range(2000):
        greedy.say("find", id=id, sub=1, where="X >= 0")
        greedy.say("cancel", id=id)
        greedy.say("open", sub=3 + id, table="slow", ops=[{"where": f"X >= {id}"}], first=0, n=1, cols=[])
        greedy.say("close", sub=3 + id)
    told = greedy.wait("error", code="limit")
    assert "waits already" in told["message"]
    assert opened(other, 1, "few") == [[0], [1], [2]]
    assert slow.asked < 20
    slow.may_go.set()
    # It has its turn again once that is over.
    while True:
        greedy.say("find", id=5000, sub=1, where="X == 2")
        answer = next(m for m in iter(greedy.hear, None) if m.get("id") == 5000)
        if answer["type"] == "found":
            assert answer["row"] == 2
            break
    greedy.close()
    other.close()


def test_a_number_that_comes_again_shows_the_new_table(server: Server, names: dict[str, Any], slow: Slow) -> None:
    names["slow"], names["few"] = slow.table(), kinetable.empty_table(2).update("Y = i")
    page = Page(server)
    page.say("open", sub=1, table="slow", ops=[{"where": "X >= 0"}], first=0, n=5, cols=None)
    page.say("close", sub=1)
    assert opened(page, 1, "few") == [[0], [1]]
    slow.may_go.set()
    # What was asked for first has come once this has: a page's work is taken in turn.
    opened(page, 2, "slow", ops=[{"where": "X >= 0"}])
    page.vps[1] = 1
    page.say("viewport", sub=1, vp=1, first=0, n=1, cols=None)
    page.wait("snap", sub=1, vp=1)
    assert page.pages[1] == [[0]] and page.columns[1] == ["Y"]
    assert [told["sub"] for told in page.told if told["type"] == "schema"] == [1, 2]
    page.close()


def test_an_operation_means_what_its_names_mean_now(server: Server, names: dict[str, Any]) -> None:
    def half(x: numpy.int64) -> numpy.int64:
        return x // 2

    def third(x: numpy.int64) -> numpy.int64:
        return x // 3

    names.update(t=kinetable.empty_table(20).update("X = ii"), limit=5, part=half, kept=[1, 2])
    page = Page(server)
    few, parts, some = [{"where": "X < limit"}], [{"custom": ["P = part(X)"]}], [{"where": "X in kept"}]
    assert len(opened(page, 1, "t", ops=few)) == 5
    assert opened(page, 2, "t", ops=parts)[6] == [6, 3]
    assert len(opened(page, 3, "t", ops=some)) == 2
    names.update(limit=10, part=third)
    names["kept"].append(3)
    assert len(opened(page, 4, "t", ops=few)) == 10
    assert opened(page, 5, "t", ops=[*parts, {"where": "P == 2"}]) == [[6, 2], [7, 2], [8, 2]]
    assert len(opened(page, 6, "t", ops=some)) == 3
    page.close()


def test_a_rate_is_one_that_can_be_kept(server: Server, names: dict[str, Any]) -> None:
    names["t"] = kinetable.empty_table(1).update("X = i")
    page = Page(server)
    assert opened(page, 1, "t", max_hz=1e-300) == [[0]]
    page.say("rate", sub=1, max_hz=1e-19)
    assert opened(page, 2, "t", max_hz=1e300) == [[0]]
    page.close()


def test_readings_are_no_more_than_asked_for(server: Server, names: dict[str, Any]) -> None:
    read: list[int] = []

    def seen(x: numpy.int64) -> numpy.int64:
        read.append(x)
        return x

    clock = kinetable.time_table("PT0.01s")
    names["t"] = kinetable.merge([kinetable.empty_table(1).view("X = 0L"), clock.view("X = ii")]).update_view(
        "Y = seen(X)"
    )
    page = Page(server)
    page.say("open", sub=1, table="t", first=0, n=1, cols=["Y"], max_hz=0.001)
    page.wait("snap", sub=1)
    page.wait("status")
    before, size = len(read), clock.size
    # A row beyond the window is added a hundred times a second; the window stays as it is.
    while clock.size < size + 100:
        page.wait("status")
    assert len(read) <= before + 2
    page.close()


def test_cells_that_are_too_long_together_are_refused(server: Server, names: dict[str, Any]) -> None:
    long = "x" * 1000
    names["t"] = kinetable.empty_table(100_000).update_view("S = long")
    page = Page(server)
    assert opened(page, 1, "t")[0] == [long]
    page.say("fetch", id=1, sub=1, first=0, n=100_000, cols=["S"])
    error = page.wait("error", id=1)
    assert (error["code"], error["hint"]) == ("limit", "ask for fewer rows or columns at a time")
    assert error["message"].endswith("the cells that are asked for have more than 64 MB")
    page.say("fetch", id=2, sub=1, first=10, n=10_000, cols=["S"])
    assert page.wait("page", id=2)["batch"].num_rows == 10_000
    page.close()
