"""Times written as texts, in the ISO 8601 forms that formulas take too."""

from __future__ import annotations

import datetime as dt
import decimal
import re
import zoneinfo

from ._times import NANOS_PER_DAY, NANOS_PER_SECOND, Instant, Period, TimeZone, ZonedDateTime

_EPOCH_DATE = dt.date(1970, 1, 1)

# Short names that traders use. Formulas know the same.
_ALIASES = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
    "HK": "Asia/Hong_Kong",
    "JP": "Asia/Tokyo",
    "LON": "Europe/London",
    "Z": "UTC",
    "Etc/UTC": "UTC",
}

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?)?\s*(\S+)?")
_CLOCK = re.compile(r"L?(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?")
_LENGTH = re.compile(r"(-)?P(?:N?D)?(?:T(?:NH)?(?:NM)?(?:NS)?)?".replace("N", r"([+-]?\d+(?:\.\d+)?)"))
_LENGTH_AS_CLOCK = re.compile(r"(-)?PT(\d+):(\d\d)(?::(\d\d(?:\.\d{1,9})?))?")
_PERIOD = re.compile(r"([+-])?P(?:NY)?(?:NM)?(?:NW)?(?:ND)?".replace("N", r"([+-]?\d+)"))
_OFFSET = re.compile(r"([+-])(\d\d?)(?::?(\d\d))?")


def zone(name: str) -> TimeZone:
    """The time zone of a name, an alias such as ``ET``, or an offset such as ``+02:00``."""
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        sign, hours, minutes = offset.groups()
        return TimeZone(f"{sign}{int(hours):02d}:{minutes or '00'}")
    full = _ALIASES.get(name, name)
    try:
        return TimeZone(full) if full == "UTC" else TimeZone(zoneinfo.ZoneInfo(full).key)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f'there is no time zone "{name}"; write e.g. ET, UTC, Europe/Berlin or +02:00') from error


def add_alias(alias: str, name: str) -> None:
    """Lets a short name stand for a zone."""
    _ALIASES[alias] = zone(name)


def remove_alias(alias: str) -> None:
    """Forgets a short name."""
    _ALIASES.pop(alias, None)


def zoned(text: str) -> ZonedDateTime:
    """A date, or a date and a time, with a zone; without one it is in UTC."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no instant; write it as 2024-01-31T12:00:00Z")
    day, clock, fraction, name = match.groups()
    local = dt.datetime.fromisoformat(f"{day}T{clock or '00:00'}")
    place = zone(name) if name else TimeZone("UTC")
    utc = local.replace(tzinfo=place.tzinfo()).astimezone(dt.timezone.utc)
    seconds = (utc.date() - _EPOCH_DATE).days * 86_400 + utc.hour * 3600 + utc.minute * 60 + utc.second
    return ZonedDateTime(seconds * NANOS_PER_SECOND + int((fraction or "0").ljust(9, "0")), place)


def instant(text: str) -> Instant:
    """As `zoned`, or digits: an epoch in the unit that its size tells."""
    if text.lstrip("-").isdigit():
        return Instant(_of_epoch(int(text)))
    return zoned(text).instant


def _of_epoch(count: int) -> int:
    """Seconds, milliseconds, microseconds or nanoseconds: whichever is a time of about this century."""
    magnitude = abs(count)
    for limit, unit in ((10**11, 10**9), (10**14, 10**6), (10**17, 10**3)):
        if magnitude < limit:
            return count * unit
    return count


def duration(text: str) -> int:
    """Nanoseconds of ``PT1.5S``, ``P1DT2H``, ``PT00:00:01``."""
    clock, match = _LENGTH_AS_CLOCK.fullmatch(text.upper()), _LENGTH.fullmatch(text.upper())
    if clock is not None:
        sign, *rest = clock.groups()
        parts = [None, *rest]
    elif match is not None and text.upper().rstrip("T") not in ("P", "-P"):
        sign, *parts = match.groups()
    else:
        raise ValueError(f"{text!r} is no duration; write it as PT1S, PT0.5S, PT1M or PT2H")
    units = (86_400, 3_600, 60, 1)
    total = sum(decimal.Decimal(part) * unit for part, unit in zip(parts, units) if part)
    nanos = int(total * NANOS_PER_SECOND)
    return -nanos if sign else nanos


def period(text: str) -> Period:
    """Calendar time: ``P1Y2M3D``, ``P2W``."""
    match = _PERIOD.fullmatch(text.upper())
    if match is None or not any(match.groups()[1:]):
        raise ValueError(f"{text!r} is no period; write it as P1Y2M3D, P2W or P5D")
    sign = -1 if match.group(1) == "-" else 1
    years, months, weeks, days = (sign * int(part or 0) for part in match.groups()[1:])
    return Period(years, months, weeks * 7 + days)


def date(text: str) -> int:
    """Days since the epoch."""
    try:
        return (dt.date.fromisoformat(text) - _EPOCH_DATE).days
    except ValueError as error:
        raise ValueError(f"{text!r} is no date; write it as 2024-01-31") from error


def time_of_day(text: str) -> int:
    """Nanoseconds since midnight."""
    match = _CLOCK.fullmatch(text)
    hours, minutes, seconds, fraction = match.groups() if match is not None else ("99", "0", "0", "0")
    total = (int(hours) * 60 + int(minutes)) * 60 + int(seconds or 0)
    nanos = total * NANOS_PER_SECOND + int((fraction or "0").ljust(9, "0"))
    if nanos >= NANOS_PER_DAY or int(minutes) > 59 or int(seconds or 0) > 59:
        raise ValueError(f"{text!r} is no time of day; write it as 10:30 or 10:30:00.5")
    return nanos
