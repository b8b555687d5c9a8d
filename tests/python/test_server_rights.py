"""Rights of users: what each may list, read, follow and write, by clients that know nothing of rights."""

from __future__ import annotations

import base64
import json
import pathlib
import queue
import re
import subprocess
import sys
from typing import Any, Callable, Iterator, Optional

import kinetable
import pyarrow as pa
import pyarrow.flight as flight
import pydeephaven as client
import pytest
from kinetable import DHError, dtypes
from kinetable.barrage import BarrageSession, barrage_session
from kinetable.server import Server
from pydeephaven_ticking.table_listener import TableListener, listen
from test_server import fails, rows, until
from test_web_tables import Page

RIGHTS = {
    "ada": ["console", "subscribe *", "write *"],
    "bob": [
        "list shown",
        "read prices",
        "read fixed",
        "subscribe public_*",
        "subscribe sums",
        "write sums",
        "write sent",
    ],
    "*": [],
}
WORDS = {"ada": "a-word", "bob": "b-word", "eve": "e-word"}


@pytest.fixture
def names() -> dict[str, Any]:
    """The variables that are served: two tables that change, an input table, and some that do not change."""
    ticks = kinetable.time_table("PT0.05s").update("X = ii")
    fixed = kinetable.empty_table(3).update("X = i")
    return {
        "__name__": "__main__",
        "kinetable": kinetable,
        "secret": ticks.view("S = X"),
        "prices": ticks.view("P = X"),
        "public_ticks": ticks.view("T = X"),
        "fixed": fixed,
        "shown": fixed.view("X"),
        "orders": kinetable.input_table(col_defs={"Id": dtypes.int64}),
        "public_orders": kinetable.input_table(col_defs={"Id": dtypes.int64}),
        "parts": ticks.update("K = X % 2").partition_by("K"),
    }


@pytest.fixture
def server(names: dict[str, Any]) -> Iterator[Server]:
    """A server that three users may enter."""
    auth = [f"basic={user}:{word}" for user, word in WORDS.items()]
    with Server(port=0, auth=auth, rights=RIGHTS, variables=names) as running:
        yield running


@pytest.fixture
def enter(server: Server) -> Iterator[Callable[[str], client.Session]]:
    """Begins sessions of users."""
    opened: list[client.Session] = []

    def begin(user: str) -> client.Session:
        opened.append(client.Session("127.0.0.1", server.port, "Basic", f"{user}:{WORDS[user]}"))
        return opened[-1]

    yield begin
    for one in opened:
        one.close()


def remote(server: Server, user: str) -> BarrageSession:
    """A session of this package's own client."""
    return barrage_session("127.0.0.1", server.port, "Basic", f"{user}:{WORDS[user]}")


def basic(user: str) -> flight.FlightCallOptions:
    """What a client of Flight says of a user."""
    word = base64.b64encode(f"{user}:{WORDS[user]}".encode())
    return flight.FlightCallOptions(headers=[(b"authorization", b"Basic " + word)])


class Followed(TableListener):
    """What the ticking client tells."""

    def __init__(self) -> None:
        """Nothing has come."""
        self.told: queue.Queue[Optional[Exception]] = queue.Queue()

    def on_update(self, update: Any) -> None:
        """Rows came."""
        self.told.put(None)

    def on_error(self, error: Exception) -> None:
        """It ended."""
        self.told.put(error)


def followed(table: client.table.Table) -> Optional[Exception]:
    """The error with which a subscription of the ticking client begins; none: rows came."""
    heard = Followed()
    handle = listen(table, heard)
    handle.start()
    error = heard.told.get(timeout=60)
    if error is None:
        handle.stop()
    return error


def refusal(call: Callable[..., Any], *arguments: Any) -> str:
    """What a call is refused with."""
    with pytest.raises(Exception) as raised:
        call(*arguments)
    texts, error = [], raised.value
    while error is not None:
        details = getattr(error, "details", None)
        texts.append(f"{type(error).__name__}: {details() if callable(details) else error}")
        error = error.__cause__ or error.__context__
    # Places and times of gRPC's own.
    return re.sub(r'grpc_message|created_time:"[^"]*"|gRPC client debug context.*', "", "\n".join(texts))


