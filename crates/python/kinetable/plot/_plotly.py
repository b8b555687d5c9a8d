"""Figures of plotly, as pages and clients read them. Plotly is not imported: who has a figure has imported it.

**Cost.** A figure is written as JSON whenever somebody asks for it, for it can change in place; nothing is kept.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from ..dherror import DHError

__all__ = ["TEXT_MAX", "PlotlyType", "is_figure", "page"]

# Bytes of a figure as JSON: what a browser still draws, and a server still holds for each page that asks.
TEXT_MAX = 16 << 20

# The template that figures have as long as nobody says another one.
_DEFAULT = "plotly"


def is_figure(value: Any) -> bool:
    """Whether a value is a figure of plotly."""
    module = sys.modules.get("plotly.basedatatypes")
    base = getattr(module, "BaseFigure", None)
    return base is not None and isinstance(value, base)


def page(figure: Any, taken: int = 0) -> tuple[dict[str, Any], int]:
    """What pages show: the figure in plotly's own form, and whose colours its ground, text and lines have. And the
    bytes of it, together with those that others in the same answer have ``taken``.

    Raises:
        DHError: if these are more than ``TEXT_MAX``.
    """
    text = _text(figure)
    taken += len(text)
    if taken > TEXT_MAX:
        what = "the figure of plotly has" if taken == len(text) else "the figures of plotly together have"
        said = f"{what} {taken / 1e6:.1f} MB as JSON, and a page takes {TEXT_MAX / 1e6:.1f} MB"
        hint = "give it fewer points, or draw the table with kinetable.plot, which sends what can be seen"
        raise DHError(message=f"{said}\n  hint: {hint}")
    read = json.loads(text)
    theme = "page" if _is_default(read.get("layout", {}).get("template")) else "own"
    return {"figure": read, "theme": theme}, taken


def _text(figure: Any) -> bytes:
    text: str = figure.to_json()
    return text.encode()


def _is_default(template: Any) -> bool:
    if template is None:
        return True
    from plotly.io import templates

    return bool(template == templates[_DEFAULT].to_plotly_json())


class PlotlyType:
    """Figures of plotly, as servers know them: by the name that Deephaven's plug-in for them has, in its form."""

    name = "plotly.figure"

    def is_type(self, obj: Any) -> bool:
        """Whether it is a figure of plotly."""
        return is_figure(obj)

    def to_page(self, obj: Any) -> tuple[dict[str, Any], list[Any]]:
        """What pages show."""
        return page(obj)[0], []

    def to_bytes(self, exporter: Any, obj: Any) -> bytes:
        """What clients read: the JSON that plotly itself writes and reads."""
        return _text(obj)
