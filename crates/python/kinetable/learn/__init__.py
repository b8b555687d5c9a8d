"""Models over tables: rows are gathered into what a model takes, and what it gives becomes columns.

A model is any function: one of scikit-learn or PyTorch, or your own. On a live table the columns are live: a cycle calls the model with
the rows that it added or changed.
"""

from __future__ import annotations

import datetime as dt
import inspect
from typing import Any, Callable, Optional, Sequence, Union

from .._scope import pinned
from ..dherror import DHError
from ..dtypes import DType
from ..table import Table

__all__ = ["Input", "Output", "learn"]

_SCORE, _PICK, _FOUND = "__learn_score", "__learn_pick", "__LearnFound"


class Input:
    """Columns, and how they become an argument of the model.

    Args:
        col_names: The columns.
        gather_func: Is called with the rows of a batch and the columns; gives the argument. `kinetable.learn.gather` has one for
            NumPy.

    Example:
        import numpy as np
        from kinetable.learn import Input, gather
        features = Input(["X", "Y"], lambda rows, cols: gather.table_to_numpy_2d(rows, cols, np_type=np.double))
        print(features.col_names)
    """

    def __init__(self, col_names: Union[str, Sequence[str]], gather_func: Callable[[Any, Any], Any]) -> None:
        """See the class."""
        self.col_names = [col_names] if isinstance(col_names, str) else list(col_names)
        self.gather_func = gather_func


class Output:
    """A column that is added, and how its cells come from what the model gave.

    Args:
        col_name: The column.
        scatter_func: Is called with what the model gave for a batch, and the place of a row in it; gives the cell.
        col_type: The type of the column: one of `kinetable.dtypes`, or its name, as ``"double"``; ``None`` for a
            column of Python objects.

    Example:
        from kinetable.learn import Output
        print(Output("Score", lambda found, row: found[row], "double").col_name)
    """

    def __init__(
        self,
        col_name: str,
        scatter_func: Callable[[Any, int], Any],
        col_type: Union[None, str, DType],
    ) -> None:
        """See the class."""
        self.col_name = col_name
        self.scatter_func = scatter_func
        self.col_type = col_type


