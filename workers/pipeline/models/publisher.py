"""Who publishes: what corroboration must know of an outlet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Publisher:
    """One family: outlets under one roof, which count once. ``state`` is the country whose government controls it."""

    family: str
    name: str
    kind: str
    country: str
    language: str
    domains: tuple[str, ...]
    owner: str | None = None
    state: str | None = None
    side: str | None = None
    """The party whose outlet it is."""
    credits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Publishers:
    """The listed families, by slug and by domain."""

    by_family: Mapping[str, Publisher]
    by_domain: Mapping[str, Publisher]
    by_credit: Mapping[str, Publisher]
    """By name and by every way in which others credit it, case folded."""
    voices: Mapping[str, str]
    """Family -> the voice it speaks with: itself, or the government or owner of several."""

    def of_family(self, family: str | None) -> Publisher | None:
        return self.by_family.get(family) if family else None

    def of_credit(self, credit: str | None) -> Publisher | None:
        """Of the agency that a text credits (``Article.origin``)."""
        return self.by_credit.get(credit.casefold()) if credit else None

    def origin(self, family: str | None, credit: str | None = None) -> str | None:
        """As what an article corroborates: the agency it credits, else its publisher; ``None`` when neither is listed.

        A government's outlets are one voice, and so are the papers of one owner, who share their copy (notes on
        independence).
        """
        known = self.of_credit(credit) or self.of_family(family)
        return self.voices[known.family] if known else credit

    def of_host(self, host: str | None) -> Publisher | None:
        """Of a host name in lower case: the longest listed domain that it ends in."""
        labels = (host or "").split(".")
        names = (".".join(labels[start:]) for start in range(len(labels)))
        return next((self.by_domain[name] for name in names if name in self.by_domain), None)