def put(sender: flight.FlightClient, name: str) -> None:
    """Sends a table of two rows as bob."""
    sent = pa.table({"A": [1, 2]})
    writer, reader = sender.do_put(flight.FlightDescriptor.for_path("scope", name), sent.schema, basic("bob"))
    writer.write_table(sent)
    writer.done_writing()
    reader.read()
    writer.close()


def test_lists_show_what_a_user_may_see(server: Server, enter: Callable[[str], client.Session]) -> None:
    seen = {"shown", "prices", "fixed", "public_ticks", "public_orders"}
    assert set(enter("bob").tables) == seen
    assert set(enter("eve").tables) == set()
    assert {"secret", "orders"} | seen <= set(enter("ada").tables)
    with flight.FlightClient(f"grpc://127.0.0.1:{server.port}") as reader:
        listed = {
            user: {info.descriptor.path[1].decode() for info in reader.list_flights(b"", basic(user))} for user in WORDS
        }
    assert listed["bob"] == seen and listed["eve"] == set() and "secret" in listed["ada"]
    for user, password in WORDS.items():
        page = Page(server, user=user, token=password)
        page.wait("vars", full=True)
        # Pages are shown what is no table too.
        assert set(page.tables) == listed[user] | ({"parts"} if user == "ada" else set())
        page.close()


def test_lists_that_are_watched_tell_of_no_other_tables(
    names: dict[str, Any], server: Server, enter: Callable[[str], client.Session]
) -> None:
    page = Page(server, user="bob", token=WORDS["bob"])
    page.wait("vars", full=True)
    bob = enter("bob")
    assert "public_more" not in bob.tables
    names["hidden_more"] = names["public_more"] = kinetable.empty_table(1)
    until(lambda: page.wait("vars") and "public_more" in page.tables)
    assert "hidden_more" not in page.tables
    until(lambda: "public_more" in bob.tables)
    assert "hidden_more" not in bob.tables
    page.close()


def test_what_is_denied_is_as_what_is_absent(server: Server, enter: Callable[[str], client.Session]) -> None:
    bob, there = enter("bob"), remote(server, "bob")
    own = bob.empty_table(1).update("Id = (long)i")
    reader = flight.FlightClient(f"grpc://127.0.0.1:{server.port}")
    path = flight.FlightDescriptor.for_path

    def on_page(name: str) -> None:
        page = Page(server, user="bob", token=WORDS["bob"])
        page.say("open", sub=1, table=name, first=0, n=1, cols=None)
        error = page.wait("error", sub=1)
        page.close()
        raise ValueError(f"{error['code']}: {error['message']}")

    def by_name(name: str) -> client.table.InputTable:
        table = client.table.InputTable(bob, ticket=client.ticket.ScopeTicket.scope_ticket(name))
        table.key_cols = ["Id"]
        return table

    calls: list[Callable[[str], Any]] = [
        lambda name: bob.open_table(name),
        lambda name: bob.fetch_table(client.ticket.ScopeTicket.scope_ticket(name)),
        lambda name: bob.bind_table("sent", by_name(name)),
        lambda name: by_name(name).add(own),
        lambda name: by_name(name).delete(own),
        lambda name: by_name(name).where("true"),
        lambda name: bob.merge_tables([own, by_name(name)]),
        lambda name: by_name(name).to_arrow(),
        lambda name: there.subscribe(b"s/" + name.encode()),
        lambda name: there.snapshot(b"s/" + name.encode()),
        lambda name: reader.get_flight_info(path("scope", name), basic("bob")),
        lambda name: reader.get_schema(path("scope", name), basic("bob")),
        lambda name: reader.do_get(flight.Ticket(b"s/" + name.encode()), basic("bob")).read_all(),
        on_page,
    ]
    for call in calls:
        absent = refusal(call, "absent")
        assert "absent" in absent
        for name in ["secret", "orders", "parts", "shown"]:
            assert refusal(call, name).replace(name, "absent") == absent
    there.close()
    reader.close()
    assert rows(enter("ada").open_table("shown")) == {"X": [0, 1, 2]}


