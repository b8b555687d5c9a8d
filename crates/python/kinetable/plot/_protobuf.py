"""Protocol Buffers, as far as a `FigureDescriptor` needs it: numbers, texts, doubles and messages within messages.

A message is the joined bytes of its fields. Values that are ``None`` are left out; those that are the default of their
type are written all the same, which readers of version 3 take as well.
"""

from __future__ import annotations

import struct
from typing import Optional, Union

_VARINT, _FIXED64, _LENGTH = 0, 1, 2


def number(field: int, value: Union[int, bool, None]) -> bytes:
    """An integer, a Boolean, or a member of an enumeration; negative ones in two's complement of 64 bits."""
    return b"" if value is None else _tag(field, _VARINT) + _varint(int(value) & 0xFFFF_FFFF_FFFF_FFFF)


def double(field: int, value: Optional[float]) -> bytes:
    """A number of 64 bits with a point."""
    return b"" if value is None else _tag(field, _FIXED64) + struct.pack("<d", value)


def text(field: int, value: Optional[str]) -> bytes:
    """A text."""
    return b"" if value is None else message(field, value.encode())


def message(field: int, value: Optional[bytes]) -> bytes:
    """A message within."""
    return b"" if value is None else _tag(field, _LENGTH) + _varint(len(value)) + value


def _tag(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
