"""The console of a server: its log, interruption and completion, and tables that go on meanwhile."""

from __future__ import annotations

import threading
from typing import Any, Iterator

import kinetable
import pydeephaven as client
import pytest
from conftest import wait_until
from deephaven_core.proto import console_pb2, console_pb2_grpc, ticket_pb2
from kinetable.server import Server


@pytest.fixture
def names() -> dict[str, Any]:
    """The variables that are served."""
    return {
        "__name__": "__main__",
        "trades": kinetable.empty_table(1).update(["Price = 1.5", "Pieces = 2", "Name = `a`"]),
    }


@pytest.fixture
def server(names: dict[str, Any]) -> Iterator[Server]:
    """A server that lets everybody in and has a console."""
    with Server(port=0, auth="anonymous", console=True, variables=names) as running:
        yield running


class Console:
    """A console, by the messages of its service."""

    def __init__(self, port: int) -> None:
        """Starts it."""
        self.session = client.Session(host="127.0.0.1", port=port)
        self._stub = console_pb2_grpc.ConsoleServiceStub(self.session.grpc_channel)
        self._ticket = ticket_pb2.Ticket(ticket=b"e\x63\0\0\0")
        self.call("StartConsole", console_pb2.StartConsoleRequest(result_id=self._ticket, session_type="python"))

    def call(self, name: str, message: Any) -> Any:
        """Calls an rpc."""
        return getattr(self._stub, name)(message, metadata=self.session.grpc_metadata, timeout=600)

    def run(self, code: str) -> str:
        """Runs code; gives the error."""
        request = console_pb2.ExecuteCommandRequest(console_id=self._ticket, code=code)
        return str(self.call("ExecuteCommand", request).error_message)

    def complete(self, text: str, line: int, character: int) -> list[str]:
        """What may be typed there."""
        document = console_pb2.TextDocumentItem(uri="a", text=text)
        asked = console_pb2.GetCompletionItemsRequest(
            text_document=console_pb2.VersionedTextDocumentIdentifier(uri="a"),
            position=console_pb2.Position(line=line, character=character),
        )
        requests = [
            console_pb2.AutoCompleteRequest(open_document=console_pb2.OpenDocumentRequest(text_document=document)),
            console_pb2.AutoCompleteRequest(get_completion_items=asked, request_id=7),
        ]
        [answer] = list(self.call("AutoCompleteStream", iter(requests)))
        assert (answer.request_id, answer.success) == (7, True)
        return [item.label for item in answer.completion_items.items]


@pytest.fixture
def console(server: Server) -> Iterator[Console]:
    """A console."""
    running = Console(server.port)
    yield running
    running.session.close()


def test_what_is_printed_is_in_the_log(names: dict[str, Any]) -> None:
    # Started here: the streams of a fixture are others than those of a test.
    with Server(port=0, auth="anonymous", console=True, variables=names) as server:
        console = Console(server.port)
        assert console.run("print('before')") == ""
        lines = console.call("SubscribeToLogs", console_pb2.LogSubscriptionRequest())
        code = "import sys\nprint('one\\ntwo')\nprint('three', file=sys.stderr)"
        later = threading.Timer(0.2, console.run, [code])
        later.start()
        found = []
        for line in lines:
            # Whatever else the process says is among them.
            if line.message in ("before", "one", "two", "three"):
                found.append((line.log_level, line.message))
            if line.message == "three":
                break
        lines.cancel()
        later.join()
        console.session.close()
    assert found == [("STDOUT", "before"), ("STDOUT", "one"), ("STDOUT", "two"), ("STDERR", "three")]


def test_a_command_is_interrupted_and_tables_go_on_meanwhile(console: Console, names: dict[str, Any]) -> None:
    names["live"] = kinetable.time_table("PT0.01S")
    errors: list[str] = []
    running = threading.Thread(target=lambda: errors.append(console.run("began = True\nwhile True:\n    pass")))
    running.start()
    wait_until(lambda: "began" in names)
    before = names["live"].size
    with client.Session(host="127.0.0.1", port=console.session._port) as other:
        table = other.open_table("live")
        wait_until(lambda: len(table.to_arrow()) >= before + 5)
    console.call("CancelCommand", console_pb2.CancelCommandRequest())
    running.join(60)
    assert not running.is_alive()
    assert "KeyboardInterrupt" in errors[0]
    assert console.run("after = 1") == "" and names["after"] == 1


def test_what_others_run_is_not_interrupted(console: Console, names: dict[str, Any]) -> None:
    names["go"], names["began"] = threading.Event(), threading.Event()
    errors: list[str] = []
    code = "began.set()\nwhile not go.wait(0.01):\n    pass"
    running = threading.Thread(target=lambda: errors.append(console.run(code)))
    running.start()
    assert names["began"].wait(60)
    other = Console(console.session._port)
    other.call("CancelCommand", console_pb2.CancelCommandRequest())
    other.session.close()
    names["go"].set()
    running.join(60)
    assert errors == [""]


def test_completion(console: Console) -> None:
    assert console.complete("tra", 0, 3) == ["trades"]
    assert "where" in console.complete("x = 1\ntrades.whe", 1, 10)
    assert console.complete('trades.where("P', 0, 15) == ["Price", "Pieces"]
    assert console.complete('trades.update(["X = Pri', 0, 23) == ["Price"]
    assert console.complete("nothing.at", 0, 10) == []
    assert console.complete("x", 5, 0) == []
    assert console.complete("# \U0001f600\ntra", 1, 3) == ["trades"]


def test_what_a_command_changed_is_told(console: Console) -> None:
    request = console_pb2.ExecuteCommandRequest(
        console_id=console._ticket, code="from kinetable import empty_table\nnew = empty_table(1)\ndel trades\nx = 1"
    )
    answer = console.call("ExecuteCommand", request)
    assert [field.field_name for field in answer.changes.created] == ["new"]
    assert [field.field_name for field in answer.changes.removed] == ["trades"]
    assert 0 < answer.start_timestamp <= answer.end_timestamp
