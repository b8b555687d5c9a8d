"""The console of a page: runs, what they print and come to, interruption, completion, the log (decision 0067)."""

from __future__ import annotations

import pathlib
import threading
import time
from itertools import groupby
from typing import Any, Iterator

import kinetable
import pydeephaven as client
import pytest
from kinetable.server import Server, _host
from test_web_tables import Page


@pytest.fixture
def names() -> dict[str, Any]:
    """The variables that are served."""
    return {"__name__": "__main__", "kinetable": kinetable}


class Place:
    """A server that lets everybody in and has a console, and its pages."""

    def __init__(self, names: dict[str, Any]) -> None:
        """Nothing runs yet: the streams of a fixture are others than those of a test."""
        self._names = names
        self._opened: list[Any] = []
        self.port = 0

    def enter(self, **hello: Any) -> Page:
        """A page that is connected; the first one starts the server."""
        if not self._opened:
            server = Server(port=0, auth="anonymous", console=True, variables=self._names)
            server.start()
            self.port = server.port
            self._opened.append(server)
        page = Page(self._opened[0], **hello)
        self._opened.append(page)
        return page

    def close(self) -> None:
        """Ends it all."""
        for page in self._opened[1:]:
            page.close()
        for server in self._opened[:1]:
            server.stop()


@pytest.fixture
def place(names: dict[str, Any]) -> Iterator[Place]:
    """Where pages enter."""
    one = Place(names)
    yield one
    one.close()


def run(page: Page, id: int, code: str) -> tuple[str, dict[str, Any]]:
    """Runs code; what it printed, and its end."""
    page.say("exec", id=id, code=code)
    return ended(page, id)


def ended(page: Page, id: int) -> tuple[str, dict[str, Any]]:
    """What a run prints until its end, and that."""
    printed = ""
    while True:
        message = page.hear()
        assert message["type"] != "closed"
        if message.get("id") != id:
            continue
        if message["type"] == "out":
            printed += message["text"]
        elif message["type"] == "ran":
            return printed, message
        else:
            assert message["type"] == "running", message


def test_code_runs_and_tells_what_it_prints_and_assigns(place: Place, names: dict[str, Any]) -> None:
    page = place.enter()
    assert {"console", "log"} <= set(page.wait("welcome")["features"])
    code = "print('hello')\nb = kinetable.empty_table(5)\nx = 5\na, c = b, 1\nb = b.update('X = i')\nx + 1"
    printed, ran = run(page, 10, code)
    assert printed == "hello\n6\n"
    assert ran["error"] is None and ran["names"] == ["b", "a"] and ran["ms"] > 0
    assert names["x"] == 5
    assert run(page, 11, "x") == ("5\n", {**ran, "id": 11, "names": [], "ms": page.told[-1]["ms"]})
    printed, ran = run(page, 12, "import sys\nprint('ä' * 3, end='')\nprint('bad', file=sys.stderr)")
    # Output comes in pieces of any size; what holds is the order of the streams and what each one says.
    said = [message for message in page.told if message.get("id") == 12 and message["type"] == "out"]
    streams = [
        (stream, "".join(message["text"] for message in pieces))
        for stream, pieces in groupby(said, key=lambda message: message["stream"])
    ]
    assert streams == [("stdout", "äää"), ("stderr", "bad\n")]


def test_errors_name_the_line_of_the_users_code(place: Place) -> None:
    page = place.enter()
    assert run(page, 1, "def half(n):\n    return n / 0")[1]["error"] is None
    _, ran = run(page, 2, "x = 1\n\ny = half(x)")
    error = ran["error"]
    assert (error["kind"], error["message"], error["line"], error["code"]) == (
        "ZeroDivisionError",
        "division by zero",
        3,
        "y = half(x)",
    )
    assert error["trace"].startswith("Traceback") and "return n / 0" in error["trace"]
    assert "_host.py" not in error["trace"] and error["interrupted"] is False
    error = run(page, 3, "x = 1\ny = = 2")[1]["error"]
    assert (error["kind"], error["line"], error["code"]) == ("SyntaxError", 2, "y = = 2")
    error = run(page, 4, "kinetable.empty_table(1).update('X = Pirce')")[1]["error"]
    assert (error["kind"], error["line"]) == ("DHError", 1) and "Pirce" in error["message"]
    error = run(page, 5, "raise SystemExit(3)")[1]["error"]
    assert error["kind"] == "SystemExit" and error["message"] == "3"
    error = run(page, 6, "x = '\\0'\n'\0'")[1]["error"]
    assert error["kind"] in ("SyntaxError", "ValueError")


