"""The cases, in the order in which they run: a name for machines and one for people."""

from __future__ import annotations

CASES = {
    "where_number": "filter by numbers",
    "where_text": "filter by text equality",
    "where_function": "filter by a text function",
    "update": "three arithmetic columns",
    "sum_1k": "sum, count by 1,000 integers",
    "sum_text": "sum, count by 500 texts",
    "sum_1m": "sum, count by 1 M integers",
    "agg_six": "six aggregations by two keys",
    "last_1m": "last by 1 M integers",
    "median": "median by 1,000 integers",
    "sort_double": "sort by double",
    "sort_two": "sort by text, double",
    "natural_join": "natural join to 1 M keys",
    "aj": "as-of join by key",
    "update_by": "EMA, rolling and running sum",
    "distinct": "distinct of 1 M integers",
    "ungroup": "group by 1,000, and ungroup",
    "python": "Python function, 1 M rows",
    "numpy": "NumPy function",
}

# Cases whose results pass columns on: what reading all of the result costs is measured beside.
LAZY = {"where_number", "where_text", "where_function", "sort_double", "sort_two", "natural_join", "aj"}


class Skip(Exception):
    """A case that an engine does not have."""
