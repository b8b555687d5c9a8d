"""Points and lengths of time: from whatever a script has to what formulas take, and back.

The ``to_j_…`` functions give values to the nanosecond (`Instant`, `Duration`, `LocalDate`, …) that formulas take as
variables, and that can be ordered and printed::

    start = to_j_instant("2024-01-01T09:30:00 ET")
    opened = trades.where("Timestamp >= start")

Formulas take ``datetime``, ``date``, ``time``, ``timedelta``, NumPy's and pandas' times as well, without any of this.
The default time zone is UTC.
"""

from __future__ import annotations

import datetime
import time as _clock
from typing import TYPE_CHECKING, Any, Literal, Optional, Union

from . import _kinetable as _native
from . import _time_texts, _values
from ._times import (
    NANOS_PER_DAY,
    Duration,
    Instant,
    LocalDate,
    LocalTime,
    Period,
    TimeZone,
    ZonedDateTime,
)
from .dherror import DHError

if TYPE_CHECKING:
    import numpy
    import pandas

__all__ = [
    "Duration",
    "Instant",
    "LocalDate",
    "LocalTime",
    "Period",
    "TimeZone",
    "ZonedDateTime",
    "dh_now",
    "dh_time_zone",
    "dh_today",
    "time_zone_alias_add",
    "time_zone_alias_rm",
    "to_date",
    "to_datetime",
    "to_j_duration",
    "to_j_instant",
    "to_j_local_date",
    "to_j_local_time",
    "to_j_period",
    "to_j_time_zone",
    "to_j_zdt",
    "to_np_datetime64",
    "to_np_timedelta64",
    "to_pd_timedelta",
    "to_pd_timestamp",
    "to_time",
    "to_timedelta",
]

DurationLike = Union[Duration, int, str, datetime.timedelta, "numpy.timedelta64", "pandas.Timedelta"]
InstantLike = Union[Instant, int, str, datetime.datetime, "numpy.datetime64", "pandas.Timestamp"]
LocalDateLike = Union[LocalDate, str, datetime.date, datetime.datetime, "numpy.datetime64", "pandas.Timestamp"]
LocalTimeLike = Union[LocalTime, int, str, datetime.time, datetime.datetime, "numpy.datetime64", "pandas.Timestamp"]
PeriodLike = Union[Period, str, datetime.timedelta, "numpy.timedelta64", "pandas.Timedelta"]
TimeZoneLike = Union[TimeZone, str, datetime.tzinfo, datetime.datetime, "pandas.Timestamp"]
ZonedDateTimeLike = Union[ZonedDateTime, Instant, str, datetime.datetime, "numpy.datetime64", "pandas.Timestamp"]

_UTC = TimeZone("UTC")


# ---- now --------------------------------------------------------------------------------------------------------


