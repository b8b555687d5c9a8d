"""What an operation is, and what it does with nulls and NaN."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Sequence, Union

Time = Union[int, str, Any]
"""Nanoseconds, or a duration as text or as an object."""


class MathContext(Enum):
    """How precisely decimals decay. Here they are not computed with: cast them to ``double``."""

    UNLIMITED = 1
    DECIMAL32 = 2
    DECIMAL64 = 3
    DECIMAL128 = 4


class BadDataBehavior(Enum):
    """What a decaying operation does with a null or NaN."""

    RESET = 1
    """Gives null there, and begins anew after it."""
    SKIP = 2
    """Repeats the result so far."""
    THROW = 3
    """Raises an error; a live table fails."""
    POISON = 4
    """Gives NaN from there on."""


class DeltaControl(Enum):
    """What `delta` gives where the value before is null, or there is none."""

    NULL_DOMINATES = 1
    """Null."""
    VALUE_DOMINATES = 2
    """The value."""
    ZERO_DOMINATES = 3
    """Zero."""


@dataclass(frozen=True)
class OperationControl:
    """What a decaying operation does with nulls and NaN."""

    on_null: BadDataBehavior = BadDataBehavior.SKIP
    """With nulls."""
    on_nan: BadDataBehavior = BadDataBehavior.SKIP
    """With NaN."""
    big_value_context: MathContext = MathContext.DECIMAL128
    """For decimals, which are not computed with here."""


@dataclass(frozen=True)
class UpdateByOperation:
    """One operation on some columns. Made by the functions of this module."""

    kind: str
    columns: Sequence[str] = ()
    options: dict[str, Any] = field(default_factory=dict)

    def _spec(self) -> tuple[str, list[str], dict[str, Any]]:
        """As the native module takes it."""
        return self.kind, list(self.columns), self.options
