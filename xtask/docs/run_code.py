"""Runs the code of examples, each in a name space of its own, and keeps what it prints."""

from __future__ import annotations

import contextlib
import io
import traceback
import warnings


class ExampleError(Exception):
    """An example that raised, or printed nothing."""


def run(code: str, where: str) -> str:
    """What the code prints.

    Raises:
        ExampleError: if it raises, or prints nothing.
    """
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(compile(code, f"<example of {where}>", "exec"), {"__name__": "example"})
        except Exception as error:
            raise ExampleError(f"the example of {where} fails:\n{code}\n\n{traceback.format_exc()}") from error
    if not printed.getvalue().strip():
        raise ExampleError(f"the example of {where} prints nothing:\n{code}")
    return "\n".join(line.rstrip() for line in printed.getvalue().rstrip().splitlines())
