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
class InputColumn(ColumnDefinition):
    """A column with its data; ``None`` is null."""

    input_data: Any = None


def col_def(
    name: str,
    data_type: DType,
    component_type: Optional[DType] = None,
    column_type: ColumnType = ColumnType.NORMAL,
) -> ColumnDefinition:
    """Defines a column."""
    return ColumnDefinition(name, data_type, component_type or data_type.component_type, column_type)


def bool_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of Booleans."""
    return InputColumn(name, dtypes.bool_, input_data=data)


def byte_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of 8-bit integers."""
    return InputColumn(name, dtypes.byte, input_data=data)


def char_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of characters, given as code points or texts of one character."""
    return InputColumn(name, dtypes.char, input_data=data)


def short_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of 16-bit integers."""
    return InputColumn(name, dtypes.short, input_data=data)


def int_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of 32-bit integers."""
    return InputColumn(name, dtypes.int32, input_data=data)


def long_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of 64-bit integers."""
    return InputColumn(name, dtypes.long, input_data=data)


def float_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of 32-bit floating point numbers."""
    return InputColumn(name, dtypes.float32, input_data=data)


def double_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of 64-bit floating point numbers."""
    return InputColumn(name, dtypes.double, input_data=data)


def string_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of text."""
    return InputColumn(name, dtypes.string, input_data=data)


def datetime_col(name: str, data: Sequence[Any]) -> InputColumn:
    """A column of instants: ``datetime``, ``datetime64``, ``Timestamp``, ISO text or nanoseconds since the epoch."""
    return InputColumn(name, dtypes.Instant, input_data=data)
