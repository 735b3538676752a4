"""All tasks; top to bottom is the pipeline. Each loads, calls a pure function, saves in one commit, says what follows.

``stage`` and ``bulk`` (``workers.stages``) claim the rows, charge failures to them and hint what follows.
"""

from __future__ import annotations

from datetime import UTC, datetime

from workers.adapters.fetching import Reached
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
    tallies,
)
from workers.adapters.store.articles import Known
from workers.adapters.store.claims import Done, Held, NotYetError, finish, finish_all
from workers.adapters.store.entries import Reading
from workers.adapters.store.feeds import Polled
from workers.adapters.store.opinions import OPINION
from workers.adapters.store.pages import Fetched
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
from workers.pipeline import rules
from workers.pipeline.models import Article
from workers.services import Coded, Services, services
from workers.stages import bulk, show_life, stage


@bulk(POLL, Services.poll)
def poll(s: Services, answers: list[tuple[Held, Polled]]) -> Follow:
    """Feeds that are due -> the documents of those that changed."""
    with s.engine.begin() as connection:
        return [(PARSE, feeds.answered(connection, answers))]


@bulk(SUBSCRIBE, Services.ask_hubs)
def subscribe(s: Services, answers: list[tuple[Held, Answer]]) -> Follow:
    """Hubs that were named -> ones that were asked; what they say comes by their own requests (``api/push``)."""
    with s.engine.begin() as connection:
        done = [(held, Done(answer.outcome, then=SUBSCRIBE)) for held, answer in answers]
        hubs.asked(connection, finish_all(connection, done))
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


@bulk(FETCH, Services.fetch)
def fetch(s: Services, answers: list[tuple[Held, Reached]]) -> Follow:
    """Entries -> the pages that their links return."""
    with s.engine.begin() as connection:
        ours = finish_all(connection, [(held, Done(one.outcome)) for held, one in answers])
        got = {held.id: (one.outcome, one.page) for held, one in answers if held.id in ours}
        return [(EXTRACT, entries.answered(connection, got))]


@bulk(EXTRACT, Services.extract)
def extract(s: Services, read: list[tuple[Held, tuple[Fetched, Article]]]) -> Follow:
    """Pages -> articles, or the outcomes that say why there are none."""
    with s.engine.begin() as connection:
        ours = finish_all(connection, [(held, Done(article.outcome)) for held, (_, article) in read])
        return [(DETECT, articles.save(connection, [one for held, one in read if held.id in ours]))]


@bulk(DETECT, Services.detect)
def detect(s: Services, found: list[tuple[Held, Coded]]) -> Follow:
    """Articles -> their reports, and the signatures that find their copies."""
    with s.engine.begin() as connection:
        ours = finish_all(connection, [(held, _coded(one)) for held, one in found])
        kept = [one for held, one in found if held.id in ours]
        filings.keep(connection, [(one.known, one.filings) for one in kept])
        articles.sign(connection, {one.known.id: one.signature for one in kept})
        tallies.add(connection, *(Tally(OPINION, outcome) for one in kept for outcome in one.asked))
    return [(CLUSTER, [one.known.id for one in kept if one.signature])]


def _coded(one: Coded) -> Done:
    return Done("reports" if one.filings else "nothing", then=CLUSTER if one.signature else None)


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
