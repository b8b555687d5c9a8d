"""Figures, dashboards and other objects as the web app asks for them: `vars` and `value` of `rt.v1` (0067, 0071)."""

from __future__ import annotations

import json
import math
from typing import Any, Iterator

import pandas
import plotly.express
import plotly.graph_objects
import pytest
from kinetable import agg, dtypes, input_table, new_table, ui
from kinetable.plot import Figure, _plotly
from kinetable.server import Server
from test_web_tables import Page


@pytest.fixture
def names() -> dict[str, Any]:
    """A live table, and what is made of it."""
    rows = input_table({"X": dtypes.long, "Y": dtypes.double})
    rows.add(new_table({"X": [1, 2], "Y": [1.5, 2.5]}))
    twice = rows.update("Y = Y * 2")
    figure = Figure().plot_xy("a", t=rows, x="X", y="Y").plot_xy("b", t=twice, x="X", y="Y")
    desk = ui.dashboard(ui.row(twice, ui.panel(figure, title="Lines"), ui.markdown("# Note")), title="Desk")
    parts = rows.partition_by("X")
    return {"rows": rows, "figure": figure, "desk": desk, "parts": parts, "frame": pandas.DataFrame({"A": [1]})}


@pytest.fixture
def server(names: dict[str, Any]) -> Iterator[Server]:
    with Server(port=0, auth="anonymous", variables=names) as running:
        yield running


@pytest.fixture
def page(server: Server) -> Iterator[Page]:
    one = Page(server)
    assert "value" in one.wait("welcome")["features"]
    one.wait("vars")
    yield one
    one.close()


def value(page: Page, id: int, name: str) -> dict[str, Any]:
    page.say("value", id=id, name=name)
    return page.wait("value", id=id)


def test_objects_are_listed_with_their_kinds(names: dict[str, Any], page: Page) -> None:
    kinds = {name: one["kind"] for name, one in page.tables.items()}
    others = {"figure": "figure", "desk": "dashboard", "parts": "partitioned", "frame": "pandas.DataFrame"}
    assert kinds == {"rows": "input", **others}
    assert all(page.tables[name]["rows"] is None and page.tables[name]["columns"] is None for name in others)
    before = page.tables["figure"]["id"]
    names["figure"] = Figure().plot_xy("c", x=[1], y=[2])
    (changed,) = page.wait("vars", full=False)["changed"]
    assert changed["name"] == "figure" and changed["id"] != before
    assert value(page, 1, "figure")["value"]["charts"][0]["series"][0]["name"] == "c"


def test_a_figure_and_its_live_tables(names: dict[str, Any], page: Page) -> None:
    told = value(page, 1, "figure")
    assert (told["name"], told["kind"], told["tables"]) == ("figure", "figure", 2)
    first, second = told["value"]["charts"][0]["series"]
    assert (first["table"], second["table"], second["columns"]) == (0, 1, {"x": "X", "y": "Y"})
    for sub, place in ((1, 0), (2, 1)):
        page.say("open", sub=sub, table=f"figure#{place}", ops=[], first=0, n=10, cols=None)
        page.wait("snap", sub=sub)
    assert (page.pages[1], page.pages[2]) == ([[1, 1.5], [2, 2.5]], [[1, 3.0], [2, 5.0]])
    names["rows"].add(new_table({"X": [3], "Y": [4.5]}))
    while len(page.pages[2]) < 3:
        page.hear()
    assert page.pages[2][2] == [3, 9.0]


def test_a_dashboard_and_its_tables(page: Page) -> None:
    told = value(page, 1, "desk")
    assert (told["kind"], told["tables"], told["value"]["title"]) == ("dashboard", 2, "Desk")
    panels = told["value"]["layout"]["panels"]
    assert [panel["kind"] for panel in panels.values()] == ["table", "figure", "markdown"]
    assert panels["p0"]["table"] == "#0"
    series = panels["p1"]["value"]["charts"][0]["series"]
    assert [one["table"] for one in series] == [1, 0]
    page.say("open", sub=1, table="desk#0", ops=[{"where": "X = 2"}], first=0, n=10, cols=None)
    page.wait("snap", sub=1)
    assert page.pages[1] == [[2, 5.0]]


