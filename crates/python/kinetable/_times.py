"""Times as formulas know them: to the nanosecond, where Python's ``datetime`` ends at the microsecond.

`kinetable.time` makes them from whatever a script has. They can be ordered and printed, and formulas take them as
variables.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from typing import Union

NANOS_PER_SECOND = 1_000_000_000
NANOS_PER_DAY = 86_400 * NANOS_PER_SECOND

_EPOCH = dt.datetime(1970, 1, 1)
_EPOCH_ORDINAL = dt.date(1970, 1, 1).toordinal()


def _fraction(nanos: int) -> str:
    """The part behind the point in three, six or nine digits; nothing for none."""
    if nanos == 0:
        return ""
    digits = f"{nanos:09d}"
    if digits.endswith("000000"):
        return f".{digits[:3]}"
    return f".{digits[:6]}" if digits.endswith("000") else f".{digits}"


@dataclass(frozen=True, order=True)
class Instant:
    """A point in time: nanoseconds since 1970-01-01T00:00:00Z."""

    nanos: int

    formula_type = "Instant"

    def __str__(self) -> str:
        return f"{_date_and_time(self.nanos)}Z"

    def __add__(self, other: Union[Duration, int]) -> Instant:
        return Instant(self.nanos + _nanos(other)) if isinstance(other, (Duration, int)) else NotImplemented

    def __sub__(self, other: Union[Instant, Duration, int]) -> Union[Instant, int]:
        if isinstance(other, Instant):
            return self.nanos - other.nanos
        return Instant(self.nanos - _nanos(other)) if isinstance(other, (Duration, int)) else NotImplemented


def _nanos(value: Union[Duration, int]) -> int:
    return value.nanos if isinstance(value, Duration) else value


def _date_and_time(nanos: int) -> str:
    seconds, fraction = divmod(nanos, NANOS_PER_SECOND)
    moment = _EPOCH + dt.timedelta(seconds=seconds)
    return f"{moment.isoformat()}{_fraction(fraction)}"


@dataclass(frozen=True, order=True)
class Duration:
    """A length of time in nanoseconds."""

    nanos: int

    formula_type = "Duration"

    def __str__(self) -> str:
        if self.nanos == 0:
            return "PT0S"
        sign, nanos = ("-", -self.nanos) if self.nanos < 0 else ("", self.nanos)
        minutes, rest = divmod(nanos, 60 * NANOS_PER_SECOND)
        hours, minutes = divmod(minutes, 60)
        seconds, fraction = divmod(rest, NANOS_PER_SECOND)
        text = "PT"
        text += f"{sign}{hours}H" if hours else ""
        text += f"{sign}{minutes}M" if minutes else ""
        if rest:
            digits = f".{fraction:09d}".rstrip("0") if fraction else ""
            text += f"{sign}{seconds}{digits}S"
        return text

    def __neg__(self) -> Duration:
        return Duration(-self.nanos)

    def __add__(self, other: Duration) -> Duration:
        return Duration(self.nanos + other.nanos) if isinstance(other, Duration) else NotImplemented

    def __sub__(self, other: Duration) -> Duration:
        return Duration(self.nanos - other.nanos) if isinstance(other, Duration) else NotImplemented

    def __mul__(self, factor: int) -> Duration:
        return Duration(self.nanos * factor) if isinstance(factor, int) else NotImplemented

    __rmul__ = __mul__


@dataclass(frozen=True)
class Period:
    """A length of time in calendar years, months and days."""

    years: int = 0
    months: int = 0
    days: int = 0

    formula_type = "Period"

    def __str__(self) -> str:
        parts = ((self.years, "Y"), (self.months, "M"), (self.days, "D"))
        return "P" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0D")


@dataclass(frozen=True, order=True)
class LocalDate:
    """A day: days since 1970-01-01."""

    days: int

    formula_type = "LocalDate"

    def __str__(self) -> str:
        return self.to_date().isoformat()

    def to_date(self) -> dt.date:
        """The same day of ``datetime``."""
        return dt.date.fromordinal(_EPOCH_ORDINAL + self.days)


@dataclass(frozen=True, order=True)
class LocalTime:
    """A time of day: nanoseconds since midnight."""

    nanos: int

    formula_type = "LocalTime"

    def __str__(self) -> str:
        seconds, fraction = divmod(self.nanos, NANOS_PER_SECOND)
        clock = dt.time(seconds // 3600, seconds // 60 % 60, seconds % 60)
        return f"{clock.isoformat()}{_fraction(fraction)}"

    def to_time(self) -> dt.time:
        """The same time of ``datetime``, to the microsecond."""
        return (_EPOCH + dt.timedelta(microseconds=self.nanos // 1000)).time()


class TimeZone(str):
    """A time zone: its name in the zone database, or an offset such as ``+02:00``."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """The name, as a plain text."""
        return str(self)

    def __repr__(self) -> str:
        return f"TimeZone({str(self)!r})"

    def tzinfo(self) -> dt.tzinfo:
        """The same zone of ``datetime``."""
        if self == "UTC":
            return dt.timezone.utc
        if self[0] in "+-":
            offset = dt.timedelta(hours=int(self[1:3]), minutes=int(self[4:6]))
            return dt.timezone(-offset if self[0] == "-" else offset)
        return zoneinfo.ZoneInfo(self)


@dataclass(frozen=True)
class ZonedDateTime:
    """A point in time as the clocks of a zone show it."""

    nanos: int
    zone: TimeZone

    @property
    def formula_type(self) -> str:
        """The type in formulas, with the zone."""
        return f"ZonedDateTime[{'Etc/UTC' if self.zone == 'UTC' else self.zone}]"

    @property
    def instant(self) -> Instant:
        """The point in time."""
        return Instant(self.nanos)

    def to_datetime(self) -> dt.datetime:
        """The same time of ``datetime``, to the microsecond, with its zone."""
        utc = _EPOCH.replace(tzinfo=dt.timezone.utc) + dt.timedelta(microseconds=self.nanos // 1000)
        return utc.astimezone(self.zone.tzinfo())

    def local_nanos(self) -> int:
        """Nanoseconds since 1970-01-01T00:00 on the zone's clocks."""
        offset = self.to_datetime().utcoffset() or dt.timedelta()
        return self.nanos + offset // dt.timedelta(seconds=1) * NANOS_PER_SECOND

    def __str__(self) -> str:
        offset = self.to_datetime().isoformat()[-6:]
        zone = "" if self.zone[0] in "+-" else f"[{self.zone}]"
        return f"{_date_and_time(self.local_nanos())}{'Z' if offset == '+00:00' else offset}{zone}"


TimeValue = (Instant, Duration, Period, LocalDate, LocalTime, ZonedDateTime)
