"""Business calendars: which days, and which hours of them, count as business.

There are ``UTC`` (every hour of every day; the default), ``USNYSE_EXAMPLE`` (the New York Stock Exchange by its present
rules, 1990 to 2099) and those that `add_calendar` adds. Formulas use them: ``isBusinessDay(Timestamp)`` asks the
default one, ``calendar(`USNYSE_EXAMPLE`).isBusinessDay(Timestamp)`` another.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Callable, Optional, Union

from . import _kinetable as _native
from .dherror import DHError

__all__ = [
    "BusinessCalendar",
    "add_calendar",
    "calendar",
    "calendar_name",
    "calendar_names",
    "remove_calendar",
    "set_calendar",
]

_METHODS = frozenset(
    """
    businessDates calendarDate calendarDates calendarDay calendarDayOfWeek calendarDayOfWeekValue
    diffBusinessDays diffBusinessDuration diffBusinessNanos diffBusinessYears diffNonBusinessDuration
    diffNonBusinessNanos fractionBusinessDayComplete fractionBusinessDayRemaining fractionStandardBusinessDay
    futureBusinessDate futureDate futureNonBusinessDate holidays isBusinessDay isBusinessTime
    isLastBusinessDayOfMonth isLastBusinessDayOfWeek isLastBusinessDayOfYear minusBusinessDays minusDays
    minusNonBusinessDays nonBusinessDates numberBusinessDates numberCalendarDates numberNonBusinessDates
    pastBusinessDate pastDate pastNonBusinessDate plusBusinessDays plusDays plusNonBusinessDays
    standardBusinessDay standardBusinessDuration standardBusinessNanos weekendDays
    """.split()
)


class BusinessCalendar:
    """A business calendar, by name.

    Its methods are those of formulas: ``calendar("USNYSE_EXAMPLE").isBusinessDay("2024-03-29")``. Days are ``date``,
    ISO text or ``datetime``; dates come back as ``date``.

    Example:
        from kinetable.calendar import calendar
        nyse = calendar("USNYSE_EXAMPLE")
        print(nyse.isBusinessDay("2024-03-29"), nyse.plusBusinessDays("2024-03-28", 1))
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._time_zone = _native.calendar_zone(name)

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def time_zone(self) -> str:
        """The name of the time zone on whose clock its days begin."""
        return self._time_zone

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method not in _METHODS:
            raise AttributeError(f"a calendar has no method {method!r}")
        return lambda *args: self._ask(method, args)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_METHODS})

    def __repr__(self) -> str:
        return f"BusinessCalendar({self._name})"

    def _ask(self, method: str, args: tuple[Any, ...]) -> Any:
        from .table import Table
        from .table_factory import empty_table

        given = ", ".join(_literal(arg) for arg in args)
        formula = f"Answer = calendar(`{self._name}`).{method}({given})"
        # No names of the script: its own "calendar" is not the one that is meant.
        answer = Table(_native.view(empty_table(1)._native, [formula], ({}, {})))
        return next(iter(answer.iter_dict()))["Answer"]


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return f"`{value}`"
    if isinstance(value, dt.datetime):
        utc = value.replace(tzinfo=dt.timezone.utc) if value.tzinfo is None else value.astimezone(dt.timezone.utc)
        return f"'{utc.strftime('%Y-%m-%dT%H:%M:%S.%f')}Z'"
    if isinstance(value, dt.date):
        return f"'{value.isoformat()}'"
    raise DHError(None, f"a calendar takes dates, times, texts and integers, but this is {value!r}")


def calendar(name: Optional[str] = None) -> BusinessCalendar:
    """A business calendar.

    Args:
        name: Its name; the default calendar if not given.

    Raises:
        DHError: if there is none of this name.

    Example:
        from kinetable.calendar import calendar
        print(calendar("USNYSE_EXAMPLE").numberBusinessDates("2024-03-01", "2024-03-31"))
    """
    return BusinessCalendar(calendar_name() if name is None else name)


def calendar_names() -> list[str]:
    """The names of all calendars, in order.

    Example:
        from kinetable.calendar import calendar_names
        print(calendar_names())
    """
    return list(_native.calendar_list())


def calendar_name() -> str:
    """The name of the default calendar.

    Example:
        from kinetable.calendar import calendar_name
        print(calendar_name())
    """
    return str(_native.calendar_default())


def set_calendar(name: str) -> None:
    """Makes a calendar the default one, for formulas from now on; tables that are there keep theirs.

    Args:
        name: Its name.

    Raises:
        DHError: if there is none of this name.

    Example:
        from kinetable.calendar import calendar_name, set_calendar
        set_calendar("USNYSE_EXAMPLE")
        print(calendar_name())
        set_calendar("UTC")
    """
    _native.calendar_set(name)


def add_calendar(cal: Union[str, BusinessCalendar]) -> None:
    """Adds a calendar, in the place of one of the same name.

    Args:
        cal: The path of its XML file, the XML itself, or a calendar that is there.

    Raises:
        DHError: if the file cannot be read or is no calendar.

    Example:
        from kinetable.calendar import add_calendar, calendar, remove_calendar
        add_calendar('''<calendar><name>Shop</name><timeZone>Europe/Berlin</timeZone>
            <default><businessTime><open>09:00</open><close>18:00</close></businessTime><weekend>Sunday</weekend></default>
            <holiday><date>2024-12-25</date></holiday></calendar>''')
        print(calendar("Shop").isBusinessDay("2024-12-25"))
        remove_calendar("Shop")
    """
    if isinstance(cal, BusinessCalendar):
        _native.calendar_zone(cal.name)
        return
    if cal.lstrip().startswith("<"):
        _native.calendar_add(cal)
        return
    try:
        with open(cal, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise DHError(error, f'calendar file "{cal}" cannot be read: {error.strerror}') from error
    _native.calendar_add(text)


def remove_calendar(name: str) -> None:
    """Forgets a calendar; tables that use it keep it.

    Args:
        name: Its name.

    Raises:
        DHError: if there is none of this name, or it is the default one.

    Example:
        from kinetable.calendar import add_calendar, calendar_names, remove_calendar
        add_calendar("<calendar><name>Mine</name><timeZone>UTC</timeZone></calendar>")
        remove_calendar("Mine")
        print("Mine" in calendar_names())
    """
    _native.calendar_remove(name)
