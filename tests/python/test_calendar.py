"""Business calendars, in Python and in formulas."""

from __future__ import annotations

import datetime as dt

import pytest
from kinetable import DHError, empty_table
from kinetable.calendar import (
    add_calendar,
    calendar,
    calendar_name,
    calendar_names,
    remove_calendar,
    set_calendar,
)

SHOP = """<?xml version="1.0"?>
<calendar>
  <name>Shop</name><timeZone>Europe/Berlin</timeZone>
  <default>
    <businessTime><open>09:00</open><close>12:00</close></businessTime>
    <businessTime><open>14:00</open><close>18:00</close></businessTime>
    <weekend>Sunday</weekend>
  </default>
  <holiday><date>2024-12-24</date><businessTime><open>09:00</open><close>12:00</close></businessTime></holiday>
  <holiday><date>20241225</date></holiday>
</calendar>
"""


def one(formula):
    return next(iter(empty_table(1).view(f"X = {formula}").iter_dict()))["X"]


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop.calendar"
    path.write_text(SHOP, "utf-8")
    add_calendar(str(path))
    yield calendar("Shop")
    set_calendar("UTC")
    remove_calendar("Shop")


def test_what_is_there_from_the_beginning():
    assert {"UTC", "USNYSE_EXAMPLE"} <= set(calendar_names()) and calendar_name() == "UTC"
    nyse = calendar("USNYSE_EXAMPLE")
    assert nyse.name == "USNYSE_EXAMPLE" and nyse.time_zone == "America/New_York"
    assert not nyse.isBusinessDay(dt.date(2024, 3, 29)) and nyse.isBusinessDay("2024-03-28")
    assert nyse.plusBusinessDays(dt.date(2024, 3, 28), 1) == dt.date(2024, 4, 1)
    with pytest.raises(AttributeError, match="isBusinesDay"):
        nyse.isBusinesDay("2024-03-28")
    with pytest.raises(DHError, match='no calendar is called "Nowhere"'):
        calendar("Nowhere")


def test_calendars_of_ones_own(shop):
    assert shop.standardBusinessNanos() == 7 * 3600 * 10**9
    assert shop.isBusinessTime(dt.datetime(2024, 6, 3, 8, tzinfo=dt.timezone.utc))
    assert not shop.isBusinessTime(dt.datetime(2024, 6, 3, 11, tzinfo=dt.timezone.utc))
    assert one("calendar(`Shop`).calendarDay(`2024-12-24`)") == "09:00-12:00"
    assert one("calendar(`Shop`).diffBusinessNanos('2024-12-24 UTC', '2024-12-26 UTC')") == 3 * 3600 * 10**9
    set_calendar("Shop")
    assert one("isBusinessDay(`2024-12-25`)") is False
    assert one("calendarName()") == "Shop"
    with pytest.raises(DHError, match='calendar "Shop" is the default one'):
        remove_calendar("Shop")


def test_mistakes_are_told(tmp_path):
    with pytest.raises(DHError, match="cannot be read"):
        add_calendar(str(tmp_path / "nothing"))
    with pytest.raises(DHError, match="<timeZone> is missing"):
        add_calendar("<calendar><name>A</name></calendar>")
    with pytest.raises(DHError, match="a formula cannot change which calendars there are"):
        one("setCalendar(`UTC`)")