def test_data_frames_and_partitioned_tables_are_opened_as_tables(page: Page) -> None:
    assert (value(page, 1, "frame")["value"], value(page, 2, "frame")["tables"]) == (None, 1)
    for sub, name in enumerate(["frame", "frame#0", "parts"], 1):
        page.say("open", sub=sub, table=name, ops=[], first=0, n=10, cols=None)
        page.wait("snap", sub=sub)
    assert page.pages[1] == page.pages[2] == [[1]]
    assert [row[0] for row in page.pages[3]] == [1, 2]


def test_operations_on_a_data_frame_are_of_the_frame_as_it_was_opened(page: Page, names: dict[str, Any]) -> None:
    def ask(vp: int, ops: list[dict[str, Any]]) -> list[list[Any]]:
        page.vps[1] = vp
        page.say("ops", sub=1, vp=vp, ops=ops, first=0, n=10, cols=None)
        page.wait("snap", sub=1, vp=vp)
        return page.pages[1]

    page.say("open", sub=1, table="frame", ops=[], first=0, n=10, cols=None)
    page.wait("snap", sub=1)
    # The frame is not converted again: that could take seconds, and would show other rows under the same name.
    names["frame"].loc[1] = 7
    assert ask(1, [{"custom": ["B = A + 1"]}]) == [[1, 2]]
    page.say("open", sub=2, table="frame", ops=[], first=0, n=10, cols=None)
    page.wait("snap", sub=2)
    assert page.pages[2] == [[1], [7]]
    names["frame"] = pandas.DataFrame({"A": [3]})
    page.wait("vars", full=False)
    assert ask(2, []) == [[3]], "another frame under the name"


def test_rollups_are_opened_with_their_operation(names: dict[str, Any], page: Page) -> None:
    names["groups"] = names["rows"].rollup(agg.sum_("Total = Y"), by="X")
    page.wait("vars", full=False)
    assert page.tables["groups"]["kind"] == "rollup"
    op = value(page, 1, "groups")["value"]
    page.say("open", sub=1, table="groups#0", ops=[op], first=0, n=10, cols=["X", "Total"])
    page.wait("snap", sub=1)
    assert page.pages[1] == [[None, 4.0], [1, 1.5], [2, 2.5]]


def test_what_has_no_value_says_so(page: Page) -> None:
    for id, (name, code, text) in enumerate(
        [
            ("nothing", "missing", 'no variable "nothing"'),
            ("rows", "invalid", '"rows" is a Table'),
            ("parts", "invalid", '"parts" is a PartitionedTable'),
        ]
    ):
        page.say("value", id=id, name=name)
        error = page.wait("error", id=id)
        assert error["code"] == code and text in error["message"]
    for sub, name in enumerate(["figure", "figure#2", "figure#-1", "rows#0", "nothing#0"], 1):
        page.say("open", sub=sub, table=name, ops=[], first=0, n=1, cols=None)
        assert page.wait("error", sub=sub)["code"] == "missing"


def test_rights_of_the_name_hold_for_its_tables(names: dict[str, Any]) -> None:
    rights = {"ada": ["read figure"], "bob": ["list figure"]}
    auth = ["basic=ada:a", "basic=bob:b"]
    with Server(port=0, auth=auth, variables=names, rights=rights) as server:
        for user, password in (("ada", "a"), ("bob", "b")):
            page = Page(server, user=user, token=password)
            page.wait("vars")
            assert list(page.tables) == ["figure"]
            page.say("value", id=1, name="figure")
            answer = page.wait("error" if user == "bob" else "value", id=1)
            page.say("open", sub=1, table="figure#0", ops=[], first=0, n=1, cols=None)
            if user == "bob":
                assert answer["code"] == page.wait("error", sub=1)["code"] == "missing"
            else:
                assert page.wait("schema", sub=1)["live"] is False, "it may not be followed"
            page.say("value", id=2, name="desk")
            assert page.wait("error", id=2)["code"] == "missing"
            page.close()


