"""What a page asks once: find, tables as files, rows of input tables, files of the server (decision 0067)."""

from __future__ import annotations

import http.client
import io
import pathlib
import threading
import time
import urllib.error
import urllib.request
from typing import Any, Iterator

import kinetable
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pydeephaven as client
import pytest
from deephaven_core.proto import storage_pb2, storage_pb2_grpc
from kinetable import dtypes as dht
from kinetable.server import Server
from test_web_tables import Page


@pytest.fixture
def names() -> dict[str, Any]:
    """The variables that are served."""
    return {
        "__name__": "__main__",
        "t": kinetable.empty_table(100).update(["X = i", "S = `a` + (i % 3)", "Y = X / 4.0"]),
    }


@pytest.fixture
def server(names: dict[str, Any], tmp_path: pathlib.Path) -> Iterator[Server]:
    """A server that lets everybody in, has a console and keeps files."""
    with Server(port=0, auth="anonymous", console=True, files=tmp_path / "kept", variables=names) as running:
        yield running


@pytest.fixture
def page(server: Server) -> Iterator[Page]:
    """A page that looks at a table, sorted downwards and filtered."""
    one = Page(server)
    welcome = one.wait("welcome")
    assert {"find", "export", "edit", "files"} <= set(welcome["features"]) and welcome["limits"]["rows"] == 32_768
    ops = [{"where": "X < 90"}, {"sort": [["X", "desc"]]}, {"custom": ["Z = X * 2"]}]
    one.say("open", sub=1, table="t", ops=ops, first=0, n=1, cols=None)
    one.wait("snap", sub=1)
    yield one
    one.close()


def test_find_goes_on_and_round(page: Page) -> None:
    def found(condition: str, start: int, back: bool = False) -> tuple[Any, int]:
        page.say("find", id=5, sub=1, where=condition, **{"from": start, "back": back})
        message = page.wait("found", id=5)
        return message["row"], message["count"]

    assert found("X == 80", 0) == (9, 1)
    assert found("Z % 20 = 0", 0) == (9, 9)
    assert found("Z % 20 = 0", 10) == (19, 9)
    assert found("Z % 20 = 0", 90) == (9, 9)
    assert found("Z % 20 = 0", 18, True) == (9, 9)
    assert found("Z % 20 = 0", 3, True) == (89, 9)
    assert found("X > 1000", 5) == (None, 0)
    page.say("find", id=6, sub=1, where="X > Pirce", **{"from": 0, "back": False})
    error = page.wait("error", id=6)
    assert (error["code"], error["from"], error["to"]) == ("invalid", 4, 9)
    page.say("find", id=7, sub=9, where="X > 1", **{"from": 0})
    assert page.wait("error", id=7)["code"] == "invalid"


def export(page: Page, id: int, format: str, **more: Any) -> dict[str, Any]:
    """Asks for a file."""
    page.say("export", id=id, sub=1, format=format, cols=None, **more)
    return page.wait("exported", id=id)


