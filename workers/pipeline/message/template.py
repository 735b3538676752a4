"""An operator's own wording for one receiver: small Jinja templates over a message, run in a sandbox.

In: a message and the receiver's ``Template``. Out: the same message with other words. A template can choose, join and
shorten, and no more: without loops, calls, multiplication and free filters it costs no more than its own length, so
that there is nothing to time. What it makes is plain text on one line, as inert as ours. Where something it names is
not known of this clash, our own words stand: a message is never held up by its wording.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, meta, nodes
from jinja2 import Template as Compiled
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workers.pipeline.message.facts import inert, tidy
from workers.pipeline.models import Clash, ClashState, Count, Message, Place, Precision, Status, Template
from workers.pipeline.wire import encode

LONGEST = 2000
"""Characters of a template."""
_LONGEST_LINE = 1000
_FILTERS = ("abs", "capitalize", "default", "first", "float", "int", "join", "last", "length", "lower", "round",
            "string", "title", "trim", "truncate", "upper")  # fmt: skip
_PARTS = (
    nodes.Output, nodes.TemplateData, nodes.Template, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.If,
    nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.Test, nodes.Filter, nodes.And, nodes.Or, nodes.Not,
    nodes.Concat, nodes.Keyword,
)  # fmt: skip
_WORLD = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_WORLD.globals.clear()
_WORLD.filters = {name: _WORLD.filters[name] for name in _FILTERS}


class BadTemplateError(ValueError):
    """What is wrong with a template, and what to write instead."""


def dressed(message: Message, template: Template | None) -> Message:
    """The message in the receiver's own words."""
    if template is None:
        return message
    known = context(message)
    lines = [(tidy(label, 60), _written(source, known, "")) for label, source in template.lines]
    return replace(
        message,
        title=_written(template.title, known, message.title),
        summary=_written(template.summary, known, message.summary),
        lines=tuple((label, text) for label, text in lines if text) or message.lines,
    )


def context(message: Message) -> dict[str, Any]:
    """What a template may name."""
    return {
        "title": message.title,
        "summary": message.summary,
        "kind": str(message.kind),
        "severity": message.severity,
        "changes": list(message.changes),
        "quotes": [quote for _, quote in message.quotes],
        "links": [url for _, url in message.links],
        "clash": message.payload.get("clash") or {},
        "alerts": message.payload.get("alerts", []),
    }


def checked(source: str) -> str:
    """The template, if it can be used. Raises ``BadTemplateError``."""
    if len(source) > LONGEST:
        raise BadTemplateError(f"is {len(source)} characters long; write at most {LONGEST}")
    try:
        tree = _WORLD.parse(source)
        _refuse(tree)
        if unknown := sorted(meta.find_undeclared_variables(tree) - _SAMPLE.keys()):
            raise BadTemplateError(f"does not know '{unknown[0]}'{_instead(unknown[0], _SAMPLE)}")
        _compiled(source).render(_SAMPLE)
    except TemplateError as error:
        raise BadTemplateError(f"{error.message}; see the names in config/receivers.yml") from None
    except (TypeError, ValueError, ArithmeticError) as error:
        raise (
            error if isinstance(error, BadTemplateError) else BadTemplateError(f"cannot be written: {error}")
        ) from None
    return source


def _refuse(tree: nodes.Template) -> None:
    for node in (tree, *tree.find_all(nodes.Node)):
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            raise BadTemplateError(f"filter '{node.name}' is not there{_instead(node.name, _FILTERS)}")
        if not isinstance(node, _PARTS):
            what = type(node).__name__.lower()
            raise BadTemplateError(f"'{what}' is not allowed: a template may choose, join and shorten, not compute")


def _instead(word: str, known: Any) -> str:
    near = get_close_matches(word, known, n=1)
    return f"; did you mean '{near[0]}'?" if near else f"; there are {', '.join(sorted(known))}"


def _written(source: str | None, known: dict[str, Any], ours: str) -> str:
    if source is None:
        return ours
    try:
        return inert(tidy(_compiled(source).render(known), _LONGEST_LINE)) or ours
    except (TemplateError, TypeError, ValueError, ArithmeticError):
        return ours


@lru_cache(500)
def _compiled(source: str) -> Compiled:
    return _WORLD.from_string(source)


def _sample() -> dict[str, Any]:
    """Everything a template may name, filled, to try it on."""
    place = Place("Place", 1.0, 2.0, Precision.NEAR, 8, "PPL", 1, "XX", "Province", "01", "District")
    at, some = datetime(2000, 1, 1, tzinfo=UTC), Count(1, 2, 3)
    clash = Clash("c-1", (), (), "Battles", "Armed clash", Status.CONTESTED, ClashState.OPEN, 0.9, at, at, place,
                  at.date(), at.date(), killed=some, injured=some, weapons=("rifle",), origins=("paper",))  # fmt: skip
    names = ("title", "summary", "kind", "severity")
    told = {"key": "k", "rule": "r", "clash": "c-1", "severity": "info", "labels": {}, "annotations": {}}
    lists = {"changes": ["change"], "quotes": ["quote"], "links": ["link"], "alerts": [told]}
    return {**{name: name for name in names}, **lists, "clash": encode(clash)}


_SAMPLE = _sample()
