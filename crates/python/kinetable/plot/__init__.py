"""Charts of tables: `Figure`.

A chart of a live table is live: in the web app it follows every change, and only what can be seen is sent. In
notebooks and files it is a picture (``pip install 'kinetable[plot]'``)::

    from kinetable.plot import Figure

    price = Figure().plot_xy("price", t=trades, x="Time", y="Price", by=["Symbol"]).show()

`kinetable.plot.express` has functions for the charts that are made most.
"""

from __future__ import annotations

from .axisformat import AxisFormat as AxisFormat
from .axisformat import DecimalAxisFormat as DecimalAxisFormat
from .axisformat import NanosAxisFormat as NanosAxisFormat
from .axistransform import AxisTransform as AxisTransform
from .axistransform import axis_transform as axis_transform
from .axistransform import axis_transform_names as axis_transform_names
from .color import Color as Color
from .color import Colors as Colors
from .figure import Figure as Figure
from .font import Font as Font
from .font import FontStyle as FontStyle
from .font import font_family_names as font_family_names
from .linestyle import LineEndStyle as LineEndStyle
from .linestyle import LineJoinStyle as LineJoinStyle
from .linestyle import LineStyle as LineStyle
from .plotstyle import PlotStyle as PlotStyle
from .shape import Shape as Shape