def test_what_runs_and_what_waits_is_interrupted(place: Place, names: dict[str, Any]) -> None:
    page = place.enter()
    page.say("exec", id=1, code="began = True\nwhile True:\n    pass")
    page.wait("running", id=1)
    page.say("exec", id=2, code="second = 1")
    page.say("exec", id=3, code="third = 1")
    page.say("interrupt", id=2)
    _, ran = ended(page, 2)
    assert ran["error"]["interrupted"] is True
    page.say("interrupt", id=3_000)
    page.say("interrupt", id=1)
    _, ran = ended(page, 1)
    assert ran["error"]["kind"] == "KeyboardInterrupt" and ran["error"]["interrupted"] is True
    assert ran["error"]["line"] in (2, 3)
    assert ended(page, 3)[1]["error"] is None
    assert names["third"] == 1 and "second" not in names


class TakenBack:
    """A run that was asked to stop after its turn had come, and before the host knew of it."""

    number = 1 << 40
    is_prompt = True
    is_taken_back = True

    def write(self, level: str, text: str) -> None:
        """It prints nothing."""
        raise AssertionError(text)


def test_a_run_that_was_taken_back_before_it_was_noted_runs_nothing(names: dict[str, Any]) -> None:
    run: Any = TakenBack()
    wrong, changed = _host.run(names, "x = 1\nprint(x)", run)
    assert wrong is not None and (wrong["kind"], wrong["interrupted"]) == ("KeyboardInterrupt", True)
    assert changed == [] and "x" not in names and run.number not in _host._running.values()


def test_runs_of_all_sessions_take_turns_and_output_goes_to_who_ran_it(place: Place, names: dict[str, Any]) -> None:
    page = place.enter()
    other = place.enter()
    go = names["go"] = threading.Event()
    page.say("exec", id=1, code="print('one')\nassert go.wait(60)\norder = ['page']")
    page.wait("running", id=1)
    calls = threading.Thread(target=lambda: session.run_script("order.append('grpc')"))
    with client.Session(host="127.0.0.1", port=place.port) as session:
        calls.start()
        other.say("exec", id=1, code="order.append('other')\nprint('two')")
        # What is completed was asked after the run: that waits now.
        other.say("complete", id=2, text="ki", line=0, character=2)
        other.wait("completions", id=2)
        assert not [message for message in other.told if message["type"] in ("running", "ran")]
        go.set()
        printed, ran = ended(other, 1)
        calls.join(120)
    assert not calls.is_alive() and (printed, ran["error"]) == ("two\n", None)
    assert ended(page, 1)[0] == "one\n"
    # Which of the two came first is theirs; both came after what ran when they were asked.
    assert names["order"][0] == "page" and sorted(names["order"][1:]) == ["grpc", "other"]


def test_a_busy_script_stalls_no_tables(place: Place, names: dict[str, Any]) -> None:
    page = place.enter()
    names["live"] = kinetable.time_table("PT0.02S").last_by()
    page.say("exec", id=1, code="while True:\n    pass")
    page.wait("running", id=1)
    other = place.enter()
    other.say("open", sub=1, table="live", first=0, n=1, cols=None, max_hz=20)
    for seq in range(1, 11):
        other.wait("snap", seq=seq)
    other.say("complete", id=2, text="kinetable.empty_t", line=0, character=17)
    assert other.wait("completions", id=2)["items"][0]["text"] == "empty_table"
    page.say("interrupt", id=1)
    ended(page, 1)


def test_of_much_that_is_printed_the_middle_is_left_out(place: Place) -> None:
    page = place.enter()
    printed, ran = run(page, 1, "for n in range(200_000):\n    print(f'line {n}')")
    assert printed.startswith("line 0\nline 1\n") and printed.endswith("line 199999\n")
    assert len([message for message in page.told if message["type"] == "out"]) < 4_000, "many lines are one message"
    printed, _ = run(page, 2, "print('x' * 5_000_000 + 'end')")
    assert len(printed) < 1 << 21 and printed.endswith("end\n") and "bytes are left out here" in printed


