"""An account (``account``) as lines for a terminal; without one the same words stand there, uncoloured.

Colours only repeat what words say: a sentence that is evidence bears the numbers of its reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.text import Text

_EVIDENCE = ("green", "cyan", "magenta", "yellow", "blue", "red")
_SIDES = {"attacker": "attacked by", "target": "against", "party": "between"}


def shown(told: dict[str, Any]) -> Iterator[Text]:
    """Lines in reading order: the article, its sentences, its places, its reports."""
    yield Text(f"{told['id']}  [{told['language']}]  {told['published'] or 'undated'}", "bold")
    yield from _headed("Sentences", (line for one in told["sentences"] for line in _sentence(one)))
    yield from _headed("Places", (line for one in told["places"] for line in _place(one)))
    yield from _headed("Reports", (line for n, one in enumerate(told["reports"], 1) for line in _report(n, one)))


def _headed(head: str, lines: Iterator[Text]) -> Iterator[Text]:
    yield Text(f"\n{head}", "bold underline")
    first = next(lines, None)
    yield first or Text("  none", "dim")
    yield from lines


def _sentence(one: dict[str, Any]) -> Iterator[Text]:
    numbers = one["evidence_for"]
    mark = ",".join(map(str, numbers))
    style = _EVIDENCE[(numbers[0] - 1) % len(_EVIDENCE)] if numbers else ""
    yield Text.assemble((f"{mark and f'[{mark}]':>5} ", "bold"), (" ".join(one["text"].split()), style))
    for scene in one["told"]:
        said = ", ".join(_quote(trigger) for trigger in scene["triggers"])
        cue = f": {_quote(scene['cue'])}" if scene["cue"] else ""
        yield _detail(f"tells {said}: {scene['realis']} ({scene['because']}{cue})")
    if one["cues"]:
        yield _detail("cues " + "; ".join(f"{c['category']}{'~' * c['weak']} {_quote(c)}" for c in one["cues"]))
    for figure in one["casualties"]:
        total = " (a running total)" if figure["running"] else " (superseded)" if figure["superseded"] else ""
        yield _detail(f"{figure['state']} {_count(figure)} {_quote(figure)}{total}")


def _detail(words: str, style: str = "dim") -> Text:
    return Text(f"        {words}", style)


def _quote(quoted: dict[str, Any]) -> str:
    start, end = quoted["span"]
    return f"“{' '.join(quoted['text'].split())}” {start}–{end}"


def _count(count: dict[str, Any]) -> str:
    low, high = count["low"], count["high"]
    return str(low) if low == high else f"{low} or more" if high is None else f"{low} to {high}"


def _place(one: dict[str, Any]) -> Iterator[Text]:
    said = ", ".join(f"{_quote(m)}{' ' + m['role'] if m['role'] else ''}" for m in one["mentions"])
    if one["chosen"]:
        decided = (f"is {_candidate(one['chosen'])}, confidence {one['confidence']:.2f}", "green")
    else:
        decided = (f"is no place here: {one['refused']} ({one['confidence']:.2f})", "red")
    yield Text.assemble(f"  {said} ", decided)
    for other in one["runners_up"]:
        yield _detail(f"rather than {_candidate(other)}" if one["chosen"] else f"may have been {_candidate(other)}")


def _candidate(c: dict[str, Any]) -> str:
    where = ", ".join(filter(None, (c["name"], c["region"], c["country"])))
    people = f", {c['population']:,} people" if c["population"] else ""
    return f"{where} ({c['feature']}{people}; {c['lat']:.2f} {c['lon']:.2f}; score {c['score']:.1f}, {c['share']:.0%})"


def _report(number: int, one: dict[str, Any]) -> Iterator[Text]:
    style = _EVIDENCE[(number - 1) % len(_EVIDENCE)]
    yield Text.assemble(
        (f"  [{number}] ", "bold"), (one["sub_event_type"], style), f", {_where(one['place'])}, ", _days(one)
    )
    for gate in one["gates"]:
        passed = gate["passed"]
        yield _detail(
            f"{'✓ passes' if passed else '✗ fails '} {gate['gate']}: {gate['value']}", "green" if passed else "red"
        )
    yield _detail("may alert" if one["alertable"] else "does not alert", "bold")
    for side in one["sides"]:
        yield _detail(
            f"{_SIDES.get(side['role'], side['role'])} {', '.join(actor['text'] for actor in side['actors'])}"
        )
    for state in ("killed", "injured", "missing", "captured"):
        if one[state]:
            yield _detail(f"{state} {_count(one[state])}")
    if one["weapons"]:
        yield _detail(f"with {', '.join(one['weapons'])}")
    for claim in one["claims"]:
        who = claim["claimant"]["text"] if claim["claimant"] else "the text"
        figure = f" {_count(claim)}" if claim["low"] is not None else ""
        yield _detail(f"{who} {claim['stance'].replace('_', ' ')} {claim['about']}{figure}")
    for kind, said, part in one["why"]:
        yield _detail(f"why {kind} {said} {part:+.2f}")


def _where(place: dict[str, Any] | None) -> str:
    if place is None:
        return "no place"
    country = f", {place['country']}" if place["country"] else ""
    return f"{place['name']}{country} ({place['precision']}, {place['radius_km']:g} km)"


def _days(one: dict[str, Any]) -> str:
    if one["start"] is None:
        return "undated"
    days = one["start"] if one["start"] == one["end"] else f"{one['start']} to {one['end']}"
    return f"{days} ({one['date_precision']})"