def drawn(y: list[float]) -> Any:
    """A figure of plotly, for which nobody chose a template."""
    return plotly.graph_objects.Figure(plotly.graph_objects.Scatter(y=y))


def test_a_figure_of_plotly_is_its_own_json(names: dict[str, Any], page: Page) -> None:
    points = pandas.DataFrame({"T": pandas.to_datetime(["2026-01-01", None]), "Y": [1.5, math.nan], "S": ["a", "☃"]})
    names["sales"] = figure = plotly.express.line(points, x="T", y="Y", color="S", title="Sales <b>today</b>")
    page.wait("vars", full=False)
    assert page.tables["sales"]["kind"] == "plotly.figure"
    told = value(page, 1, "sales")
    assert (told["tables"], told["value"]["theme"]) == (0, "page")
    assert told["value"]["figure"] == json.loads(figure.to_json())
    assert told["value"]["figure"]["layout"]["title"]["text"] == "Sales <b>today</b>"
    # In place: the name stands for the same value, which says something else when it is asked again.
    figure.add_scatter(y=[5, 6])
    assert len(value(page, 2, "sales")["value"]["figure"]["data"]) == 3
    before = page.tables["sales"]["id"]
    names["sales"] = drawn([1, 2])
    (changed,) = page.wait("vars", full=False)["changed"]
    assert changed["id"] != before
    assert value(page, 3, "sales")["value"]["figure"]["data"][0]["type"] == "scatter"


def test_whose_colours_a_figure_of_plotly_has(names: dict[str, Any], page: Page) -> None:
    bare, dark, none = drawn([1]), drawn([1]), drawn([1])
    bare.layout.template, dark.layout.template, none.layout.template = None, "plotly_dark", "none"
    names |= {
        "bare": bare,
        "dark": dark,
        "none": none,
        "both": drawn([1]).update_layout(template="plotly+presentation"),
    }
    themes = {name: value(page, id, name)["value"]["theme"] for id, name in enumerate(["bare", "dark", "none", "both"])}
    assert themes == {"bare": "page", "dark": "own", "none": "own", "both": "own"}


def test_a_figure_of_plotly_that_is_too_large_says_so(names: dict[str, Any], page: Page, monkeypatch: Any) -> None:
    monkeypatch.setattr(_plotly, "TEXT_MAX", 40_000)
    names |= {"small": drawn([1] * 1000), "large": drawn([0.1] * 20_000)}
    names["desk"] = ui.dashboard(ui.row(*[drawn([0.1] * 1000) for _ in range(6)]))
    assert value(page, 1, "small")["value"]["figure"]["data"]
    page.say("value", id=2, name="large")
    error = page.wait("error", id=2)
    assert "the figure of plotly has 0.1 MB as JSON, and a page takes 0.0 MB" in error["message"]
    assert "give it fewer points" in error["message"] + error.get("hint", "")
    page.say("value", id=3, name="desk")
    assert "the figures of plotly together have" in page.wait("error", id=3)["message"]


def test_a_figure_of_plotly_in_a_dashboard(names: dict[str, Any], page: Page) -> None:
    figure = drawn([1, 2])
    rows = names["rows"]
    names["desk"] = ui.dashboard(ui.row(rows, ui.panel(figure, title="Drawn"), figure))
    page.wait("vars", full=False)
    panels = value(page, 1, "desk")["value"]["layout"]["panels"]
    assert [(panel["kind"], panel["title"]) for panel in panels.values()] == [
        ("table", "rows"), ("plotly", "Drawn"), ("plotly", "figure"),
    ]  # fmt: skip
    assert panels["p1"]["value"] == panels["p2"]["value"]
    assert panels["p1"]["value"]["figure"] == json.loads(figure.to_json())
