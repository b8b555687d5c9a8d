"""Table.update_by against pandas and Polars, and its rules on nulls, NaN, windows, live and blink tables."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from conftest import wait_until
from kinetable import DHError, Table, new_table, time_table
from kinetable import updateby as uby
from kinetable.column import datetime_col, double_col, int_col, long_col, string_col

SECOND = 1_000_000_000


def frame(rows: int = 500) -> pd.DataFrame:
    """Keys, prices with gaps, sizes, and timestamps that repeat."""
    random = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "Sym": random.choice(list("ABCD"), rows),
            "Price": np.where(random.random(rows) < 0.1, np.nan, random.normal(100, 5, rows).round(2)),
            "Size": random.integers(1, 100, rows),
            "Time": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.sort(random.integers(0, 300, rows)), "s"),
        }
    )


def table(data: pd.DataFrame) -> Table:
    """The same as a table, with null where pandas has NaN."""
    prices = [None if math.isnan(price) else price for price in data["Price"]]
    return new_table(
        [
            string_col("Sym", list(data["Sym"])),
            double_col("Price", prices),
            long_col("Size", list(data["Size"])),
            datetime_col("Time", list(data["Time"])),
        ]
    )


def column(result: Table, name: str) -> list[Any]:
    """One column as Python values."""
    return [row[name] for row in result.iter_dict([name])]


def close(result: Table, name: str, expected: "pd.Series[Any]") -> None:
    """The column is what pandas says; its NaN is null or NaN."""
    found = np.array([np.nan if value is None else value for value in column(result, name)], dtype=float)
    np.testing.assert_allclose(found, expected.to_numpy(dtype=float), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("by", [["Sym"], []])
def test_cumulative_as_in_pandas(by: list[str]) -> None:
    data = frame()
    result = table(data).update_by(
        [
            uby.cum_sum(["Sum = Price", "SumSize = Size"]),
            uby.cum_min("Min = Price"),
            uby.cum_max("Max = Price"),
            uby.cum_prod("Prod = Size"),
            uby.forward_fill("Fill = Price"),
            uby.delta("Delta = Size"),
            uby.cum_count_where("Dear", ["Price > 100", "Size > 50"]),
        ],
        by=by,
    )
    groups = data.groupby(by if by else lambda _: 0)
    close(result, "Sum", groups["Price"].cumsum().groupby(data["Sym"] if by else lambda _: 0).ffill())
    close(result, "Min", groups["Price"].cummin().groupby(data["Sym"] if by else lambda _: 0).ffill())
    close(result, "Max", groups["Price"].cummax().groupby(data["Sym"] if by else lambda _: 0).ffill())
    close(result, "Fill", groups["Price"].ffill())
    close(result, "Delta", groups["Size"].diff())
    dear = ((data["Price"] > 100) & (data["Size"] > 50)).astype(int)
    close(result, "Dear", dear.groupby(data["Sym"] if by else lambda _: 0).cumsum())
    assert column(result, "SumSize") == groups["Size"].cumsum().tolist()
    assert column(result, "Prod") == groups["Size"].cumprod().tolist()


def test_rolling_as_in_pandas() -> None:
    data = frame()
    names = {"sum": "sum", "avg": "mean", "min": "min", "max": "max", "std": "std", "count": "count"}
    ops = [getattr(uby, f"rolling_{name}_tick")(f"{name} = Price", rev_ticks=5) for name in names]
    result = table(data).update_by(ops, by="Sym")
    windows = data.groupby("Sym")["Price"].rolling(5, min_periods=1)
    for name, method in names.items():
        expected = getattr(windows, method)().reset_index(level=0, drop=True).sort_index()
        close(result, name, expected)


def test_rolling_by_time_as_in_polars() -> None:
    data = frame().dropna()
    polars = pl.from_pandas(data.reset_index(drop=True))
    ops = [
        uby.rolling_sum_time("Time", "Sum = Price", "PT30s"),
        uby.rolling_avg_time("Time", "Mean = Price", "PT00:00:30"),
        uby.rolling_min_time("Time", "Min = Price", 30 * SECOND),
        uby.rolling_max_time("Time", "Max = Price", dt.timedelta(seconds=30)),
        uby.rolling_std_time("Time", "Std = Price", "PT30s"),
    ]
    result = table(data).update_by(ops)
    windows = {"window_size": "30s", "closed": "both"}
    price = pl.col("Price")
    expected = polars.select(
        Sum=price.rolling_sum_by("Time", **windows),
        Mean=price.rolling_mean_by("Time", **windows),
        Min=price.rolling_min_by("Time", **windows),
        Max=price.rolling_max_by("Time", **windows),
        Std=price.rolling_std_by("Time", min_samples=1, **windows),
    ).to_pandas()
    for name in expected.columns:
        close(result, name, expected[name])


def test_decay_as_in_pandas() -> None:
    data = frame().dropna().reset_index(drop=True)
    ops = [uby.ema_tick(7, "Ema = Price"), uby.emstd_tick(7, "Std = Price"), uby.ems_tick(7, "Ems = Price")]
    result = table(data).update_by(ops, by="Sym")
    decay = math.exp(-1 / 7)
    groups = data.groupby("Sym")["Price"]
    close(result, "Ema", groups.transform(lambda prices: prices.ewm(alpha=1 - decay, adjust=False).mean()))
    deviations = groups.transform(lambda prices: prices.ewm(alpha=1 - decay, adjust=False).std(bias=True))
    first = ~data["Sym"].duplicated()
    close(result, "Std", deviations.mask(first))
    # A decayed sum is an average without its weights: s = x + a·s.
    sums = groups.transform(lambda prices: pd.Series(list(_accumulated(prices, decay)), index=prices.index))
    close(result, "Ems", sums)


def _accumulated(prices: "pd.Series[Any]", decay: float) -> Any:
    total = 0.0
    for price in prices:
        total = total * decay + price
        yield total


def test_decay_by_time_follows_timestamps() -> None:
    times = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:02Z", "2026-01-01T00:00:03Z"]
    t = new_table([datetime_col("T", times), double_col("X", [1.0, 2.0, 4.0])])
    ops = [
        uby.ema_time("T", "PT2s", "Ema = X"),
        uby.ems_time("T", 2 * SECOND, "Ems = X"),
        uby.emmin_time("T", "PT2s", "Min = X"),
        uby.emmax_time("T", "PT2s", "Max = X"),
        uby.emstd_time("T", "PT2s", "Std = X"),
    ]
    result = t.update_by(ops)
    a, b = math.exp(-1), math.exp(-0.5)
    means = [1.0, a + (1 - a) * 2]
    means.append(b * means[1] + (1 - b) * 4)
    close(result, "Ema", pd.Series(means))
    close(result, "Ems", pd.Series([1.0, a + 2, b * (a + 2) + 4]))
    close(result, "Min", pd.Series([1.0, a, a * b]))
    close(result, "Max", pd.Series([1.0, 2.0, 4.0]))
    v = a * (1 - a) * (2 - 1) ** 2
    w = b * (v + (1 - b) * (4 - means[1]) ** 2)
    close(result, "Std", pd.Series([math.nan, math.sqrt(v), math.sqrt(w)]))


def test_controls() -> None:
    t = new_table([double_col("X", [1.0, None, 3.0, math.nan, 5.0])])
    reset = uby.OperationControl(on_null=uby.BadDataBehavior.RESET)
    poison = uby.OperationControl(on_nan=uby.BadDataBehavior.POISON)
    throw = uby.OperationControl(uby.BadDataBehavior.THROW)
    result = t.update_by([uby.ems_tick(1, "R = X", reset), uby.ems_tick(1, "P = X", poison)])
    assert column(result, "R")[:4] == [1.0, None, 3.0, 3.0]
    assert column(result, "P")[1] == 1.0 and all(math.isnan(value) for value in column(result, "P")[3:])
    with pytest.raises(DHError, match='ems of column "X": a null'):
        t.update_by(uby.ems_tick(1, "X", throw))
    n = new_table([int_col("X", [None, 4, None, 7])])
    controls = [uby.delta(f"{control.name} = X", control) for control in uby.DeltaControl]
    deltas = n.update_by(controls)
    assert column(deltas, "NULL_DOMINATES") == [None, None, None, None]
    assert column(deltas, "VALUE_DOMINATES") == [None, 4, None, 7]
    assert column(deltas, "ZERO_DOMINATES") == [None, 0, None, 0]


def test_windows_ahead_groups_and_formulas() -> None:
    t = new_table([string_col("K", ["a", "a", "b", "a"]), int_col("X", [1, 2, 3, 4]), int_col("W", [1, 1, 2, 3])])
    factor = 10
    ops = [
        uby.rolling_group_tick("Next = X", rev_ticks=0, fwd_ticks=3),
        uby.rolling_formula_tick("Scaled = sum(X) * factor + W[0]", rev_ticks=2),
        uby.rolling_formula_tick("max(each) - min(each)", "each", ["Range = X", "RangeW = W"], rev_ticks=3),
        uby.rolling_count_where_tick("Odd", "X % 2 == 1", rev_ticks=2),
        uby.rolling_wavg_tick("W", "Mean = X", rev_ticks=2),
        uby.rolling_prod_tick("Prod = X", rev_ticks=5),
    ]
    result = t.update_by(ops, by=["K"])
    assert column(result, "Next") == [[2, 4], [4], [], []]
    assert column(result, "Scaled") == [11, 31, 32, 61]
    assert column(result, "Range") == [0, 1, 0, 3]
    assert column(result, "RangeW") == [0, 0, 0, 2]
    assert column(result, "Odd") == [1, 1, 1, 0]
    assert column(result, "Mean") == [1.0, 1.5, 3.0, 3.5]
    assert column(result, "Prod") == [1.0, 2.0, 3.0, 8.0]


def test_all_columns_in_their_places() -> None:
    t = new_table([string_col("K", ["a", "a"]), int_col("X", [1, 2]), double_col("Y", [0.5, 0.5])])
    result = t.update_by(uby.cum_sum([]), "K")
    assert result.column_names == ["K", "X", "Y"]
    assert column(result, "X") == [1, 3] and column(result, "Y") == [0.5, 1.0]


def test_mistakes() -> None:
    t = new_table([string_col("S", ["a"]), int_col("X", [1])])
    with pytest.raises(DHError, match='cum_sum of column "S": text is not supported'):
        t.update_by(uby.cum_sum("S"))
    with pytest.raises(DHError, match='no column "Y"'):
        t.update_by(uby.cum_sum("Y"))
    with pytest.raises(DHError, match="two results"):
        t.update_by([uby.cum_sum("N = X"), uby.cum_max("N = X")])
    with pytest.raises(TypeError, match="rev_ticks"):
        uby.rolling_sum_tick("X", rev_ticks=1.5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="operation of kinetable.updateby"):
        t.update_by("cum_sum")  # type: ignore[arg-type]
    with pytest.raises(DHError, match="formula_param"):
        t.update_by(uby.rolling_formula_tick("sum(X)", cols=["X"], rev_ticks=2))
    backwards = new_table([datetime_col("T", [2 * SECOND, SECOND]), int_col("X", [1, 2])])
    with pytest.raises(DHError, match="descend within a group"):
        backwards.update_by(uby.rolling_sum_time("T", "X", "PT1s"))
    with pytest.raises(DHError, match="descend within a group"):
        backwards.update_by(uby.ema_time("T", "PT1s", "X"))


def test_live_tables() -> None:
    ticking = time_table("PT0.01S").update(["K = ii % 3", "X = (double)ii"])
    ops = [
        uby.cum_sum("Sum = X"),
        uby.rolling_sum_tick("Last = X", rev_ticks=2),
        uby.rolling_count_time("Timestamp", "Recent = X", "PT0.05S"),
    ]
    result = ticking.update_by(ops, by="K")
    wait_until(lambda: result.size > 30)
    snapshot = result.snapshot()
    again = snapshot.view(["Timestamp", "K", "X"]).update_by(ops, by="K")
    assert list(again.iter_dict(["Sum", "Last", "Recent"])) == list(snapshot.iter_dict(["Sum", "Last", "Recent"]))
    assert ticking.update_by(ops[:2], by="K").attributes().get("AppendOnly") is True


def test_blink_tables() -> None:
    blink = time_table("PT0.01S", blink_table=True).update("X = 1")
    with pytest.raises(DHError, match="blink table"):
        blink.update_by(uby.cum_sum("X"), by="Timestamp")
    counted = blink.update_by(uby.cum_sum("N = X"))
    assert not counted.is_blink
    wait_until(lambda: counted.size > 0)
