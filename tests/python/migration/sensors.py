# Readings with times: bins, zones, durations, filters as objects, colours.
from deephaven import agg, empty_table, merge
from deephaven.filters import ColumnName, Filter, PatternMode, gt, in_, is_null, or_, pattern
from deephaven.time import to_datetime, to_j_duration, to_j_instant, to_j_time_zone

start = to_j_instant("2024-03-10T00:00:00 ET")
step = to_j_duration("PT10m")
zone = to_j_time_zone("America/New_York")

readings = empty_table(12 * 6).update(
    [
        "Time = start + i * 10 * MINUTE",
        "Sensor = i % 2 == 0 ? `hall` : `roof`",
        "Value = i % 7 == 0 ? NULL_DOUBLE : i * 0.5",
    ]
)
hourly = readings.update(["Hour = lowerBin(Time, HOUR)", "Wall = hourOfDay(Time, zone, true)"]).agg_by(
    [agg.avg("Value"), agg.count_("N"), agg.first("Wall")], by="Hour"
)
assert hourly.size == 12 and [row.N for row in hourly.iter_tuple()] == [6] * 12
# The night in which the clocks go forward: two o'clock is not there.
assert [row["Wall"] for row in hourly.head(4).iter_dict("Wall")] == [0, 1, 3, 4]

late = readings.where(["Time >= '2024-03-10T12:00:00 ET'", "Sensor = `hall`"])
assert late.size == 3
assert to_datetime(start).isoformat() == "2024-03-10T05:00:00"

chosen = readings.where(or_([is_null("Value"), gt(ColumnName("Value"), 34.0)]))
assert chosen.size == 11 + 2
assert readings.where(in_("Sensor", ["roof", "cellar"])).size == 36
assert readings.where(pattern(PatternMode.FIND, "Sensor", "oo")).size == 36
assert readings.where(Filter.from_("Value in 0.5, 1.0").not_()).size == 70

coloured = readings.format_column_where("Value", "Value > 30", "RED").format_row_where("isNull(Value)", "`#808080`")
assert "Value__TABLE_STYLE_FORMAT" in coloured.column_names

both = merge([readings.where("Sensor == `roof`"), readings.where("Sensor == `hall`")])
assert both.size == readings.size and next(both.iter_dict("Sensor"))["Sensor"] == "roof"
assert readings.view("Later = Time + step").size == 72
