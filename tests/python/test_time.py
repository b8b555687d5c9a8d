"""Times: from whatever a script has to what formulas take, and back."""

from __future__ import annotations

import datetime as dt
import time
import zoneinfo

import numpy as np
import pandas as pd
import pytest
from kinetable import DHError, dtypes, empty_table, new_table, time_table
from kinetable import time as t
from kinetable.column import datetime_col

UTC = dt.timezone.utc
NANOS = 1_704_110_400_123_456_789
TEXT = "2024-01-01T12:00:00.123456789Z"


@pytest.mark.parametrize(
    "value, nanos",
    [
        (NANOS, NANOS),
        (TEXT, NANOS),
        ("2024-01-01 07:00:00.123456789 ET", NANOS),
        ("2024-01-01T13:00:00.123456789+01:00", NANOS),
        ("2024-07-01 12:00 Europe/Berlin", 1_719_828_000_000_000_000),
        ("2024-01-01 ET", 1_704_085_200_000_000_000),
        ("1704110400", 1_704_110_400_000_000_000),
        ("1704110400123", 1_704_110_400_123_000_000),
        (dt.datetime(2024, 1, 1, 12), 1_704_110_400_000_000_000),
        (dt.datetime(2024, 1, 1, 7, tzinfo=zoneinfo.ZoneInfo("America/New_York")), 1_704_110_400_000_000_000),
        (np.datetime64(NANOS, "ns"), NANOS),
        (pd.Timestamp(NANOS), NANOS),
    ],
    ids=str,
)
def test_instants(value, nanos):
    assert t.to_j_instant(value) == t.Instant(nanos)


@pytest.mark.parametrize(
    "value, text",
    [
        ("PT1S", "PT1S"),
        ("PT90m", "PT1H30M"),
        ("PT5H2M1.2S", "PT5H2M1.2S"),
        ("PT-1S", "PT-1S"),
        ("-PT1.5S", "PT-1.5S"),
        ("PT00:00:01", "PT1S"),
        ("P1DT1S", "PT24H1S"),
        (1, "PT0.000000001S"),
        (0, "PT0S"),
        (dt.timedelta(minutes=1, microseconds=1), "PT1M0.000001S"),
        (np.timedelta64(5, "ms"), "PT0.005S"),
        (pd.Timedelta(7, "ns"), "PT0.000000007S"),
    ],
    ids=str,
)
def test_durations(value, text):
    duration = t.to_j_duration(value)
    assert str(duration) == text
    assert t.to_j_duration(str(duration)) == duration


def test_periods():
    assert str(t.to_j_period("P1Y4M5D")) == "P1Y4M5D"
    assert t.to_j_period("-P2W") == t.Period(days=-14)
    assert t.to_j_period(dt.timedelta(days=3)) == t.Period(days=3)
    with pytest.raises(DHError, match="whole days"):
        t.to_j_period(dt.timedelta(hours=3))


def test_dates_and_times_of_day():
    assert str(t.to_j_local_date("2024-02-29")) == "2024-02-29"
    assert t.to_j_local_date(dt.date(1970, 1, 2)) == t.LocalDate(1)
    assert t.to_j_local_date(dt.datetime(1969, 12, 31, 23)) == t.LocalDate(-1)
    assert t.to_j_local_date(np.datetime64("1970-01-11")) == t.LocalDate(10)
    assert str(t.to_j_local_time("10:30")) == "10:30:00"
    assert t.to_j_local_time("10:30:00.5") == t.LocalTime(37_800_500_000_000)
    assert t.to_j_local_time(dt.time(0, 0, 1, 5)) == t.LocalTime(1_000_005_000)
    assert t.to_j_local_time(pd.Timestamp("2024-01-01T00:00:00.000000007")) == t.LocalTime(7)
    assert t.to_j_local_time(np.datetime64("1969-12-31T23:00:00")) == t.LocalTime(82_800_000_000_000)
    assert t.to_j_local_time(5) == t.LocalTime(5)


def test_zones():
    assert t.to_j_time_zone("ET") == "America/New_York"
    assert t.to_j_time_zone(zoneinfo.ZoneInfo("Asia/Tokyo")) == "Asia/Tokyo"
    assert t.to_j_time_zone(UTC) == "UTC"
    assert t.to_j_time_zone(dt.timezone(dt.timedelta(hours=-5, minutes=-30))) == "-05:30"
    assert t.to_j_time_zone(dt.datetime.now(UTC)) == "UTC"
    assert t.dh_time_zone() == "UTC"
    with pytest.raises(DHError, match='no time zone "Mars/Base"'):
        t.to_j_time_zone("Mars/Base")


def test_short_names_of_zones():
    t.time_zone_alias_add("BER", "Europe/Berlin")
    try:
        assert t.to_j_time_zone("BER") == "Europe/Berlin"
        assert t.to_j_instant("2024-07-01T12:00 BER") == t.to_j_instant("2024-07-01T10:00Z")
        table = empty_table(1).update("X = '2024-07-01T12:00:00 BER'")
        assert next(table.iter_dict())["X"] == dt.datetime(2024, 7, 1, 10, tzinfo=UTC)
        with pytest.raises(DHError, match="there already"):
            t.time_zone_alias_add("BER", "Asia/Tokyo")
        with pytest.raises(DHError, match="no time zone"):
            t.time_zone_alias_add("MARS", "Mars/Base")
    finally:
        assert t.time_zone_alias_rm("BER")
    assert not t.time_zone_alias_rm("BER")
    with pytest.raises(DHError):
        t.to_j_time_zone("BER")


