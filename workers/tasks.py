"""All tasks; top to bottom is the pipeline. Each loads, calls a pure function, saves in one commit, says what follows.

``stage`` and ``batch`` (``workers.stages``) claim the rows, charge failures to them and hint what follows.
"""

from __future__ import annotations

from datetime import UTC, datetime

from workers.adapters import reading
from workers.adapters.fetching import reached
from workers.adapters.store import (
    alerts,
    articles,
    assigning,
    circuits,
    deliveries,
    entries,
    feeds,
    filings,
    hubs,
    pages,
    tallies,
)
from workers.adapters.store.articles import Known
from workers.adapters.store.claims import Done, Held, NotYetError, finish, finish_all
from workers.adapters.store.entries import Reading
from workers.adapters.store.feeds import Polled
from workers.adapters.store.opinions import OPINION
from workers.adapters.store.tallies import Tally
from workers.adapters.store.works import (
    CLUSTER,
    DETECT,
    EVALUATE,
    EXTRACT,
    FETCH,
    HARD_LIMIT,
    PARSE,
    POLL,
    SEND,
    SHOW,
    SUBSCRIBE,
)
from workers.adapters.web import Answer
from workers.canary import sing
from workers.celery import app
from workers.hints import Follow
from workers.pipeline import dedupe, rules
from workers.services import Services, services
from workers.stages import batch, bulk, show_life, stage


@bulk(POLL, Services.poll)
def poll(s: Services, answers: list[tuple[Held, Polled]]) -> Follow:
    """Feeds that are due -> the documents of those that changed."""
    with s.engine.begin() as connection:
        return [(PARSE, feeds.answered(connection, answers))]


@batch(SUBSCRIBE, Services.ask_hubs)
def subscribe(s: Services, held: Held, answer: Answer) -> Follow:
    """A hub that was named -> one that was asked; what it says comes by its own request (``api/push``)."""
    with s.engine.begin() as connection:
        finish(connection, held, Done(answer.outcome, then=SUBSCRIBE))
        hubs.asked(connection, held.id)
    return []


@bulk(PARSE, Services.read)
def parse(s: Services, readings: list[tuple[Held, Reading]]) -> Follow:
    """Documents of feeds -> entries that are new or edited."""
    with s.engine.begin() as connection:
        ours = finish_all(
            connection, [(held, Done(one.outcome, subject=one.found.feed.slug)) for held, one in readings]
        )
        kept = [reading for held, reading in readings if held.id in ours]
        ready = entries.keep(connection, kept, s.settings.fetch.first_fetch == "prime")
        if s.settings.push.public_url:
            hubs.follow(connection, [reading.found.feed_id for reading in kept])
    return [(FETCH, ready)]


@batch(FETCH, Services.fetch)
def fetch(s: Services, held: Held, answer: Answer) -> Follow:
    """An entry -> the page that its link returns."""
    page = reached(answer, last_attempt=held.attempts >= FETCH.max_attempts)
    with s.engine.begin() as connection:
        finish(connection, held, Done(answer.outcome))
        return [(EXTRACT, entries.answered(connection, held.id, answer.outcome, page))]


@stage(EXTRACT)
def extract(s: Services, held: Held) -> Follow:
    """A page -> an article, or the outcome that says why there is none."""
    found = pages.load(s.engine, held.id)
    article = reading.article(found, last_attempt=held.attempts >= EXTRACT.max_attempts)
    with s.engine.begin() as connection:
        finish(connection, held, Done(article.outcome))
        readable = articles.save(connection, found, article)
    return [(DETECT, readable)]


@stage(DETECT)
def detect(s: Services, held: Held) -> Follow:
    """An article -> its reports, and the signature that finds its copies."""
    known = articles.load(s.engine, held.id)
    codings, asked = s.detector.detect(filings.documents(known))
    found = filings.filings(known, codings, s.publishers)
    with s.engine.begin() as connection:
        telling = filings.keep(connection, known, found)
        tallies.add(connection, *(Tally(OPINION, outcome) for outcome in asked))
        finish(connection, held, Done("reports" if found else "nothing", then=CLUSTER if telling else None))
        articles.sign(connection, known, dedupe.sign(known.article.text, known.article.title) if telling else None)
    return [(CLUSTER, [held.id])] if telling else []


@bulk(CLUSTER, Services.known)
def cluster(s: Services, waiting: list[tuple[Held, Known]]) -> Follow:
    """Articles' reports, with those around them -> clashes and situations, and what changed."""
    with s.engine.begin() as connection:
        ours = finish_all(connection, [(held, Done("assigned")) for held, _ in waiting])
        revised = assigning.assign(connection, [known for held, known in waiting if held.id in ours], s.context)
    return [(EVALUATE, revised)]


@stage(EVALUATE)
def evaluate(s: Services, held: Held) -> Follow:
    """A revision of a clash -> alerts, each with its reason, and the deliveries that carry them."""
    found = alerts.revision(s.engine, held.id)
    judged = s.hush(rules.evaluate(found.revision, s.watch, found.known, datetime.now(UTC)), found)
    with s.engine.begin() as connection:
        outcome = "fired" if judged.alerts else "pending" if judged.due else "quiet"
        finish(connection, held, Done(outcome, then=EVALUATE if judged.due else None, due=judged.due))
        alerts.judge(connection, held.id, judged)
        waiting = alerts.tell(connection, held.id, [(alert, s.threads(alert, found)) for alert in judged.alerts])
    return [(SEND, waiting)]


@stage(SEND)
def send(s: Services, held: Held) -> Follow:
    """A delivery -> a message that has arrived, in the order of its thread."""
    outgoing = deliveries.load(s.engine, held.id)
    if outgoing.waits:
        raise NotYetError(circuits.away(held, 5))
    if digest := s.gather(held, outgoing):
        return [(SEND, [digest])]
    sent = None if outgoing.moot else s.deliver(held, outgoing)
    with s.engine.begin() as connection:
        return [(SEND, deliveries.arrived(connection, held, outgoing, sent.reference if sent else None))]


@stage(SHOW)
def show(s: Services, held: Held) -> Follow:
    """A message about a clash that somebody acknowledged or muted since -> the same message, which says so."""
    outgoing = deliveries.load(s.engine, held.id)
    shown = s.show(held, outgoing)
    with s.engine.begin() as connection:
        deliveries.shown(connection, held, outgoing, shown.reference if shown else None)
    return []


@app.task(name="canary", time_limit=HARD_LIMIT["process"])  # type: ignore[untyped-decorator]  # celery has no types
def canary(_: None) -> None:
    """A made-up fight through the whole pipeline; only if it would have been told there is a sign of life."""
    sing(services().fluent, datetime.now(UTC))
    show_life("canary")


@app.task(name="heartbeat", time_limit=10)  # type: ignore[untyped-decorator]  # celery has no types
def heartbeat(queue: str) -> None:
    """A sign of life from a worker that has nothing else to do."""
    show_life(queue)