def test_what_may_be_read_is_not_followed(server: Server, enter: Callable[[str], client.Session]) -> None:
    bob, there = enter("bob"), remote(server, "bob")
    assert there.snapshot(b"s/prices").size >= 0
    prices = bob.open_table("prices")
    public = bob.open_table("public_ticks")
    made = [prices, prices.where("P >= 0"), prices.update("Q = P * 2").tail(3), prices.natural_join(public, on="P = T")]
    made.append(bob.query(prices).where("P > 0").head(5).exec())
    made.append(bob.merge_tables([prices, public.view("P = T")]))
    for table in made:
        assert table.to_arrow().num_rows >= 0
        error = followed(table)
        assert error is not None and "but not follow it" in str(error)
    for table in [public, public.where("T >= 0"), public.update("K = T % 2")]:
        assert followed(table) is None
    # Where nothing changes, reading says it all.
    assert followed(prices.snapshot()) is None and followed(bob.open_table("fixed")) is None
    with pytest.raises(DHError, match="variable 'prices' not found"):
        there.subscribe(b"s/prices")
    assert there.subscribe(b"s/public_ticks").is_refreshing
    there.close()


def test_shared_tickets_are_for_others_what_they_are_for_who_shares(
    server: Server, enter: Callable[[str], client.Session]
) -> None:
    bob, ada, eve = enter("bob"), enter("ada"), remote(server, "eve")
    tickets = {name: client.ticket.SharedTicket.random_ticket() for name in ["of bob", "of ada"]}
    prices, secret = bob.open_table("prices"), ada.open_table("secret").tail(2)
    bob.publish_table(tickets["of bob"], prices)
    ada.publish_table(tickets["of ada"], secret)
    assert eve.snapshot(tickets["of bob"].bytes).size >= 0
    with pytest.raises(DHError, match="but not follow it"):
        eve.subscribe(tickets["of bob"].bytes)
    assert eve.subscribe(tickets["of ada"].bytes).is_refreshing
    eve.close()


def test_writing_is_a_right_of_its_own(
    names: dict[str, Any], server: Server, enter: Callable[[str], client.Session]
) -> None:
    bob, ada = enter("bob"), enter("ada")
    public = bob.open_table("public_ticks")
    bob.bind_table("sums", public.tail(1))
    until(lambda: rows(bob.open_table("sums"))["T"])
    for name in ["secret", "nothing_yet", "public_new"]:
        with fails(f'may not write a variable "{name}"'):
            bob.bind_table(name, public)
    assert "public_new" not in names
    # What may be read here could be followed there.
    with fails("but not follow it"):
        bob.bind_table("sums", bob.open_table("prices").tail(1))
    bob.bind_table("sums", bob.open_table("prices").snapshot())
    row = bob.empty_table(1).update("Id = (long)7")
    orders = client.table.InputTable(bob, ticket=client.ticket.ScopeTicket.scope_ticket("public_orders"))
    with fails("variable 'public_orders' not found"):
        orders.add(row)
    opened = bob.open_table("public_orders")
    with fails("but not write it"):
        client.table.InputTable(bob, ticket=opened.ticket).add(row)
    with fails("but not write it"):
        bob.bind_table("sums", opened)
    theirs = ada.open_table("public_orders")
    client.table.InputTable(ada, ticket=theirs.ticket).add(ada.empty_table(1).update("Id = (long)8"))
    assert rows(opened) == {"Id": [8]}
    own = bob.input_table(schema=pa.schema([("K", pa.int64())]))
    own.add(bob.empty_table(1).update("K = (long)1"))
    assert rows(own) == {"K": [1]}
    with flight.FlightClient(f"grpc://127.0.0.1:{server.port}") as sender:
        put(sender, "sent")
        assert "may not write" in refusal(put, sender, "secret")
    assert names["sent"].size == 2 and "A" not in names["secret"].to_arrow().column_names