def test_runs_survive_a_lost_connection(place: Place, names: dict[str, Any]) -> None:
    page = place.enter()
    resume = page.wait("welcome")["resume"]
    go = names["go"] = threading.Event()
    page.say("exec", id=1, code="print('before')\ngo.wait()\nprint('after')")
    before = ""
    while not before.endswith("\n"):
        message = page.hear()
        before += message["text"] if message["type"] == "out" else ""
    page.close()
    again = place.enter(resume=resume)
    assert again.wait("welcome")["resumed"] is True
    # A page that lacks an end asks again: the code runs once.
    again.say("exec", id=1, code="raise AssertionError")
    go.set()
    printed, ran = ended(again, 1)
    assert printed == "after\n" and ran["error"] is None
    again.say("exec", id=1, code="raise AssertionError")
    assert ended(again, 1)[1]["error"] is None


def test_completion_counts_units_of_editors(place: Place) -> None:
    page = place.enter()
    run(page, 1, "t = kinetable.empty_table(1).update('Price = 1.5')")
    page.say("complete", id=2, text="# \U0001f600\nt.upd", line=1, character=5)
    items = page.wait("completions", id=2)["items"]
    assert items[0]["start"] == 2 and {"update", "update_view", "update_by"} <= {item["text"] for item in items}
    page.say("complete", id=3, text="t.where('\U0001f600' + \"Pr", line=0, character=18)
    assert [item["text"] for item in page.wait("completions", id=3)["items"]] == ["Price"]
    page.say("complete", id=4, text="t", line=7, character=1)
    assert page.wait("completions", id=4)["items"] == []


def test_the_log_has_what_is_kept_then_what_comes(place: Place) -> None:
    page = place.enter()
    before = time.time_ns()
    run(page, 1, "print('early')")
    after = time.time_ns()
    page.say("log", on=True)
    lines = page.wait("log")["lines"]
    early = [int(line["at"]) for line in lines if (line["level"], line["text"]) == ("STDOUT", "early")]
    assert len(early) == 1 and before <= early[0] <= after

    def logged(last: str) -> tuple[int, list[str]]:
        skipped, texts = 0, []
        while last not in texts:
            message = page.wait("log")
            skipped += message.get("skipped", 0)
            texts += [line["text"] for line in message["lines"]]
        return skipped, texts

    page.say("exec", id=2, code="print('late')")
    assert "early" not in logged("late")[1], "what is kept is told once"
    page.say("exec", id=3, code="for n in range(50_000): print(n)")
    skipped, texts = logged("49999")
    # Whatever else the process says is among them.
    told = [int(text) for text in texts if text.isdigit()]
    assert told == sorted(set(told)) and skipped + len(told) >= 50_000
    page.say("log", on=False)
    run(page, 4, "print('nobody')")
    run(page, 5, "")
    page.say("log", on=True)
    assert "nobody" in [line["text"] for line in page.wait("log")["lines"]], "it is kept"
    logs = [message["lines"] for message in page.told[:-1] if message["type"] == "log"]
    assert not [line for lines in logs for line in lines if line["text"] == "nobody"]


def test_who_has_no_console_runs_nothing(names: dict[str, Any]) -> None:
    with Server(port=0, auth="anonymous", variables=names) as server:
        page = Page(server)
        welcome = page.wait("welcome")
        assert welcome["console"] is False and not {"console", "log"} & set(welcome["features"])
        page.say("exec", id=1, code="x = 1")
        assert page.wait("error", id=1)["code"] == "forbidden"
        page.say("complete", id=2, text="x", line=0, character=1)
        assert page.wait("error", id=2)["code"] == "forbidden"
        page.say("log", on=True)
        assert page.wait("error")["code"] == "forbidden"
        page.close()
    assert "x" not in names


def test_code_of_a_file_says_where(place: Place, tmp_path: pathlib.Path) -> None:
    page = place.enter()
    (tmp_path / "helper.py").write_text("def fails():\n    raise ValueError('no')\n")
    _, ran = run(page, 1, f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\nimport helper\nhelper.fails()")
    assert ran["error"]["line"] == 4 and "helper.py" in ran["error"]["trace"]
