"""Execution contexts: which graph keeps new tables up to date, and which variables formulas see as they were.

Formulas look their names up in the script that calls, on every thread, so a context is needed only to freeze variables.
"""

from __future__ import annotations

from contextlib import ContextDecorator
from typing import Any, Mapping, Optional, Sequence, Union

from ._context import contexts
from ._scope import caller
from ._texts import texts
from .dherror import DHError
from .update_graph import UpdateGraph

__all__ = ["ExecutionContext", "get_exec_ctx", "make_user_exec_ctx"]


class ExecutionContext(ContextDecorator):
    """A context; usable in ``with``, as often as wanted, and as a decorator."""

    def __init__(self, frozen: Mapping[str, Any]) -> None:
        """For this package only."""
        self._frozen = dict(frozen)

    @property
    def update_graph(self) -> UpdateGraph:
        """The graph that keeps tables made in this context up to date."""
        return UpdateGraph()

    def __enter__(self) -> ExecutionContext:
        contexts().append(self)
        return self

    def __exit__(self, *_: object) -> None:
        contexts().pop()

    def __repr__(self) -> str:
        return f"ExecutionContext(frozen={sorted(self._frozen)})"


def get_exec_ctx() -> ExecutionContext:
    """The context that this thread is in.

    Example:
        from kinetable.execution_context import get_exec_ctx
        with get_exec_ctx() as context:
            print(type(context.update_graph).__name__)
    """
    entered = contexts()
    return entered[-1] if entered else ExecutionContext({})


def make_user_exec_ctx(freeze_vars: Optional[Union[str, Sequence[str]]] = None) -> ExecutionContext:
    """A new context, in which formulas see these variables as they are now.

    Args:
        freeze_vars: Names of variables of the calling script; others are looked up when a formula is compiled.

    Raises:
        DHError: if there is no such variable.

    Example:
        from kinetable import empty_table
        from kinetable.execution_context import make_user_exec_ctx
        factor = 2
        context = make_user_exec_ctx(freeze_vars="factor")
        factor = 100
        with context:
            print(empty_table(2).update("X = (i + 1) * factor").to_string())
    """
    local_names, global_names = caller()
    frozen: dict[str, Any] = {}
    for name in texts(freeze_vars):
        if name in local_names:
            frozen[name] = local_names[name]
        elif name in global_names:
            frozen[name] = global_names[name]
        else:
            raise DHError(message=f'there is no variable "{name}" to freeze')
    return ExecutionContext(frozen)
