"""Less common operations."""

from ._window import time_window
from .outer_joins import full_outer_join, left_outer_join

__all__ = ["full_outer_join", "left_outer_join", "time_window"]
