"""Dashboards written in Python: the layout that pages read (decision 0070), and mistakes."""

from __future__ import annotations

import json

import pandas
import pytest
from kinetable import DHError, empty_table, ui
from kinetable.plot import Figure
from kinetable.ui._served import DashboardType


@pytest.fixture(scope="module")
def prices():
    return empty_table(5).update(["X = i", "Y = i * 2"])


def read(dashboard: ui.Dashboard) -> tuple[dict, list]:
    """What a page reads, as it comes there, and the tables."""
    value, tables = DashboardType().to_page(dashboard)
    return json.loads(json.dumps(value)), tables


def test_rows_columns_and_stacks(prices):
    other = prices.head(2)
    left = ui.column(ui.panel(prices, title="Prices"), ui.row(other, ui.markdown("*note*"), height=25), width=60)
    right = ui.stack(ui.panel(other, title="One"), ui.panel(prices, title="Two"), active_item_index=1)
    value, tables = read(ui.dashboard(ui.row(left, right), title="Desk"))
    assert value["title"] == "Desk" and tables == [prices, other]
    layout = value["layout"]
    assert (layout["version"], layout["name"]) == (1, "Desk")
    assert layout["root"] == {
        "split": "row",
        "sizes": [60, 40],
        "children": [
            {
                "split": "column",
                "sizes": [75, 25],
                "children": [
                    {"tabs": ["p0"], "active": "p0"},
                    {"split": "row", "children": [{"tabs": ["p1"], "active": "p1"}, {"tabs": ["p2"], "active": "p2"}]},
                ],
            },
            {"tabs": ["p3", "p4"], "active": "p4"},
        ],
    }
    assert layout["panels"] == {
        "p0": {"kind": "table", "table": "#0", "title": "Prices"},
        "p1": {"kind": "table", "table": "#1", "title": "other"},
        "p2": {"kind": "markdown", "text": "*note*"},
        "p3": {"kind": "table", "table": "#1", "title": "One"},
        "p4": {"kind": "table", "table": "#0", "title": "Two"},
    }


@pytest.mark.parametrize(("index", "active"), [(0, "p1"), (1, "p2"), (2, "p3")])
def test_the_active_child_of_a_stack_with_stacks_within(prices, index, active):
    children = [ui.stack(prices, prices, active_item_index=1), prices, ui.stack(prices, prices)]
    value, _ = read(ui.dashboard(ui.stack(*children, active_item_index=index)))
    assert value["layout"]["root"] == {"tabs": ["p0", "p1", "p2", "p3", "p4"], "active": active}


def test_figures_share_the_tables_of_the_dashboard(prices):
    other = prices.head(3)
    figure = Figure().plot_xy("a", other, x="X", y="Y").plot_xy("b", prices, x="X", y="Y")
    value, tables = read(ui.dashboard(ui.row(prices, ui.panel(figure))))
    assert tables == [prices, other]
    panel = value["layout"]["panels"]["p1"]
    assert (panel["kind"], panel["title"]) == ("figure", "figure")
    assert [series["table"] for series in panel["value"]["charts"][0]["series"]] == [1, 0]


def test_one_thing_is_a_dashboard_too(prices):
    for shown in (prices, ui.panel(prices), pandas.DataFrame({"A": [1]})):
        value, tables = read(ui.dashboard(shown))
        assert value["layout"]["root"] == {"tabs": ["p0"], "active": "p0"} and len(tables) == 1
    assert value["title"] is None


MISTAKES = {
    "row: height is a str, '50'\n  hint: a number: percent": lambda t: ui.row(t, height="50"),
    "stack: width is a str": lambda t: ui.stack(t, width="50"),
    "stack: active_item_index is a str, '0'": lambda t: ui.stack(t, active_item_index="0"),
    "row: it has nothing in it": lambda t: ui.row(),
    "stack: it has no panel": lambda t: ui.stack(),
    "panel: it shows 2 things\n  hint: a panel each": lambda t: ui.panel(t, t),
    "panel: a text is no panel\n  hint: markdown(text)": lambda t: ui.panel("prices"),
    "row: a int cannot be shown": lambda t: ui.row(t, 5),
    "stack: a row is no panel": lambda t: ui.stack(ui.row(t)),
    "stack: there is no panel 1\n  hint: 0 to 0": lambda t: ui.stack(t, active_item_index=1),
    "row: height is 120\n  hint: percent": lambda t: ui.row(t, height=120),
    "markdown: the content is a int": lambda t: ui.markdown(5),
    "the dashboard has 65 panels": lambda t: ui.dashboard(ui.row(*[t] * 65)),
}


@pytest.mark.parametrize("message", MISTAKES)
def test_mistakes_are_told_at_once(prices, message):
    with pytest.raises(DHError) as raised:
        MISTAKES[message](prices)
    assert message in str(raised.value)


def test_a_dashboard_nested_too_deep(prices):
    element = ui.row(prices)
    for _ in range(40):
        element = ui.column(element)
    with pytest.raises(DHError, match="nested more than 32 deep"):
        ui.dashboard(element)
