"""Models over tables, static and live."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import wait_until
from kinetable import DHError, dtypes, empty_table, input_table, new_table
from kinetable.learn import Input, Output, gather, learn


def doubles(rows, cols):
    return gather.table_to_numpy_2d(rows, cols, np_type=np.double)


def cell(found, row):
    return found[row]


def values(table, name):
    return [row[name] for row in table.iter_dict()]


def test_a_model_scores_in_batches():
    sizes = []

    def model(xy, z):
        sizes.append(len(xy))
        return xy.sum(axis=1) * z[:, 0]

    table = empty_table(10).update(["X = ii", "Y = X * 0.5", "Z = 2"])
    inputs = [Input(["X", "Y"], doubles), Input("Z", gather.table_to_numpy_2d)]
    outputs = [Output("Score", cell, "double"), Output("Text", lambda found, row: f"{found[row]:.1f}", dtypes.string)]
    scored = learn(table, model, inputs, outputs, batch_size=4)
    assert [column.data_type.name for column in scored.columns] == ["long", "double", "int", "double", "String"]
    assert values(scored, "Score") == [3.0 * x for x in range(10)]
    assert values(scored, "Text")[1] == "3.0"
    assert sum(sizes) == 10 and max(sizes) <= 4


def test_without_outputs_it_is_trained_now():
    seen = []
    table = empty_table(5).update("X = ii")
    assert learn(table, lambda x: seen.append(x.shape), [Input("X", doubles)]) is table
    assert seen == [(5, 1)]


def test_a_live_table_is_scored_as_it_ticks():
    live = input_table({"X": dtypes.int64})
    scored = learn(live, lambda x: x[:, 0] * 2, [Input("X", doubles)], [Output("Y", cell, "long")])
    live.add(new_table({"X": [1, None, 3]}).where("X != 2"))
    wait_until(lambda: scored.size == 3)
    assert values(scored.where("X > 0"), "Y") == [2, 6]


def test_null_is_nan_or_an_error():
    table = new_table({"X": [1, None]})
    assert np.isnan(learn_x(table, np.double)[1])
    with pytest.raises(DHError) as raised:
        learn_x(table, np.intc)
    assert "has nulls" in str(raised.value.__cause__ or raised.value)


def learn_x(table, np_type):
    def gathered(rows, cols):
        return gather.table_to_numpy_2d(rows, cols, gather.MemoryLayout.COLUMN_MAJOR, np_type)

    return values(learn(table, lambda x: x[:, 0], [Input("X", gathered)], [Output("Y", cell, None)]), "Y")


def test_mistakes():
    table = empty_table(1).update("X = ii")
    good = [Input("X", doubles)]
    with pytest.raises(DHError, match="needs a model"):
        learn(table, None, good)
    with pytest.raises(DHError, match="at least one input"):
        learn(table, len)
    with pytest.raises(DHError, match='no column "Y"'):
        learn(table, len, [Input("Y", doubles)])
    with pytest.raises(DHError, match='a column "X" already'):
        learn(table, len, good, [Output("X", cell, None)])
    with pytest.raises(DHError, match='no type "money"'):
        learn(table, len, good, [Output("Y", cell, "money")])
    with pytest.raises(DHError, match="batch_size is 0"):
        learn(table, len, good, batch_size=0)