def test_zoned_times():
    zoned = t.to_j_zdt("2024-07-01T12:00:00.5 ET")
    assert str(zoned) == "2024-07-01T12:00:00.500-04:00[America/New_York]"
    assert t.to_datetime(zoned) == dt.datetime(2024, 7, 1, 16, 0, 0, 500_000, UTC)
    assert t.to_date(t.to_j_zdt("2024-07-01T23:00 ET")) == dt.date(2024, 7, 1)
    assert t.to_time(zoned) == dt.time(12, 0, 0, 500_000)
    assert t.to_j_zdt(dt.datetime(2024, 1, 1, tzinfo=zoneinfo.ZoneInfo("Asia/Tokyo"))).zone == "Asia/Tokyo"
    assert str(t.to_pd_timestamp(zoned).tz) == "America/New_York"


def test_and_back():
    instant = t.to_j_instant(TEXT)
    assert t.to_datetime(instant) == dt.datetime(2024, 1, 1, 12, 0, 0, 123_456)
    assert t.to_pd_timestamp(instant).value == NANOS
    assert t.to_np_datetime64(instant) == np.datetime64(NANOS, "ns")
    duration = t.to_j_duration("PT1.000000001S")
    assert t.to_timedelta(duration) == dt.timedelta(seconds=1)
    assert t.to_pd_timedelta(duration).value == 1_000_000_001
    assert t.to_np_timedelta64(duration) == np.timedelta64(1_000_000_001, "ns")
    assert t.to_np_timedelta64(t.Period(months=2)) == np.timedelta64(2, "M")
    assert t.to_date(t.LocalDate(0)) == dt.date(1970, 1, 1)
    assert t.to_time(t.LocalTime(1_000)) == dt.time(0, 0, 0, 1)


def test_null_stays_null():
    functions = [getattr(t, name) for name in t.__all__ if name.startswith("to_")]
    assert [function(None) for function in functions] == [None] * len(functions)


def test_misfits_are_told():
    for function in (t.to_j_instant, t.to_j_duration, t.to_j_local_date, t.to_j_local_time, t.to_j_period, t.to_j_zdt):
        with pytest.raises(DHError):
            function("soon")
    with pytest.raises(DHError, match="Instant or ZonedDateTime is expected"):
        t.to_datetime(dt.datetime(2024, 1, 1))


def test_now():
    before, now, after = time.time_ns(), t.dh_now(), time.time_ns()
    assert before <= now.nanos <= after
    assert t.dh_now(resolution="ms").nanos % 1_000_000 == 0
    assert dt.date.fromisoformat(t.dh_today())


def test_formulas_take_them():
    start, hour, month = t.to_j_instant(TEXT), t.to_j_duration("PT1H"), t.to_j_period("P1M")
    day, opening, zone = t.to_j_local_date("2024-01-31"), t.to_j_local_time("09:30"), t.to_j_time_zone("ET")
    table = empty_table(1).update(
        [
            "Next = start + hour",
            "Later = start > '2024-01-01T12:00:00.123456788Z'",
            "Month = day + month",
            "Hour = hourOfDay(start, zone, true)",
            "Open = toInstant(day, opening, zone)",
            "Length = hour",
            "Step = month",
        ]
    )
    (row,) = table.iter_dict()
    assert row["Later"] and row["Hour"] == 7
    assert row["Month"] == dt.date(2024, 2, 29)
    assert row["Open"] == dt.datetime(2024, 1, 31, 14, 30, tzinfo=UTC)
    assert row["Length"] == dt.timedelta(hours=1)
    assert row["Step"] == month
    assert table.to_arrow().column("Next").to_pylist()[0].value == NANOS + 3_600_000_000_000
    assert "PT1H" in table.to_string() and "P1M" in table.to_string()


def test_zoned_times_in_formulas():
    zoned, utc = t.to_j_zdt("2024-07-01T12:00 ET"), t.to_j_zdt("2024-07-01T12:00Z")
    table = empty_table(1).update(["A = zoned", "B = utc", "C = hourOfDay(zoned, true)", "D = A > B"])
    assert table.definition["A"].data_type is table.definition["B"].data_type is dtypes.ZonedDateTime
    (row,) = table.iter_dict()
    assert row["A"] == dt.datetime(2024, 7, 1, 16, tzinfo=UTC) and row["A"].utcoffset() == -dt.timedelta(hours=4)
    assert row["B"] == dt.datetime(2024, 7, 1, 12, tzinfo=UTC) and (row["C"], row["D"]) == (12, True)
    text = table.to_string()
    assert "2024-07-01T12:00:00-04:00[America/New_York]" in text and "2024-07-01T12:00:00Z[UTC]" in text


def test_columns_and_sources_take_them():
    table = new_table([datetime_col("T", [t.to_j_instant(TEXT), t.to_j_zdt(TEXT), None])])
    assert [value.value for value in table.to_arrow().column("T").to_pylist()[:2]] == [NANOS, NANOS]
    ticking = time_table(t.to_j_duration("PT0.01S"), start_time=t.to_j_instant("2024-01-01T00:00:00Z"))
    assert ticking.await_update(60_000)
    assert next(ticking.iter_dict())["Timestamp"] == dt.datetime(2024, 1, 1, tzinfo=UTC)