def test_a_page_shows_what_may_be_followed(server: Server) -> None:
    page = Page(server, user="bob", token=WORDS["bob"])
    welcome = page.wait("welcome")
    assert (welcome["user"], welcome["console"]) == ("bob", False)
    page.say("open", sub=1, table="public_ticks", first=0, n=5, cols=None, ops=[{"where": "T >= 0"}])
    page.wait("snap", sub=1)
    page.say("open", sub=2, table="fixed", first=0, n=5, cols=None)
    page.wait("snap", sub=2)
    page.say("open", sub=3, table="prices", first=0, n=5, cols=None)
    # What may be read and not followed is as it was when it was opened.
    assert page.wait("schema", sub=3)["live"] is False
    page.wait("snap", sub=3)
    for sub, name in enumerate(["secret", "shown", "absent"], start=4):
        page.say("open", sub=sub, table=name, first=0, n=5, cols=None)
        error = page.wait("error", sub=sub)
        assert (error["code"], error["message"]) == ("missing", f'there is no table "{name}"')
    page.close()


def test_the_rights_say_who_has_a_console(enter: Callable[[str], client.Session]) -> None:
    ada, bob = enter("ada"), enter("bob")
    ada.run_script("made = kinetable.empty_table(4)")
    assert ada.open_table("made").size == 4
    with fails("no console"):
        bob.run_script("made = 1")
    assert "made" not in bob.tables


def field(name: str) -> flight.Ticket:
    """The ticket of a field of the application shop."""
    return flight.Ticket(f"a/shop/f/{name}".encode())


def test_fields_of_applications_have_rights_of_their_own(tmp_path: pathlib.Path) -> None:
    script = """
        from kinetable import appmode, empty_table
        state = appmode.get_app_state()
        state["orders"] = empty_table(2)
        state["wages"] = empty_table(3)
    """
    lines = [line[8:] for line in script.splitlines()]
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "shop.py").write_text("\n".join(lines))
    rights = tmp_path / "rights.json"
    rights.write_text(json.dumps({"ada": ["read app/shop/o*"]}))
    command = [sys.executable, "-m", "kinetable", "server", "--port", "0", "--app-dir", str(tmp_path / "apps")]
    command += ["--rights", str(rights), "--auth", "basic=ada:a-word"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            port = int(re.search(r":(\d+)/", line).group(1))  # type: ignore[union-attr]
            with flight.FlightClient(f"grpc://127.0.0.1:{port}") as reader:
                listed = [info.descriptor.path for info in reader.list_flights(b"", basic("ada"))]
                assert listed == [[b"app", b"shop", b"field", b"orders"]]
                assert reader.do_get(field("orders"), basic("ada")).read_all().num_rows == 2
                for name in ["wages", "absent"]:
                    told = refusal(lambda ticket: reader.do_get(ticket, basic("ada")).read_all(), field(name))
                    assert f'no field "{name}" of an application "shop"' in told
        finally:
            process.terminate()


@pytest.mark.parametrize(
    ("rights", "told"),
    [
        ({"ada": ["raed *"]}, '"raed \\*" of "ada" is no right'),
        ({"ada": "read *"}, "line 1"),
        ({"adda": ["read *"]}, 'name the user "adda", whom no way in lets in'),
        ({"ada": [1]}, "line 1"),
        ({"ada": {1, 2}}, "expected a string"),
        ({"ada": 5}, "the rights cannot be read"),
    ],
)
def test_mistakes_in_rights_are_told(rights: Any, told: str) -> None:
    with pytest.raises(DHError, match=told):
        Server(port=0, auth="basic=ada:a-word", rights=rights, variables={}).start()


def test_mistakes_in_a_file_of_rights_are_told_with_their_line(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "rights.json"
    with pytest.raises(DHError, match="cannot be read.*rights.json"):
        Server(port=0, auth="basic=ada:a-word", rights=file, variables={})
    file.write_text('{"ada": ["read *"],\n "*": [],\n "ada": []}')
    with pytest.raises(DHError, match='user "ada" is named twice at line 3'):
        Server(port=0, auth="basic=ada:a-word", rights=file, variables={}).start()
    with pytest.raises(DHError, match="read-only, and have a console"):
        Server(port=0, auth="basic=ada:a-word", rights={"ada": ["console"]}, read_only=True, variables={}).start()
