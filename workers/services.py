"""Wired once: the only place that names concrete adapters.

In: ``Settings``. Out: one ``Services`` per process, made when first asked for: after the fork, since neither database
connections nor event loops survive one. Knowledge is the exception: read before the fork and shared by all children.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property

from sqlalchemy import Engine

from workers.adapters import channels, fetching, outgoing, publishers, reading
from workers.adapters import knowledge as shipped
from workers.adapters.detector import Detector
from workers.adapters.fetching import Reached
from workers.adapters.opinions import Endpoint, Ledger, Opinions
from workers.adapters.store import articles, deliveries, entries, feeds, filings, hubs, keys, quiet, silences
from workers.adapters.store.alerts import Revised
from workers.adapters.store.articles import Known
from workers.adapters.store.assigning import Linking
from workers.adapters.store.claims import Held, NotYetError
from workers.adapters.store.deliveries import Outgoing
from workers.adapters.store.engine import connect
from workers.adapters.store.entries import Reading
from workers.adapters.store.feeds import Polled
from workers.adapters.store.neighbourhood import Neighbourhood
from workers.adapters.store.opinions import StoreLedger
from workers.adapters.store.pages import Fetched
from workers.adapters.store.works import FETCH
from workers.adapters.web import Answer, Fetcher, Policy, Request
from workers.pipeline import dedupe, regions
from workers.pipeline.cluster import Allied, Context, Limits
from workers.pipeline.detect.opinion import Bounds
from workers.pipeline.detect.opinion import Outcome as Asked
from workers.pipeline.links import Front
from workers.pipeline.models import Alert, Article, Filing, Signature
from workers.pipeline.models.knowledge import Knowledge
from workers.pipeline.models.publisher import Publishers
from workers.pipeline.route import Target, route
from workers.pipeline.rules import Evaluation, Quiet, Watch, hush
from workers.settings import Settings
from workers.settings.detection import Opinion


@dataclass(frozen=True, slots=True)
class Coded:
    """What detection found in an article; ``signature`` is ``None`` where nothing is left to cluster.

    ``asked`` is what became of second opinions.
    """

    known: Known
    filings: Sequence[Filing]
    signature: Signature | None
    asked: tuple[Asked, ...]


@dataclass(frozen=True)
class Services:
    """What the tasks work with."""

    settings: Settings
    engine: Engine
    watch: Watch
    web: Fetcher

    def context(self, around: Neighbourhood) -> Context:
        """What linking knows beside the reports."""
        return linking(self.knowledge.actors.allied, self.settings.life.limits())(around)

    def known(self, held: Sequence[Held]) -> Iterator[list[tuple[Held, Known]]]:
        """Articles to be assigned together."""
        yield list(self._known(held))

    def _known(self, held: Sequence[Held]) -> Iterator[tuple[Held, Known]]:
        found = {known.id: known for known in articles.load_all(self.engine, [one.id for one in held])}
        return ((one, found[one.id]) for one in held)

    @property
    def publishers(self) -> Publishers:
        """Who speaks with whose voice."""
        return publishers.load()

    @property
    def knowledge(self) -> Knowledge:
        return knowledge()

    @cached_property
    def detector(self) -> Detector:
        """Detection with the options that are configured."""
        ledger = StoreLedger(self.engine, self.settings.opinion.per_day)
        return Detector(self.knowledge, opinions(self.settings.opinion, ledger))

    @cached_property
    def front(self) -> Front:
        """Where messages link to. Read once: who makes a new key restarts the workers."""
        return Front(self.settings.api.public_url, keys.link_key(self.engine))

    @property
    def fluent(self) -> Knowledge:
        """What is known, with the canary's English even where no English is read."""
        languages = self.settings.languages
        return shipped.load(["en"]) if languages and "en" not in languages else self.knowledge

    def poll(self, held: Sequence[Held]) -> Iterator[list[tuple[Held, Polled]]]:
        """Ask feeds for their documents. Those no longer subscribed to are left alone."""
        subscribed = feeds.load(self.engine, [one.id for one in held])
        asked = [(one, fetching.question(subscribed[one.id])) for one in held if one.id in subscribed]
        for group in fetching.ask(self.web, asked):
            yield [(one, fetching.polled(subscribed[one.id], answer)) for one, answer in group]

    def ask_hubs(self, held: Sequence[Held]) -> Iterator[list[tuple[Held, Answer]]]:
        """Ask hubs to begin, go on or stop pushing. Where they could not reach us nobody is asked, nor again."""
        ids, front = [one.id for one in held], self.settings.push.public_url
        if front is None:
            hubs.forget(self.engine, ids)
            return iter(())
        found = hubs.questions(self.engine, ids)
        asked = [(one, fetching.hub_question(found[one.id], front)) for one in held if one.id in found]
        return fetching.ask(self.web, asked)

    def read(self, held: Sequence[Held]) -> reading.Groups[Reading]:
        """Read documents of feeds."""
        return reading.documents(self.engine, held)

    def fetch(self, held: Sequence[Held]) -> reading.Groups[Reached]:
        """Ask for the pages that entries link to."""
        links = entries.links(self.engine, [one.id for one in held])
        for group in fetching.ask(self.web, [(one, Request(links[one.id])) for one in held]):
            yield [(one, fetching.reached(answer, one.attempts >= FETCH.max_attempts)) for one, answer in group]

    def extract(self, held: Sequence[Held]) -> reading.Groups[tuple[Fetched, Article]]:
        """Read pages."""
        return reading.articles(self.engine, held)

    def detect(self, held: Sequence[Held]) -> reading.Groups[Coded]:
        """Find what articles tell."""
        return reading.each(self._known(held), lambda _, known: self._coded(known))

    def _coded(self, known: Known) -> Coded:
        codings, asked = self.detector.detect(filings.documents(known))
        found = filings.filings(known, codings, self.publishers)
        signed = dedupe.sign(known.article.text, known.article.title) if filings.tells(known, found) else None
        return Coded(known, found, signed, tuple(asked))

    def threads(self, alert: Alert, found: Revised) -> tuple[Target, ...]:
        """Whom an alert is told, in which thread, and from when on."""
        return route(alert, self.settings.route, found.threads.get(alert.rule, ()), datetime.now(UTC))

    def hush(self, judged: Evaluation, found: Revised) -> Evaluation:
        """Without what somebody silenced, a graver alert makes superfluous, or another clash tells by now."""
        silenced = silences.in_force(self.engine)
        asked = any(silence.regions for silence in silenced)
        inside = self.watch.regions.inside(found.revision.clash) if asked else frozenset()
        quiet = Quiet(silenced, self.settings.inhibitions, found.told, inside, found.merged_into)
        return hush(judged, quiet, datetime.now(UTC))

    def gather(self, held: Held, delivery: Outgoing) -> int | None:
        """The digest that tells a delivery with what else quiet hours held for who reads it, if there is more."""
        receiver = self.settings.receivers.get(delivery.delivery.receiver)
        if not delivery.released or receiver is None or not channels.read_by_people(receiver):
            return None
        return quiet.gather(self.engine, held, receiver.name)

    def show(self, held: Held, delivery: Outgoing) -> channels.Sent | None:
        """Bring a message up to date that was sent; ``None``: it cannot be, or one that came later says it already."""
        receiver = self.settings.receivers.get(delivery.delivery.receiver)
        later = deliveries.overtaken(self.engine, held)
        if later is deliveries.State.SENDING:
            raise NotYetError(5)
        return None if later or receiver is None else outgoing.show(self.engine, delivery, receiver, self.front)

    def deliver(self, held: Held, delivery: Outgoing) -> channels.Sent | None:
        """Send a delivery, or find that it arrived before, or (``None``) has nothing new. Raises ``ChannelError``."""
        name = delivery.delivery.receiver
        receiver = self.settings.receivers.get(name)
        if receiver is None:
            raise channels.ChannelError(f"no receiver is called {name} any more", retry=False)
        return outgoing.deliver(self.engine, held, delivery, receiver, self.front)


