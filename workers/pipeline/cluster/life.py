"""A clash and the time in, whether it is open, quiet, closed or open again out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from workers.pipeline.cluster.limits import Limits
from workers.pipeline.models import Change, Clash, ClashState, Revision

_OVER = frozenset({ClashState.CLOSED, ClashState.REOPENED})


def state(clash: Clash, before: Clash | None, now: datetime, limits: Limits) -> ClashState:
    """By the age of the last report; a closed clash that is told again is reopened, not new."""
    span, age = limits.of(clash.sub_event_type), now - clash.last_reported
    if age >= span.closed:
        return ClashState.CLOSED
    if age >= span.quiet:
        return ClashState.QUIET
    return ClashState.REOPENED if before is not None and before.state in _OVER else ClashState.OPEN


def age(clash: Clash, now: datetime, limits: Limits | None = None) -> Clash | Revision:
    """A clash without news at a later time: itself, with its new state, or the revision that closes it."""
    after = state(clash, clash, now, limits or Limits())
    if after is clash.state:
        return clash
    if after is not ClashState.CLOSED:
        return replace(clash, state=after)
    closed = replace(clash, state=after, revision=clash.revision + 1)
    return Revision(closed, closed.revision, (Change.CLOSED,), {"state": (clash.state.value, after.value)})