def dh_now(system: bool = False, resolution: Literal["ns", "ms"] = "ns") -> Instant:
    """The time now.

    Args:
        system: Accepted for scripts that give it; there is one clock.
        resolution: ``"ns"``, or ``"ms"`` for whole milliseconds.

    Example:
        from kinetable.time import dh_now, to_j_instant
        print(dh_now() > to_j_instant("2024-01-01T00:00:00Z"))
    """
    unit = {"ns": 1, "ms": 1_000_000}.get(resolution)
    if unit is None:
        raise DHError(message=f'resolution is "ns" or "ms", but it is "{resolution}"')
    return Instant(_clock.time_ns() // unit * unit)


def dh_today(tz: Optional[TimeZone] = None) -> str:
    """The date today in a time zone (UTC if not given), as ``YYYY-MM-DD``.

    Example:
        from kinetable.time import dh_today, to_j_time_zone
        print(len(dh_today(to_j_time_zone("ET"))))
    """
    zone = _UTC if tz is None else _required(to_j_time_zone(tz))
    return str(_local_date(ZonedDateTime(_clock.time_ns(), zone)))


def dh_time_zone() -> TimeZone:
    """The default time zone: UTC.

    Example:
        from kinetable.time import dh_time_zone
        print(dh_time_zone())
    """
    return _UTC


def time_zone_alias_add(alias: str, tz: str) -> None:
    """Lets a short name stand for a time zone, in this module and in formulas made from now on.

    Args:
        alias: The short name.
        tz: The name of the zone.

    Raises:
        DHError: if there is no such zone, or the short name stands for one already.

    Example:
        from kinetable import empty_table
        from kinetable.time import time_zone_alias_add, time_zone_alias_rm
        time_zone_alias_add("BER", "Europe/Berlin")
        print(empty_table(1).update("Text = formatDateTime('2024-07-01T12:00:00Z', 'BER')").to_string())
        print(time_zone_alias_rm("BER"))
    """
    name = _zone(tz)
    _native.time_zone_alias_add(alias, name)
    _time_texts.add_alias(alias, name)


def time_zone_alias_rm(alias: str) -> bool:
    """Forgets a short name that `time_zone_alias_add` added.

    Args:
        alias: The short name.

    Returns:
        Whether there was one.

    Example:
        from kinetable.time import time_zone_alias_rm
        print(time_zone_alias_rm("NOWHERE"))
    """
    removed = _native.time_zone_alias_rm(alias)
    if removed:
        _time_texts.remove_alias(alias)
    return removed


# ---- to what formulas take --------------------------------------------------------------------------------------


def to_j_time_zone(tz: Optional[TimeZoneLike]) -> Optional[TimeZone]:
    """A time zone, for functions of formulas that take one.

    Args:
        tz: A name (``"ET"``, ``"Europe/Berlin"``, ``"+02:00"``), a ``tzinfo``, or a time that has one.

    Raises:
        DHError: if there is no such zone.

    Example:
        from kinetable import empty_table
        from kinetable.time import to_j_time_zone
        zone = to_j_time_zone("ET")
        print(empty_table(1).update("Text = formatDateTime('2024-07-01T12:00:00Z', zone)").to_string())
    """
    if tz is None or isinstance(tz, TimeZone):
        return tz
    if isinstance(tz, str):
        return _zone(tz)
    info = tz if isinstance(tz, datetime.tzinfo) else getattr(tz, "tzinfo", None)
    if info is None:
        raise _misfit("time zone", tz)
    return _zone_of(info)


def _zone(name: str) -> TimeZone:
    try:
        return _time_texts.zone(name)
    except ValueError as error:
        raise DHError(error, str(error)) from error


def _zone_of(info: datetime.tzinfo) -> TimeZone:
    name = getattr(info, "key", None) or getattr(info, "zone", None)
    if name is None and isinstance(info, datetime.timezone):
        offset = info.utcoffset(None)
        minutes = abs(offset) // datetime.timedelta(minutes=1)
        sign = "-" if offset < datetime.timedelta(0) else "+"
        name = f"{sign}{minutes // 60:02d}:{minutes % 60:02d}" if offset else "UTC"
    return _zone(name or str(info))


def to_j_local_date(dt: Optional[LocalDateLike]) -> Optional[LocalDate]:
    """A day, from a ``date``, a ``datetime``, NumPy's or pandas' times, or a text such as ``"2024-01-31"``.

    Example:
        from kinetable.time import to_j_local_date
        print(to_j_local_date("2024-01-31"))
    """
    if dt is None or isinstance(dt, LocalDate):
        return dt
    if isinstance(dt, ZonedDateTime):
        return _local_date(dt)
    return LocalDate(_required_count(_values.date_counts, "date", dt))


def _local_date(zoned: ZonedDateTime) -> LocalDate:
    return LocalDate(zoned.local_nanos() // NANOS_PER_DAY)


def to_j_local_time(dt: Optional[LocalTimeLike]) -> Optional[LocalTime]:
    """A time of day, from a ``time``, a ``datetime``, nanoseconds since midnight, or a text such as ``"10:30:00.5"``.

    Example:
        from kinetable.time import to_j_local_time
        print(to_j_local_time("10:30"))
    """
    if dt is None or isinstance(dt, LocalTime):
        return dt
    if isinstance(dt, int) and not isinstance(dt, bool):
        return LocalTime(dt)
    if isinstance(dt, ZonedDateTime):
        return LocalTime(dt.local_nanos() % NANOS_PER_DAY)
    if isinstance(dt, datetime.datetime):
        nanoseconds = getattr(dt, "nanosecond", 0)
        return LocalTime(_required_count(_values.time_counts, "time of day", dt.time()) + nanoseconds)
    if type(dt).__name__ == "datetime64":
        return LocalTime(_required_count(_values.instant_counts, "time of day", dt) % NANOS_PER_DAY)
    return LocalTime(_required_count(_values.time_counts, "time of day", dt))


def to_j_instant(dt: Optional[InstantLike]) -> Optional[Instant]:
    """A point in time.

    Args:
        dt: A ``datetime`` (without a zone it is taken as UTC), NumPy's or pandas' times, nanoseconds since the epoch,
            or a text such as ``"2024-01-31T12:00:00Z"``, ``"2024-01-31 09:30:00.5 ET"``.

    Raises:
        DHError: if it is nothing of these.

    Example:
        from kinetable import empty_table
        from kinetable.time import to_j_instant
        start = to_j_instant("2024-01-01T09:30:00 ET")
        print(empty_table(2).update("Time = start + ii * MINUTE").to_string())
    """
    if dt is None or isinstance(dt, Instant):
        return dt
    return Instant(_required_count(_values.instant_counts, "instant", dt))


def to_j_zdt(dt: Optional[ZonedDateTimeLike]) -> Optional[ZonedDateTime]:
    """A point in time with the zone whose clocks show it; UTC where the argument has none.

    Example:
        from kinetable.time import to_j_zdt
        print(to_j_zdt("2024-01-01T09:30:00 ET"))
    """
    if dt is None or isinstance(dt, ZonedDateTime):
        return dt
    if isinstance(dt, str):
        try:
            return _time_texts.zoned(dt)
        except ValueError as error:
            raise DHError(error, str(error)) from error
    info = getattr(dt, "tzinfo", None)
    zone = _UTC if info is None else _zone_of(info)
    return ZonedDateTime(_required(to_j_instant(dt)).nanos, zone)


def to_j_duration(dt: Optional[DurationLike]) -> Optional[Duration]:
    """A length of time.

    Args:
        dt: A ``timedelta``, NumPy's or pandas' lengths of time, nanoseconds, or a text such as ``"PT1.5S"``.

    Raises:
        DHError: if it is nothing of these.

    Example:
        from kinetable.time import to_j_duration
        print(to_j_duration("PT90m"), to_j_duration("PT1S") * 2)
    """
    if dt is None or isinstance(dt, Duration):
        return dt
    return Duration(_required_count(_values.duration_counts, "duration", dt))


def to_j_period(dt: Optional[PeriodLike]) -> Optional[Period]:
    """A length of time in calendar units, from whole days of a ``timedelta`` or a text such as ``"P1Y2M3D"``.

    Raises:
        DHError: if it is nothing of these, or a length of time that is not of whole days.

    Example:
        from kinetable import empty_table
        from kinetable.time import to_j_period
        month = to_j_period("P1M")
        print(empty_table(1).update("Day = '2024-01-31' + month").to_string())
    """
    if dt is None or isinstance(dt, Period):
        return dt
    if isinstance(dt, str):
        try:
            return _time_texts.period(dt)
        except ValueError as error:
            raise DHError(error, str(error)) from error
    days, rest = divmod(_required_count(_values.duration_counts, "period", dt), NANOS_PER_DAY)
    if rest:
        raise DHError(message=f"a period is of whole days, but this is {dt!r}\n  hint: to_j_duration takes it")
    return Period(days=days)


# ---- to Python's own --------------------------------------------------------------------------------------------


def to_date(dt: Union[None, LocalDate, ZonedDateTime]) -> Optional[datetime.date]:
    """A ``datetime.date``.

    Example:
        from kinetable.time import to_date, to_j_local_date
        print(to_date(to_j_local_date("2024-01-31")))
    """
    if dt is None:
        return None
    if isinstance(dt, (LocalDate, ZonedDateTime)):
        return (dt if isinstance(dt, LocalDate) else _local_date(dt)).to_date()
    raise _misfit("LocalDate or ZonedDateTime", dt)


def to_time(dt: Union[None, LocalTime, ZonedDateTime]) -> Optional[datetime.time]:
    """A ``datetime.time``, to the microsecond.

    Example:
        from kinetable.time import to_j_local_time, to_time
        print(to_time(to_j_local_time("10:30:00.5")))
    """
    if dt is None:
        return None
    if isinstance(dt, LocalTime):
        return dt.to_time()
    if isinstance(dt, ZonedDateTime):
        return LocalTime(dt.local_nanos() % NANOS_PER_DAY).to_time()
    raise _misfit("LocalTime or ZonedDateTime", dt)


def to_datetime(dt: Union[None, Instant, ZonedDateTime]) -> Optional[datetime.datetime]:
    """A ``datetime.datetime``, to the microsecond: in UTC and without a zone, or on the clocks of the zone.

    Example:
        from kinetable.time import to_datetime, to_j_instant
        print(to_datetime(to_j_instant("2024-01-31T12:00:00Z")))
    """
    if dt is None:
        return None
    if isinstance(dt, Instant):
        return datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=dt.nanos // 1000)
    if isinstance(dt, ZonedDateTime):
        return dt.to_datetime()
    raise _misfit("Instant or ZonedDateTime", dt)


def to_pd_timestamp(dt: Union[None, Instant, ZonedDateTime]) -> Optional["pandas.Timestamp"]:
    """A ``pandas.Timestamp``: in UTC and without a zone, or in the zone.

    Example:
        from kinetable.time import to_j_instant, to_pd_timestamp
        print(to_pd_timestamp(to_j_instant("2024-01-31T12:00:00.123456789Z")))
    """
    import pandas

    if dt is None:
        return None
    if isinstance(dt, Instant):
        return pandas.Timestamp(dt.nanos, unit="ns")
    if isinstance(dt, ZonedDateTime):
        return pandas.Timestamp(dt.nanos, unit="ns", tz=dt.zone.tzinfo())
    raise _misfit("Instant or ZonedDateTime", dt)


def to_np_datetime64(dt: Union[None, Instant, ZonedDateTime]) -> Optional["numpy.datetime64"]:
    """A ``numpy.datetime64`` of nanoseconds, in UTC.

    Example:
        from kinetable.time import to_j_instant, to_np_datetime64
        print(to_np_datetime64(to_j_instant("2024-01-31T12:00:00.123456789Z")))
    """
    import numpy

    if dt is None:
        return None
    if isinstance(dt, (Instant, ZonedDateTime)):
        return numpy.datetime64(dt.nanos, "ns")
    raise _misfit("Instant or ZonedDateTime", dt)


def to_timedelta(dt: Optional[Duration]) -> Optional[datetime.timedelta]:
    """A ``datetime.timedelta``, to the microsecond.

    Example:
        from kinetable.time import to_j_duration, to_timedelta
        print(to_timedelta(to_j_duration("PT1M30S")))
    """
    if dt is None:
        return None
    if isinstance(dt, Duration):
        return datetime.timedelta(microseconds=dt.nanos // 1000)
    raise _misfit("Duration", dt)


def to_pd_timedelta(dt: Optional[Duration]) -> Optional["pandas.Timedelta"]:
    """A ``pandas.Timedelta``.

    Example:
        from kinetable.time import to_j_duration, to_pd_timedelta
        print(to_pd_timedelta(to_j_duration("PT1M30S")))
    """
    import pandas

    if dt is None:
        return None
    if isinstance(dt, Duration):
        return pandas.Timedelta(dt.nanos, unit="ns")
    raise _misfit("Duration", dt)


def to_np_timedelta64(dt: Union[None, Duration, Period]) -> Optional["numpy.timedelta64"]:
    """A ``numpy.timedelta64``: of nanoseconds from a duration; of years, months or days from a period of one unit.

    Raises:
        DHError: if a period has several units, for which NumPy has no type.

    Example:
        from kinetable.time import to_j_duration, to_np_timedelta64
        print(to_np_timedelta64(to_j_duration("PT1S")))
    """
    import numpy

    if dt is None:
        return None
    if isinstance(dt, Duration):
        return numpy.timedelta64(dt.nanos, "ns")
    if not isinstance(dt, Period):
        raise _misfit("Duration or Period", dt)
    units = [(count, unit) for count, unit in ((dt.years, "Y"), (dt.months, "M"), (dt.days, "D")) if count]
    if len(units) > 1:
        raise DHError(message=f"the period {dt} has several units, but numpy.timedelta64 has one")
    count, unit = units[0] if units else (0, "D")
    return numpy.timedelta64(count, unit)  # type: ignore[call-overload,no-any-return]


def _required(value: Any) -> Any:
    """What is not null because its argument was not."""
    assert value is not None
    return value


def _required_count(counts: Any, what: str, value: Any) -> int:
    """The one count that a function of `_values` makes of a value."""
    try:
        count = counts([value])[0]
    except (TypeError, ValueError) as error:
        raise DHError(error, str(error)) from error
    if count is None:
        raise _misfit(what, value)
    return int(count)


def _misfit(wanted: str, value: Any) -> DHError:
    return DHError(message=f"a {wanted} is expected, but it is {value!r} ({type(value).__name__})")