class _Rows:
    """The rows of a batch."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def getSize(self) -> int:
        """As scripts for Deephaven ask for it."""
        return self._count


def learn(
    table: Table,
    model_func: Optional[Callable[..., Any]] = None,
    inputs: Sequence[Input] = (),
    outputs: Sequence[Output] = (),
    batch_size: Optional[int] = None,
) -> Table:
    """Calls a model with the rows of a table, and adds what it gives as columns.

    With outputs the model scores: it has to work row by row, for which rows make a batch is not promised. Without, it is called now, with all rows
    of the current step, to be trained.

    Args:
        table: The table.
        model_func: The model: takes what each input gathers.
        inputs: What the model takes.
        outputs: The columns that are added; none to train.
        batch_size: How many rows a batch has at most; all that there are if not given.

    Returns:
        The table with the columns of `outputs`; the table itself if there are none.

    Raises:
        DHError: if the model or an input is missing, a column is, or a function raises on the rows that there are.

    Example:
        import numpy as np
        from kinetable import empty_table
        from kinetable.learn import Input, Output, gather, learn
        features = Input(["X", "Y"], lambda rows, cols: gather.table_to_numpy_2d(rows, cols, np_type=np.double))
        total = Output("Total", lambda found, row: found[row], "double")
        t = empty_table(3).update(["X = i", "Y = X * 0.5"])
        print(learn(t, lambda xy: xy.sum(axis=1), [features], [total]).to_string())
    """
    if model_func is None:
        raise DHError(message="learn needs a model_func")
    if not inputs:
        raise DHError(message="learn needs at least one input\n  hint: Input([\"X\"], gather_func)")
    if batch_size is not None and batch_size < 1:
        raise DHError(message=f"batch_size is {batch_size}, but has to be at least 1")
    names = list(dict.fromkeys(name for given in inputs for name in given.col_names))
    missing = [name for name in names if name not in table.column_names]
    if missing:
        raise DHError(message=f'no column "{missing[0]}"\n  hint: columns: {", ".join(table.column_names)}')
    batch = _Batches(model_func, inputs, outputs, names, batch_size)
    if not outputs:
        batch.train(table)
        return table
    return _scored(table, batch, outputs, names)


def _scored(table: Table, batch: _Batches, outputs: Sequence[Output], names: Sequence[str]) -> Table:
    new = [output.col_name for output in outputs]
    twice = [name for place, name in enumerate(new) if name in table.column_names or name in new[:place]]
    if twice:
        raise DHError(message=f'there is a column "{twice[0]}" already\n  hint: give the output another name')
    picks = [_pick(place, output) for place, output in enumerate(outputs)]
    with pinned(({_SCORE: batch.function()}, {})):
        scored = table.update(f"{_FOUND} = {_SCORE}({', '.join(names)})")
    for output, pick in zip(outputs, picks):
        with pinned(({_PICK: pick}, {})):
            scored = scored.update(f"{output.col_name} = {_PICK}({_FOUND})")
    return scored.drop_columns(_FOUND)


class _Batches:
    """Rows on their way through a model."""

    def __init__(
        self,
        model: Callable[..., Any],
        inputs: Sequence[Input],
        outputs: Sequence[Output],
        names: Sequence[str],
        size: Optional[int],
    ) -> None:
        self._model, self._inputs, self._outputs = model, inputs, outputs
        self._names, self._size = names, size

    def train(self, table: Table) -> None:
        size = self._size or max(table.size, 1)
        for chunk in table.iter_chunk_dict(self._names, chunk_size=size):
            self._found(list(chunk.values()))

    def function(self) -> Callable[..., Any]:
        """The function over whole columns that a formula calls: for each row the cells of all outputs."""
        import numpy as np

        def score(*columns: Any) -> Any:
            count = len(columns[0])
            cells = np.empty(count, dtype=object)
            size = self._size or max(count, 1)
            for start in range(0, count, size):
                part = [column[start : start + size] for column in columns]
                found = self._found(part)
                for row in range(len(part[0])):
                    cells[start + row] = tuple(output.scatter_func(found, row) for output in self._outputs)
            return cells

        arrays = [
            inspect.Parameter(f"column_{place}", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Optional[np.ndarray])
            for place in range(len(self._names))
        ]
        score.__signature__ = inspect.Signature(arrays, return_annotation=np.ndarray)  # type: ignore[attr-defined]
        return score

    def _found(self, columns: Sequence[Any]) -> Any:
        by_name = dict(zip(self._names, columns))
        rows = _Rows(len(columns[0]))
        return self._model(
            *(given.gather_func(rows, [by_name[name] for name in given.col_names]) for given in self._inputs)
        )


def _pick(place: int, output: Output) -> Callable[[Any], Any]:
    """The function that takes the cell of one output."""

    kind = _annotation(output.col_type)
    convert = _CONVERSIONS.get(getattr(kind, "__name__", ""), _same)

    def pick(found):  # type: ignore[no-untyped-def]
        cell = None if found is None else found[place]
        # NaN is the null of models.
        return None if cell is None or convert is int and cell != cell else convert(cell)

    if kind is not None:
        pick.__annotations__["return"] = kind
    return pick


def _same(cell: Any) -> Any:
    return cell


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("int8", "int16", "uint16", "int32", "int64"), int),
    **dict.fromkeys(("float32", "float64"), float),
    "bool": bool,
    "str": str,
}
"""What a model gives is of NumPy's types, or PyTorch's: cells are made of Python's."""


def _annotation(col_type: Union[None, str, DType]) -> Any:
    import numpy as np

    if col_type is None:
        return None
    name = col_type.name if isinstance(col_type, DType) else col_type.rpartition(".")[2]
    kinds = {
        "boolean": bool,
        "byte": np.int8,
        "short": np.int16,
        "char": np.uint16,
        "int": np.int32,
        "long": np.int64,
        "float": np.float32,
        "double": np.float64,
        "String": str,
        "Instant": dt.datetime,
        "LocalDate": dt.date,
        "LocalTime": dt.time,
        "Duration": dt.timedelta,
    }
    boxed = {"Boolean": "boolean", "Byte": "byte", "Short": "short", "Character": "char", "Integer": "int", "Long": "long"}
    boxed |= {"Float": "float", "Double": "double"}
    if name in ("PyObject", "Object"):
        return None
    found = kinds.get(boxed.get(name, name))
    if found is None:
        raise DHError(message=f'an output has no type "{col_type}"\n  hint: one of {", ".join(kinds)}, or none for objects')
    return found
