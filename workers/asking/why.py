"""A clash, an alert or a vigil in; every gate with its value, and what became of each message, out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from workers.adapters.store import acks, history
from workers.adapters.store import vigils as asked
from workers.adapters.store.history import Fate, Past
from workers.asking import Outlook
from workers.pipeline import vigils
from workers.pipeline.models import Verdict, Vigil
from workers.pipeline.rules import UNLOCATED, Known, Watch, evaluate, gates


def known_rule(outlook: Outlook, rule: str | None) -> bool:
    """Whether a clash can be asked about this rule; no rule means all of them."""
    return rule in {None, UNLOCATED} or rule in outlook.watch.order


def of_clash(engine: Engine, outlook: Outlook, named: str, rule: str | None = None) -> list[dict[str, Any]]:
    """Of each revision what every rule, or one, made of it. Empty: there is no clash or alert of this name."""
    clash = acks.subject_of(engine, named) or named
    fates = history.fates(engine, clash)
    return [
        _account(one, rule, outlook.watch, [fate for fate in fates if fate.revision == one.id])
        for one in history.of_clash(engine, clash)
    ]


def _account(past: Past, rule: str | None, watch: Watch, fates: list[Fate]) -> dict[str, Any]:
    verdicts = [verdict for verdict in past.verdicts if rule in {None, verdict.rule}]
    if rule in watch.order and not verdicts:
        verdicts = [_elsewhere(past, watch, str(rule))]
    asked = gates(past.revision, watch, str(rule), Known(primed=past.primed), past.at) if rule in watch.order else []
    return {
        "revision": past.revision.number,
        "at": past.at.isoformat(),
        "changes": [str(change) for change in past.revision.changes],
        "diff": past.revision.diff,
        "verdicts": [{"rule": v.rule, "reason": str(v.reason), "detail": v.detail} for v in verdicts],
        "gates": [{"gate": str(gate), "passed": passed, "value": value} for gate, passed, value in asked],
        "messages": [_fate(fate) for fate in fates if rule in {None, fate.rule}],
    }


def _elsewhere(past: Past, watch: Watch, rule: str) -> Verdict:
    """Of a thousand rules most lie elsewhere; the store does not keep that, so it is asked again."""
    return evaluate(past.revision, watch, Known(primed=past.primed), past.at).verdicts[watch.order[rule]]


def _fate(fate: Fate) -> dict[str, Any]:
    times = {name: at.isoformat() if (at := getattr(fate, name)) else None for name in ("held_until", "sent_at")}
    known = {"rule": fate.rule, "receiver": fate.receiver, "state": fate.state, "attempts": fate.attempts}
    return {**known, **times, "error": fate.error}


def of_vigils(engine: Engine, outlook: Outlook, named: str, now: datetime) -> list[dict[str, Any]]:
    """What a vigil, or one of its subjects (``vigil:subject``), answers now. Empty: there is none of this name."""
    meant = [vigil for vigil in outlook.vigils if named == vigil.id or named.startswith(f"{vigil.id}:")]
    accounts = (account for vigil in meant for account in _subjects(engine, outlook, vigil, now))
    return [account for account in accounts if named in {account["vigil"], f"{account['vigil']}:{account['subject']}"}]


def _subjects(engine: Engine, outlook: Outlook, vigil: Vigil, now: datetime) -> Iterator[dict[str, Any]]:
    with engine.begin() as connection:
        last = asked.last_told(connection, {vigil.id})
    for subject in asked.subjects(engine, outlook.watched, vigil, now - vigils.HISTORY):
        told = last.get(f"{vigil.id}:{subject.name}")
        yield {
            "vigil": vigil.id,
            "subject": subject.name,
            "state": vigils.state(vigil, subject, now),
            "detail": vigils.explain(vigil, subject, now),
            "status": vigil.status,
            "last": {"kind": str(told.kind), "at": told.at.isoformat()} if told else None,
        }
