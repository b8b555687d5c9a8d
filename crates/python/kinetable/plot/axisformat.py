"""How the numbers and times along an axis are written."""

from __future__ import annotations

from typing import Any, Optional

from ..dherror import DHError

__all__ = ["AxisFormat", "DecimalAxisFormat", "NanosAxisFormat"]


class AxisFormat:
    """A pattern for what stands along an axis; see its two kinds. Without one, as the size of what is there asks for."""

    def __init__(self) -> None:
        self.pattern: Optional[str] = None
        self.zone: Optional[str] = None

    def set_pattern(self, pattern: str) -> None:
        """Sets the pattern.

        Args:
            pattern: ``"#,##0.00"`` and the like for numbers, ``"yyyy-MM-dd HH:mm"`` for times.
        """
        self.pattern = pattern

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.pattern!r})"


class DecimalAxisFormat(AxisFormat):
    """For numbers: ``#,##0.00`` (thousands apart, two digits after the point), ``0.0%``.

    Example:
        from kinetable.plot import DecimalAxisFormat
        money = DecimalAxisFormat()
        money.set_pattern("#,##0.00")
        print(money)
    """


class NanosAxisFormat(AxisFormat):
    """For times: ``yyyy-MM-dd HH:mm:ss``, read on the clock of a zone.

    Args:
        tz: The zone, by its name or as a time zone object; ``None``: UTC in pictures, that of the page in a page.

    Raises:
        DHError: if there is no such zone.

    Example:
        from kinetable.plot import NanosAxisFormat
        clock = NanosAxisFormat("Europe/Berlin")
        clock.set_pattern("HH:mm")
        print(clock, clock.zone)
    """

    def __init__(self, tz: Any = None) -> None:
        super().__init__()
        if tz is not None:
            from zoneinfo import ZoneInfo

            name = str(tz)
            try:
                ZoneInfo(name)
            except Exception:
                raise DHError(
                    message=f'there is no time zone "{name}"\n  hint: a name such as "Europe/Berlin"'
                ) from None
            self.zone = name