def opinions(given: Opinion, ledger: Ledger) -> Opinions | None:
    """Who is asked about documents in doubt, if anybody is."""
    if given.url is None:
        return None
    key = given.key.get_secret_value() if given.key else None
    return Opinions(Endpoint(given.url, given.model, key, given.timeout, Bounds(given.low, given.high)), ledger)


def linking(allied: Allied, limits: Limits) -> Linking:
    """What linking knows beside the reports, for any neighbourhood: allies, an operator's decisions, times, ids."""
    return lambda around: Context(allied, around.pins, limits)


_settings: list[Settings] = []


def configured(settings: Settings) -> None:
    """Say what this process and its children work with. Before the first ``services()``."""
    _settings[:] = [settings]


@cache
def services() -> Services:
    """This process's own."""
    (settings,) = _settings
    url = settings.database.url
    assert url is not None, "workers need a database; `clashwatch up` starts one and names it"
    watch = Watch(settings.rules, regions.build(settings.regions))
    web = Fetcher(_policy(settings), settings.redis.url)
    return Services(settings=settings, engine=connect(url), watch=watch, web=web)


def _policy(settings: Settings) -> Policy:
    names = ("user_agent", "contact", "timeout", "spacing", "per_host", "robots", "allow")
    given = {name: getattr(settings.fetch, name) for name in names}
    # Hosts with a long line are asked again soon enough; the others of a batch should not wait for their turns.
    return Policy(**given, budget=min(max(32.0, settings.fetch.timeout), settings.fetch.timeout + 8.0))


@cache
def knowledge() -> Knowledge:
    """What detection knows, for the languages that are read."""
    (settings,) = _settings
    found = shipped.load(settings.languages or None, settings.detection.models)
    for part in (found.lexicons, found.facts):
        dict(part)  # a language loads when it is first looked up
    publishers.load()
    return found
