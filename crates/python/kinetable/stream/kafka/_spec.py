"""What keys and values of records become; shared by consumer and producer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class KeyValueSpec:
    """What the key or the value of records becomes; made by the functions of this module."""

    kind: str
    options: tuple[Any, ...] = ()

    IGNORE: ClassVar[KeyValueSpec]
    """Nothing."""
    FROM_PROPERTIES: ClassVar[KeyValueSpec]
    """One column, as the configuration says: ``deephaven.value.column.name`` and ``….type``."""

    def _spec(self) -> tuple[str, tuple[Any, ...]]:
        return self.kind, self.options


KeyValueSpec.IGNORE = KeyValueSpec("ignore")
KeyValueSpec.FROM_PROPERTIES = KeyValueSpec("properties")
