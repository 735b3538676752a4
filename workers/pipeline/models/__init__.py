"""The nouns that travel through the pipeline: frozen dataclasses, one file per part of the road.

``source``  feeds, entries, pages, articles      (schedule, feed, extract, dedupe)
``report``  documents, reports and their parts   (detect)
``clash``   filings, clashes, revisions          (cluster)
``alert``   regions, rules, alerts, deliveries   (rules, route, message)
``vigil``   rules that the clock asks            (vigils)
``routing`` the tree, its times and its holds    (intervals, route)
``steering`` silences, acknowledgements, reviews  (rules, reviews)
"""

from workers.pipeline.models.alert import (
    Alert,
    AlertKind,
    Area,
    Delivery,
    Message,
    Reason,
    Receiver,
    Region,
    Rule,
    Template,
    Verdict,
)
from workers.pipeline.models.clash import Change, Clash, ClashState, Filing, Ledger, Revision, Situation
from workers.pipeline.models.report import (
    ACLED_EVENT_OF,
    VIOLENT,
    VIOLENT_WHEN_DEADLY,
    Actor,
    Claim,
    Claimant,
    Coding,
    Count,
    DatePrecision,
    Document,
    Mention,
    Place,
    Precision,
    Realis,
    Report,
    Side,
    Span,
    Stance,
    Status,
)
from workers.pipeline.models.routing import Digest, Escalation, Hold, Inhibition, Route, Stretch
from workers.pipeline.models.source import (
    Article,
    Entry,
    Feed,
    FeedDocument,
    FetchOutcome,
    Hub,
    Outcome,
    Page,
    Part,
    Signature,
)
from workers.pipeline.models.steering import Ack, Judgement, Review, Silence
from workers.pipeline.models.vigil import Absence, Activity, Vigil

__all__ = [
    "ACLED_EVENT_OF",
    "VIOLENT",
    "VIOLENT_WHEN_DEADLY",
    "Absence",
    "Ack",
    "Activity",
    "Actor",
    "Alert",
    "AlertKind",
    "Area",
    "Article",
    "Change",
    "Claim",
    "Claimant",
    "Clash",
    "ClashState",
    "Coding",
    "Count",
    "DatePrecision",
    "Delivery",
    "Digest",
    "Document",
    "Entry",
    "Escalation",
    "Feed",
    "FeedDocument",
    "FetchOutcome",
    "Filing",
    "Hold",
    "Hub",
    "Inhibition",
    "Judgement",
    "Ledger",
    "Mention",
    "Message",
    "Outcome",
    "Page",
    "Part",
    "Place",
    "Precision",
    "Realis",
    "Reason",
    "Receiver",
    "Region",
    "Report",
    "Review",
    "Revision",
    "Route",
    "Rule",
    "Side",
    "Signature",
    "Silence",
    "Situation",
    "Span",
    "Stance",
    "Status",
    "Stretch",
    "Template",
    "Verdict",
    "Vigil",
]
