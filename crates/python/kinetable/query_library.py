"""What formulas know without being told.

There are no Java classes to import here: every function of the formula language is there, and the variables and
functions of the script are seen as they are.
"""

from __future__ import annotations

__all__ = ["imports"]


def imports() -> list[str]:
    """What a script has imported for formulas: nothing, since nothing has to be.

    Returns:
        An empty list.

    Example:
        from kinetable.query_library import imports
        print(imports())
    """
    return []
