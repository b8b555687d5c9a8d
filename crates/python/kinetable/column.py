"""Columns: their definitions, and columns with data for `kinetable.new_table`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Optional, Sequence

from . import dtypes
from .dtypes import DType


class ColumnType(Enum):
    """What a column is for."""

    NORMAL = 1
    PARTITIONING = 2


@dataclass(frozen=True)
class ColumnDefinition:
    """Name and type of a column."""

    name: str
    data_type: DType
    component_type: Optional[DType] = None
    column_type: ColumnType = ColumnType.NORMAL


@dataclass(frozen=True)
class Column(ColumnDefinition):
    """A column definition, as scripts make it."""


@dataclass(frozen=True)
class InputColumn(Column):
    """A column with its data; ``None`` is null."""

    input_data: Any = None


def col_def(
    name: str,
    data_type: DType,
    component_type: Optional[DType] = None,
    column_type: ColumnType = ColumnType.NORMAL,
) -> ColumnDefinition:
    """A column definition.

    Args:
        name: The name.
        data_type: The type; one of `kinetable.dtypes`.
        component_type: The type of the items of an array; told by the type if not given.
        column_type: What the column is for.

    Example:
        from kinetable import dtypes
        from kinetable.column import col_def
        print(col_def("Prices", dtypes.double_array).component_type)
    """
    return Column(name, data_type, component_type or data_type.component_type, column_type)


def bool_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of Booleans.

    Args:
        name: The name.
        data: ``True``, ``False``, ``None``.

    Example:
        from kinetable import new_table
        from kinetable.column import bool_col
        print(new_table([bool_col("B", [True, None])]).to_string())
    """
    return InputColumn(name, dtypes.bool_, input_data=data)


def byte_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of 8-bit integers (byte).

    Args:
        name: The name.
        data: Integers from -128 to 127, ``None``, or a NumPy array.

    Example:
        from kinetable import new_table
        from kinetable.column import byte_col
        print(new_table([byte_col("B", [1, None])]).to_string())
    """
    return InputColumn(name, dtypes.byte, input_data=data)


def char_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of characters (char): UTF-16 units.

    Args:
        name: The name.
        data: Code points, texts of one character, or ``None``.

    Example:
        from kinetable import new_table
        from kinetable.column import char_col
        print(new_table([char_col("C", ["a", 98, None])]).to_string())
    """
    return InputColumn(name, dtypes.char, input_data=data)


def short_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of 16-bit integers (short).

    Args:
        name: The name.
        data: Integers, ``None``, or a NumPy array.

    Example:
        from kinetable import new_table
        from kinetable.column import short_col
        print(new_table([short_col("S", [1, None])]).to_string())
    """
    return InputColumn(name, dtypes.short, input_data=data)


def int_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of 32-bit integers (int).

    Args:
        name: The name.
        data: Integers, ``None``, or a NumPy array.

    Example:
        from kinetable import new_table
        from kinetable.column import int_col
        print(new_table([int_col("I", [1, None])]).to_string())
    """
    return InputColumn(name, dtypes.int32, input_data=data)


def long_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of 64-bit integers (long).

    Args:
        name: The name.
        data: Integers, ``None``, or a NumPy array.

    Example:
        from kinetable import new_table
        from kinetable.column import long_col
        print(new_table([long_col("L", [1, None])]).to_string())
    """
    return InputColumn(name, dtypes.long, input_data=data)


def float_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of 32-bit floating point numbers (float).

    Args:
        name: The name.
        data: Numbers, ``None``, or a NumPy array; NaN is a value of its own.

    Example:
        from kinetable import new_table
        from kinetable.column import float_col
        print(new_table([float_col("F", [1.5, None])]).to_string())
    """
    return InputColumn(name, dtypes.float32, input_data=data)


def double_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of 64-bit floating point numbers (double).

    Args:
        name: The name.
        data: Numbers, ``None``, or a NumPy array; NaN is a value of its own.

    Example:
        from kinetable import new_table
        from kinetable.column import double_col
        print(new_table([double_col("D", [1.5, None, float("nan")])]).to_string())
    """
    return InputColumn(name, dtypes.double, input_data=data)


def string_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of text (String).

    Args:
        name: The name.
        data: Texts, or ``None``.

    Example:
        from kinetable import new_table
        from kinetable.column import string_col
        print(new_table([string_col("S", ["a", None])]).to_string())
    """
    return InputColumn(name, dtypes.string, input_data=data)


def datetime_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of instants, to the nanosecond (Instant).

    Args:
        name: The name.
        data: For each row a ``datetime`` (UTC if it has no zone), ``numpy.datetime64``, ``pandas.Timestamp``, ISO text,
            nanoseconds since the epoch, or ``None``.

    Example:
        from kinetable import new_table
        from kinetable.column import datetime_col
        print(new_table([datetime_col("T", ["2024-01-01T09:30:00 ET", 0, None])]).to_string())
    """
    return InputColumn(name, dtypes.Instant, input_data=data)


def pyobj_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of Python objects (PyObject).

    Formulas keep such cells, hand them to functions, look into them (``O.size``, ``O["key"]``, ``O.method(X)``) and
    cast what they find: ``(double)O["price"]``. The objects are kept as long as a table shows them.

    Args:
        name: The name.
        data: Any objects; ``None`` is null.

    Example:
        from kinetable import new_table
        from kinetable.column import pyobj_col
        t = new_table([pyobj_col("O", [{"price": 2.5}, {"price": 4.0}, None])])
        print(t.view("Price = (double)O[`price`]").to_string())
    """
    return InputColumn(name, dtypes.PyObject, input_data=data)
