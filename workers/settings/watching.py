"""``rules.d/*.yml``: which clashes in which regions, and which silences and rises, are worth a message."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from workers.pipeline.condition import BadConditionError, compiled
from workers.pipeline.models import ACLED_EVENT_OF, Absence, Activity, AlertKind, Realis, Rule, Status, Vigil
from workers.settings.areas import known_types
from workers.settings.shapes import Duration, Strict

BUILT_IN_LABELS = frozenset(
    {"rule", "region", "country", "admin1", "event_type", "sub_event_type"}
    | {"severity", "status", "clash", "kind", "situation"}
)
"""What ``rules.evaluate`` puts on every alert; a rule may not say something else under the same name."""


def _condition(text: str) -> str:
    try:
        compiled(text)
    except BadConditionError as error:
        raise ValueError(f"bad condition: {error}") from None
    return text


EventTypes = Annotated[tuple[str, ...], AfterValidator(lambda names: known_types(names, set(ACLED_EVENT_OF.values())))]
SubEventTypes = Annotated[tuple[str, ...], AfterValidator(lambda names: known_types(names, set(ACLED_EVENT_OF)))]


class Match(Strict):
    """What a clash must be. An empty list does not restrict."""

    event_types: EventTypes = ()
    """ACLED's event types; violent ones when nothing is named."""
    sub_event_types: SubEventTypes = ()
    sides: tuple[str, ...] = ()
    """Actor ids, any of which must take part."""
    min_confidence: float = Field(default=0.0, ge=0, le=1)
    attackers: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    """Actor ids, any of which must attack, or be attacked."""
    weapons: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    """uncontested, contested, unconfirmed."""
    realis: tuple[Realis, ...] = ()
    """How it must be told, by one report at least: current, ongoing, background ..."""
    publishers: tuple[str, ...] = ()
    """Families, any of which must have told it."""
    situations: tuple[str, ...] = ()
    min_killed: int = Field(default=0, ge=0)
    min_injured: int = Field(default=0, ge=0)
    civilians: bool = False
    """Any civilian was targeted or harmed, however many."""
    min_confirming: int = Field(default=0, ge=0, le=2)
    """Sides that assert something of it themselves."""
    min_origins: int = Field(default=0, ge=0)
    """Independent publishers; copies and outlets of one family count once."""
    languages: tuple[str, ...] = ()


Severity = Literal["info", "warning", "critical"]


class RaiseEntry(Strict):
    """A graver severity, while a condition in CEL holds."""

    severity: Severity
    when: Annotated[str, AfterValidator(_condition)]


def _a_rules(kind: AlertKind) -> AlertKind:
    if kind is AlertKind.REMINDER:
        raise ValueError("reminders are the route's: give it a repeat_interval in receivers.yml")
    return kind


Kind = Annotated[AlertKind, AfterValidator(_a_rules)]


class RuleEntry(Strict):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    name: str
    regions: tuple[str, ...] = Field(min_length=1)
    within: Literal["touch", "inside"] = "touch"
    """``inside``: all of the clash's area lies within a region; ``touch``: part of it may."""
    status: Literal["stable", "experimental"] = "stable"
    """``experimental`` is evaluated and recorded, and sends nothing."""
    owner: str | None = None
    match: Match = Match()
    when: Annotated[str, AfterValidator(_condition)] | None = None
    """A condition in CEL over the clash's facts, for what ``match`` cannot say."""
    for_: Duration = Field(default=timedelta(0), alias="for")
    """How long all of it must hold before the rule tells a clash; what follows is told at once."""
    on: tuple[Kind, ...] = Field(default=tuple(sorted(AlertKind.by_default())), min_length=1)
    """Everything but ``resolution``, that a clash is over, unless said."""
    max_age: Duration = Field(default="72h", validate_default=True)
    """What is older is recorded and not told."""
    severity: Severity = "warning"
    raises: tuple[RaiseEntry, ...] = ()
    """The first whose condition holds takes the place of ``severity``."""
    labels: dict[Annotated[str, Field(pattern=r"^[a-zA-Z_]\w*$")], str] = {}
    annotations: dict[str, str] = {}

    def rule(self) -> Rule:
        given = self.model_dump(exclude={"match", "raises", "for_"}) | {"lasts": self.for_}
        given["raises"] = tuple((entry.severity, entry.when) for entry in self.raises)
        limits = self.match.model_dump()
        sets = {name: frozenset(value) for name, value in limits.items() if isinstance(value, tuple)}
        return Rule(**{**given, **limits, **sets, "on": frozenset(self.on)})


class AbsenceEntry(Strict):
    """Nothing is heard for this long, and for so many times the usual gap."""

    longer_than: Duration
    usual_gaps: float = Field(default=3.0, ge=1)


class ActivityEntry(Strict):
    """So many clashes within a time; with ``rise`` also so many times the average of the four weeks before."""

    within: Duration
    clashes: int = Field(default=3, ge=1)
    rise: float | None = Field(default=None, gt=1)
    per: Literal["region", "situation"] = "region"


class VigilEntry(Strict):
    """A rule that the clock asks: silence about a region or of a publisher family, or a rise of fighting."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    name: str
    regions: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    """Publisher families, for an absence; ``'*'`` is each of them."""
    absence: AbsenceEntry | None = None
    activity: ActivityEntry | None = None
    status: Literal["stable", "experimental"] = "stable"
    owner: str | None = None
    severity: Severity = "warning"
    labels: dict[Annotated[str, Field(pattern=r"^[a-zA-Z_]\w*$")], str] = {}
    annotations: dict[str, str] = {}

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if (self.absence is None) == (self.activity is None):
            raise ValueError("a vigil asks for an absence or for an activity: give one of the two")
        if bool(self.regions) == bool(self.families) or (self.families and self.activity):
            raise ValueError("a vigil watches regions, or for an absence publisher families: give one of the two")
        return self

    def vigil(self) -> Vigil:
        given = {name: value for name, value in self if name not in {"absence", "activity"}}
        absence = Absence(**dict(self.absence)) if self.absence else None
        return Vigil(**given, absence=absence, activity=Activity(**dict(self.activity)) if self.activity else None)


class RuleGroup(Strict):
    name: str
    rules: tuple[RuleEntry, ...] = ()
    vigils: tuple[VigilEntry, ...] = ()


class RulesFile(Strict):
    """rules.d/*.yml"""

    groups: tuple[RuleGroup, ...] = ()
