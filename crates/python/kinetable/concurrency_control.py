"""Marks of order between filters and between formulas."""

from __future__ import annotations


class Barrier:
    """Something that one formula declares and others respect: these are evaluated after it.

    Formulas and filters of one table are evaluated one after the other, as they are written: a barrier always holds.
    """
