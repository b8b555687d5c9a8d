"""Members of consumer groups leave in good order when the program ends: what they hand over is read by nobody twice."""

from __future__ import annotations

import atexit
from typing import Any, Mapping

from ... import _kinetable as _native

_members: list[_native.Topic] = []


def leave_at_exit(kafka_config: Mapping[str, Any], topic: _native.Topic) -> None:
    """Has a source stopped at the end of the program, if it is a member of a group."""
    if str(kafka_config.get("kinetable.group.mode", "")) != "subscribe":
        return
    _members[:] = [member for member in _members if member.stats()["state"] != "STOPPED"]
    _members.append(topic)


@atexit.register
def _leave() -> None:
    while _members:
        _members.pop().stop()
