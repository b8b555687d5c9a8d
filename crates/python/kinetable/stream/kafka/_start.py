"""Which partitions of a topic are read, and from where."""

from __future__ import annotations

import operator
from typing import Any, Callable, Mapping, Optional, Sequence, Union

from ...dherror import DHError
from ...time import InstantLike, to_j_instant

SEEK_TO_BEGINNING = -1
"""As an offset: the oldest record there is."""
DONT_SEEK = -2
"""As an offset: where the consumer group stands, or else where ``auto.offset.reset`` says."""
SEEK_TO_END = -3
"""As an offset: after the newest record there is now."""

ALL_PARTITIONS_SEEK_TO_BEGINNING = {-1: SEEK_TO_BEGINNING}
"""As `offsets`: the oldest records of all partitions."""
ALL_PARTITIONS_SEEK_TO_END = {-1: SEEK_TO_END}
"""As `offsets`: after the newest records of all partitions."""
ALL_PARTITIONS_DONT_SEEK = {-1: DONT_SEEK}
"""As `offsets`: `DONT_SEEK` for all partitions."""

Partitions = Union[Sequence[int], Callable[[int], bool]]
"""Partitions by number, or a function that says of a partition whether it is read."""
Offsets = Union[Mapping[int, Union[int, InstantLike]], InstantLike]
"""Partition to an offset or a time, or a time for all partitions."""


class _AllPartitions:
    """Says of every partition that it is read."""

    def __call__(self, partition: int) -> bool:
        return True

    def __repr__(self) -> str:
        return "ALL"


ALL_PARTITIONS = _AllPartitions()
"""As `partitions`: all of them, also those that are added later."""


def wanted(partitions: Optional[Partitions]) -> Optional[Union[list[int], Callable[[int], bool]]]:
    """Partitions as the engine takes them: none for all, a list, or a function that gives true or false."""
    if partitions is None or partitions is ALL_PARTITIONS:
        return None
    if callable(partitions):
        chosen = partitions
        return lambda partition: bool(chosen(partition))
    return [int(partition) for partition in partitions]


def starts(offsets: Optional[Offsets]) -> Any:
    """Offsets as the engine takes them: one pair for all partitions, or one for each.

    A pair says whether its number is a time, in nanoseconds since the epoch, and has the number.
    """
    if offsets is None:
        return False, DONT_SEEK
    if not isinstance(offsets, Mapping):
        return _start(offsets)
    if set(offsets) == {-1}:
        return _start(offsets[-1])
    return {int(partition): _start(start) for partition, start in offsets.items()}


def _start(start: Any) -> tuple[bool, int]:
    try:
        # What counts without being a time: int, and NumPy's ints.
        return False, operator.index(start)
    except TypeError:
        instant = to_j_instant(start)
        if instant is None:
            raise DHError(message="the offset of a partition is None\n  hint: give a number or a time") from None
        return True, instant.nanos