def fetch(server: Server, url: str) -> tuple[Any, bytes]:
    """Fetches it: headers and content."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{url}", timeout=60) as answer:
        return answer.headers, answer.read()


@pytest.mark.parametrize("format", ["csv", "parquet", "arrow"])
def test_a_table_is_fetched_as_a_file_once(server: Server, page: Page, format: str) -> None:
    told = export(page, 6, format)
    assert told["name"] == f"t.{format}" and told["rows"] == 90
    headers, data = fetch(server, told["url"])
    assert headers["content-disposition"].startswith(f'attachment; filename="t.{format}"')
    assert headers["cache-control"] == "no-store" and headers["x-content-type-options"] == "nosniff"
    read = {
        "csv": lambda: pyarrow.csv.read_csv(io.BytesIO(data)),
        "parquet": lambda: pyarrow.parquet.read_table(io.BytesIO(data)),
        "arrow": lambda: pa.ipc.open_file(data).read_all(),
    }[format]()
    assert read.column_names == ["X", "S", "Y", "Z"] and read.num_rows == 90
    assert read["Z"].to_pylist() == [2 * x for x in range(89, -1, -1)]
    assert page.wait("progress", id=6, done=90)["total"] == 90
    with pytest.raises(urllib.error.HTTPError) as again:
        fetch(server, told["url"])
    assert again.value.code == 404


def test_a_file_is_of_the_moment_and_of_columns(server: Server, page: Page, names: dict[str, Any]) -> None:
    page.say("export", id=1, sub=1, format="csv", cols=["S", "X"])
    told = page.wait("exported", id=1)
    names["t"] = kinetable.empty_table(1)
    assert fetch(server, told["url"])[1].startswith(b"S,X\na2,89\n")
    for cols in ([], ["Pirce"]):
        page.say("export", id=2, sub=1, format="csv", cols=cols)
        assert page.wait("error", id=2)["code"] == "invalid"
    page.say("export", id=3, sub=1, format="xml", cols=None)
    assert page.wait("error")["code"] == "invalid"


def test_a_file_is_given_up(server: Server, names: dict[str, Any]) -> None:
    names["big"] = kinetable.empty_table(30_000_000).update_view(["A = ii", "B = `some longer text ` + ii"])
    page = Page(server)
    page.say("open", sub=1, table="big", first=0, n=1, cols=None)
    page.wait("snap", sub=1)
    told = export(page, 1, "csv")
    page.say("cancel", id=1)
    page.say("find", id=2, sub=1, where="A < 1")
    page.wait("found", id=2)
    with pytest.raises(urllib.error.HTTPError):
        fetch(server, told["url"])
    told = export(page, 3, "csv")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", told["url"])
    answer = connection.getresponse()
    assert len(answer.read(50_000_000)) == 50_000_000
    # Who does not read on is waited for: the file is not made ahead of him.
    done = [-1, page.wait("progress", id=3)["done"]]
    while done[-1] != done[-2]:
        done.append(page.wait("progress", id=3, total=30_000_000)["done"])
    assert done[-1] < 10_000_000
    page.say("cancel", id=3)
    page.say("find", id=4, sub=1, where="A < 1")
    page.wait("found", id=4)
    more = 0
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        while piece := answer.read(1 << 20):
            more += len(piece)
    assert more < 300_000_000, "the whole has more than three times as many bytes"
    connection.close()
    page.close()


def test_who_fetches_nothing_takes_nobody_elses_files(server: Server, page: Page) -> None:
    other = Page(server)
    other.say("open", sub=1, table="t", first=0, n=1, cols=None)
    other.wait("snap", sub=1)
    offered = [export(page, id, "csv") for id in range(1, 5)]
    page.say("export", id=5, sub=1, format="csv", cols=None)
    error = page.wait("error", id=5)
    assert error["code"] == "limit" and "cancel one" in error["hint"]
    assert fetch(server, export(other, 1, "csv")["url"])[1].startswith(b"X,S,Y")
    page.say("cancel", id=2)
    again = export(page, 6, "csv")
    with pytest.raises(urllib.error.HTTPError):
        fetch(server, offered[1]["url"])
    for told in (offered[0], again):
        assert fetch(server, told["url"])[1].startswith(b"X,S,Y")
    other.close()


def test_a_file_that_is_given_up_before_it_is_offered_is_not_kept(server: Server) -> None:
    page = Page(server)
    page.say("open", sub=1, table="t", first=0, n=1, cols=None)
    page.wait("snap", sub=1)
    for id in range(1, 33):
        page.say("export", id=id, sub=1, format="parquet", cols=None)
        page.say("cancel", id=id)
    # An address holds for a minute: if those that were given up were kept, nothing would be offered for as long.
    until = time.monotonic() + 50
    answer: dict[str, Any] = {"type": "error"}
    while answer["type"] == "error":
        assert time.monotonic() < until
        page.say("export", id=100, sub=1, format="csv", cols=None)
        while (answer := page.hear()).get("id") != 100:
            pass
    assert fetch(server, answer["url"])[1].startswith(b"X,S,Y")
    page.close()


def test_every_route_asks_for_what_it_says(names: dict[str, Any]) -> None:
    with Server(port=0, auth="psk=secret", variables=names) as server:
        page = Page(server, token="secret")
        page.say("open", sub=1, table="t", first=0, n=1, cols=None)
        page.wait("snap", sub=1)
        told = export(page, 1, "csv")
        # The address is the secret; whoever has none gets nothing, whatever else he has.
        routes = {"/health": (200, 200), "/metrics": (401, 200), "/rt/export/": (404, 404), "/rt/export/x": (404, 404)}
        for wrong in (
            told["url"][:-1],
            told["url"] + "x",
            told["url"].replace("export", "exports"),
            told["url"].lower(),
        ):
            routes[wrong] = (404, 404)
        for route, codes in routes.items():
            for authorization, code in zip(
                ("Bearer nonsense", "io.deephaven.authentication.psk.PskAuthenticationHandler secret"), codes
            ):
                request = urllib.request.Request(
                    f"http://127.0.0.1:{server.port}{route}", headers={"Authorization": authorization}
                )
                try:
                    with urllib.request.urlopen(request, timeout=60) as answer:
                        assert answer.status == code, route
                except urllib.error.HTTPError as error:
                    assert error.code == code, route
        for method in ("HEAD", "POST"):
            request = urllib.request.Request(f"http://127.0.0.1:{server.port}{told['url']}", method=method)
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, timeout=60)
            assert refused.value.code == 405
        request = urllib.request.Request(
            f"http://127.0.0.1:{server.port}{told['url']}", headers={"Origin": "http://evil.example"}
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=60)
        assert refused.value.code == 403
        assert fetch(server, told["url"])[1].startswith(b"X,S,Y\n")
        page.close()


def test_rows_are_put_and_removed(page: Page, names: dict[str, Any]) -> None:
    types = {"Sym": dht.string, "Qty": dht.int32, "At": dht.Instant, "Ok": dht.bool_, "P": dht.double}
    names["orders"] = kinetable.input_table(types, key_cols="Sym")
    columns = list(types)
    rows = [["A", "5", "1700000000000000001", "true", "0.25"], ["B", None, None, "false", "NaN"]]
    page.say("put", id=7, table="orders", columns=columns, rows=rows)
    assert page.wait("done", id=7)
    assert names["orders"].view(["Sym", "Qty", "Ok"]).to_arrow().to_pylist() == [
        {"Sym": "A", "Qty": 5, "Ok": True},
        {"Sym": "B", "Qty": None, "Ok": False},
    ]
    page.say("put", id=8, table="orders", columns=columns, rows=[["A", "6", None, None, None]])
    page.wait("done", id=8)
    page.say("remove", id=9, table="orders", columns=["Sym"], rows=[["B"], ["Z"]])
    page.wait("done", id=9)
    assert names["orders"].view(["Sym", "Qty"]).to_arrow().to_pylist() == [{"Sym": "A", "Qty": 6}]
    for message, words in (
        (
            {"table": "orders", "columns": columns, "rows": [rows[0], ["C", "x", None, None, None]]},
            ['"Qty", row 2: "x" is not an int'],
        ),
        ({"table": "orders", "columns": columns[:4], "rows": []}, ['"P"']),
        ({"table": "orders", "columns": columns, "rows": [["A"]]}, ["row 1: 1 cells"]),
        ({"table": "orders", "columns": [*columns, "Q"], "rows": []}, ['"Q"']),
        ({"table": "t", "columns": ["X"], "rows": [["1"]]}, ["no input table"]),
        ({"table": "none", "columns": ["X"], "rows": [["1"]]}, ["no table"]),
    ):
        page.say("put", id=10, **message)
        error = page.wait("error", id=10)
        assert all(word in error["message"] for word in words), error
    names["log"] = kinetable.input_table({"X": dht.long})
    page.say("put", id=11, table="log", columns=["X"], rows=[["1"], ["2"]])
    page.wait("done", id=11)
    page.say("remove", id=12, table="log", columns=["X"], rows=[["1"]])
    assert "no keys" in page.wait("error", id=12)["message"]


def test_who_may_only_read_sees_a_moment_and_writes_nothing(names: dict[str, Any]) -> None:
    names["orders"] = kinetable.input_table({"X": dht.long})
    names["secret"] = kinetable.input_table({"X": dht.long})
    rights = {"ada": ["read orders"], "bob": ["subscribe orders", "write orders"]}
    with Server(port=0, auth=["basic=ada:a", "basic=bob:b"], rights=rights, variables=names) as server:
        ada, bob = Page(server, user="ada", token="a"), Page(server, user="bob", token="b")
        bob.say("put", id=1, table="orders", columns=["X"], rows=[["1"]])
        bob.wait("done", id=1)
        ada.say("open", sub=1, table="orders", first=0, n=10, cols=None)
        assert ada.wait("schema", sub=1)["live"] is False
        ada.wait("snap", sub=1)
        assert ada.pages[1] == [[1]]
        ada.say("put", id=2, table="orders", columns=["X"], rows=[["2"]])
        assert ada.wait("error", id=2)["code"] == "forbidden"
        bob.say("put", id=3, table="secret", columns=["X"], rows=[["2"]])
        assert bob.wait("error", id=3)["code"] == "missing"
        bob.say("open", sub=1, table="orders", first=0, n=10, cols=None)
        assert bob.wait("schema", sub=1)["live"] is True
        for message in (
            {"type": "files", "path": "/"},
            {"type": "load", "path": "/a"},
            {"type": "save", "path": "/a", "text": ""},
        ):
            bob.say(id=4, **message)
            assert bob.wait("error", id=4)["code"] == "forbidden"
        ada.close()
        bob.close()


def test_files_are_kept_for_pages_and_for_clients(server: Server, page: Page, tmp_path: pathlib.Path) -> None:
    page.say("files", id=1, path="/notebooks")
    assert page.wait("files", id=1)["items"] == []
    page.say("save", id=2, path="/notebooks/ä.py", text="# %%\nx = 'é'\n")
    tag = page.wait("done", id=2)["tag"]
    page.say("files", id=3, path="/notebooks")
    assert page.wait("files", id=3)["items"] == [{"path": "/notebooks/ä.py", "dir": False, "size": 14, "tag": tag}]
    page.say("load", id=4, path="/notebooks/ä.py")
    loaded = page.wait("loaded", id=4)
    assert (loaded["text"], loaded["tag"]) == ("# %%\nx = 'é'\n", tag)
    page.say("save", id=5, path="/notebooks/ä.py", text="other")
    assert page.wait("error", id=5)["code"] == "conflict"
    page.say("save", id=6, path="/notebooks/ä.py", text="y", tag=tag)
    newer = page.wait("done", id=6)["tag"]
    page.say("save", id=7, path="/notebooks/ä.py", text="z", tag=tag)
    assert page.wait("error", id=7)["code"] == "conflict"
    page.say("move", id=8, **{"from": "/notebooks/ä.py", "to": "/layouts/b.json"})
    page.wait("done", id=8)
    for path in ("/../kept2", "/layouts/../../x", "/.git", "/layouts\\x"):
        page.say("load", id=9, path=path)
        assert page.wait("error", id=9)["code"] == "invalid"
    with client.Session("127.0.0.1", server.port) as session:
        stub = storage_pb2_grpc.StorageServiceStub(session.grpc_channel)
        metadata = session.grpc_metadata
        listed = stub.ListItems(storage_pb2.ListItemsRequest(path="layouts", filter_glob="*.json"), metadata=metadata)
        assert [(item.path, item.type, item.size, item.etag) for item in listed.items] == [
            ("/layouts/b.json", 2, 1, newer)
        ]
        assert listed.canonical_path == "/layouts"
        fetched = stub.FetchFile(storage_pb2.FetchFileRequest(path="/layouts/b.json"), metadata=metadata)
        assert (fetched.contents, fetched.etag) == (b"y", newer)
        again = stub.FetchFile(storage_pb2.FetchFileRequest(path="/layouts/b.json", etag=newer), metadata=metadata)
        assert again.contents == b""
        stub.SaveFile(storage_pb2.SaveFileRequest(path="/notebooks/c.md", contents=b"text"), metadata=metadata)
        for call, message in (
            (stub.SaveFile, storage_pb2.SaveFileRequest(path="/notebooks/c.md", contents=b"x")),
            (stub.ListItems, storage_pb2.ListItemsRequest(path="/nowhere")),
            (stub.DeleteItem, storage_pb2.DeleteItemRequest(path="/nowhere")),
            (stub.FetchFile, storage_pb2.FetchFileRequest(path="/nowhere")),
        ):
            with pytest.raises(Exception, match="FAILED_PRECONDITION"):
                call(message, metadata=metadata)
        with pytest.raises(Exception, match="INVALID_ARGUMENT"):
            stub.FetchFile(storage_pb2.FetchFileRequest(path="/../x"), metadata=metadata)
        stub.CreateDirectory(storage_pb2.CreateDirectoryRequest(path="/d"), metadata=metadata)
        stub.MoveItem(storage_pb2.MoveItemRequest(old_path="/notebooks/c.md", new_path="/d/c.md"), metadata=metadata)
    page.say("load", id=10, path="/d/c.md")
    assert page.wait("loaded", id=10)["text"] == "text"
    page.say("discard", id=11, path="/d/c.md")
    page.wait("done", id=11)
    page.say("discard", id=12, path="/d/c.md")
    assert page.wait("error", id=12)["code"] == "missing"
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["d", "layouts", "notebooks"]


def test_many_save_the_same_file_and_one_wins(server: Server) -> None:
    def save(page: Page, results: list[str]) -> None:
        page.say("save", id=1, path="/one.txt", text="x" * 1000)
        while True:
            message = page.hear()
            if message.get("id") == 1:
                results.append(message["type"])
                return

    results: list[str] = []
    pages = [Page(server) for _ in range(6)]
    threads = [threading.Thread(target=save, args=(page, results)) for page in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(results) == ["done", *["error"] * 5]
    for page in pages:
        page.close()


def test_questions_that_are_given_up_have_no_answer(page: Page, names: dict[str, Any]) -> None:
    asked, go = threading.Event(), threading.Event()

    def held(x: int) -> bool:
        asked.set()
        return go.wait(600) and x == 80

    names["held"] = held
    page.say("find", id=1, sub=1, where="held(X)", **{"from": 0})
    assert asked.wait(60)
    page.say("cancel", id=1)
    page.say("cancel", id=99)
    # Messages are taken in one after the other: what is answered here was asked after the question was given up.
    page.say("find", id=2, sub=1, where="Z < X", **{"from": 0, "back": False})
    page.wait("found", id=2)
    go.set()
    page.say("find", id=5, sub=1, where="held(X)", **{"from": 0})
    page.wait("found", id=5, row=9)
    page.say("find", id=3, sub=1, where="X == 80")
    page.wait("found", id=3, row=9)
    assert len([message for message in page.told if message.get("id") == 1]) == 0
