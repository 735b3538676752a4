"""What Prometheus scrapes: one collector over the store, correct even when every worker is dead.

In: the store's gauges and tallies. Out: metric families under ``clashwatch_``. Counters are the store's
append-only tallies, so they survive restarts and only rise; nothing is counted in this process. Labels are
names of which there are few (stages, outcomes, feeds, receivers), never addresses or error texts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from workers import __version__
from workers.adapters.standing import STANDING
from workers.adapters.store import circuits, gauges, heartbeats, tallies, yields
from workers.adapters.store.clock import CLOCK
from workers.adapters.store.opinions import OPINION
from workers.adapters.store.tallies import BOUNDS, UNTIMED, Total
from workers.adapters.store.works import BY_STAGE, POLL, QUEUES, SEND
from workers.pipeline.detect.opinion import Outcome
from workers.pipeline.health import BROKEN, State, judge, silence

LATENCY = "latency"
"""The tally of the seconds from publication to delivery."""
RESCUED = "rescued"
"""The outcome that the sweep tallies for a row whose hint nobody answered."""
ABANDONED = "abandoned"
"""The outcome that the sweep tallies for a row whose worker died or hung."""
DEAF = "deaf"
"""The tally of workers that ended because they no longer heard their broker, by queue, and of beats that hung."""
ARTICLE = "article"
"""The tally of what extraction made of a publisher's pages."""


class StoreCollector(Collector):
    """Asks the store at each scrape; a store that does not answer is a metric too."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        yield _gauge("build_info", "The running version.", ("version",), [((__version__,), 1.0)])
        try:
            families = [*_waiting(self._engine), *_feeds(self._engine), *_state(self._engine), *_counts(self._engine)]
        except (DBAPIError, PoolTimeout):
            yield _gauge("store_up", "1 while the database answers.", (), [((), 0.0)])
            return
        yield _gauge("store_up", "1 while the database answers.", (), [((), 1.0)])
        yield from families


Samples = Iterable[tuple[tuple[str, ...], float]]


def _gauge(name: str, about: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    family = GaugeMetricFamily(f"clashwatch_{name}", about, labels=labels)
    for values, number in samples:
        family.add_metric(values, number)
    return family


def _counter(name: str, about: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    family = CounterMetricFamily(f"clashwatch_{name}", about, labels=labels)
    for values, number in samples:
        family.add_metric(values, number)
    return family


def _waiting(engine: Engine) -> Iterator[Metric]:
    stages = gauges.waiting(engine)
    yield _gauge(
        "rows_waiting", "Rows due or in work, by stage.", ("stage",), [((s.stage,), float(s.due)) for s in stages]
    )
    yield _gauge(
        "oldest_waiting_seconds",
        "How long the row that has waited longest is overdue, by stage.",
        ("stage",),
        [((s.stage,), s.oldest) for s in stages],
    )
    due = next(stage.due for stage in stages if stage.stage == POLL.stage)
    yield _gauge("feeds_due", "Feeds whose time has come.", (), [((), float(due))])


def _feeds(engine: Engine) -> Iterator[Metric]:
    feeds, now = yields.vitals(engine), datetime.now(UTC)
    states = {slug: judge(feed, now).state for slug, feed in feeds.items()}
    counts = Counter(states.values())
    yield _gauge("feeds", "Feeds by state.", ("state",), [((str(state),), float(counts[state])) for state in State])
    yield _gauge(
        "feed_broken",
        "1 for each feed from which news may be missed, with its state.",
        ("feed", "state"),
        [((slug, str(state)), 1.0) for slug, state in states.items() if state in BROKEN],
    )
    yield _gauge(
        "feed_last_success_timestamp_seconds",
        "When the publisher last gave or confirmed the feed.",
        ("feed",),
        [((slug,), feed.answered.timestamp()) for slug, feed in feeds.items() if feed.answered is not None],
    )
    yield _gauge(
        "feed_last_new_entry_timestamp_seconds",
        "Publication time of the feed's newest entry.",
        ("feed",),
        [((slug,), feed.entry.timestamp()) for slug, feed in feeds.items() if feed.entry is not None],
    )
    yield _gauge(
        "feed_silent_after_seconds",
        "Without a new entry for so long a feed counts as silent.",
        ("feed",),
        [((slug,), silence(feed.gap).total_seconds()) for slug, feed in feeds.items()],
    )


def _state(engine: Engine) -> Iterator[Metric]:
    open_ = sum(count for state, count in gauges.clashes(engine).items() if state in {"open", "reopened"})
    yield _gauge("clashes_open", "Clashes that are open or reopened.", (), [((), float(open_))])
    # Zeros too: an alert on a series that appears only with trouble cannot tell quiet from blind.
    receivers = {total.subject: 0 for total in tallies.totals(engine) if total.stage == SEND.stage and total.subject}
    yield _gauge(
        "deliveries_pending",
        "Messages that their receiver has not accepted yet.",
        ("receiver",),
        [((receiver,), float(count)) for receiver, count in (receivers | gauges.pending(engine)).items()],
    )
    failures = dict.fromkeys(receivers, 0) | {one.receiver: one.failures for one in circuits.troubled(engine)}
    yield _gauge(
        "circuit_open",
        "1 for each receiver that kept failing and is tried only now and then; its messages wait.",
        ("receiver",),
        [((receiver,), float(count >= circuits.PATIENCE)) for receiver, count in failures.items()],
    )
    yield _gauge(
        "circuit_failures",
        "Messages in a row that the receiver did not take.",
        ("receiver",),
        [((receiver,), float(count)) for receiver, count in failures.items()],
    )
    given_up = dict.fromkeys(BY_STAGE, 0) | gauges.quarantined(engine)
    yield _gauge(
        "quarantined",
        "Rows given up, by stage.",
        ("stage",),
        [((stage,), float(count)) for stage, count in given_up.items()],
    )
    beats: dict[str, float] = {}
    for beat in heartbeats.latest(engine):
        beats[beat.role] = max(beats.get(beat.role, 0.0), beat.at.timestamp())
    yield _gauge(
        "heartbeat_timestamp_seconds",
        "When a role last finished something.",
        ("role",),
        [((role,), at) for role, at in beats.items()],
    )


def _counts(engine: Engine) -> Iterator[Metric]:
    totals = tallies.totals(engine)
    work = [total for total in totals if total.stage in BY_STAGE and total.outcome != RESCUED]
    never = [((stage, ABANDONED), 0) for stage in BY_STAGE]
    yield _counter(
        "outcomes",
        "Finished rows by stage and outcome.",
        ("stage", "outcome"),
        _sum([*never, *(((total.stage, total.outcome), total.count) for total in work)]),
    )
    yield _counter(
        "clock_set_back",
        "How often the database's clock was found set back.",
        (),
        [((), float(sum(total.count for total in totals if total.stage == CLOCK)))],
    )
    yield _counter(
        "deliveries",
        "Messages by receiver and outcome.",
        ("receiver", "outcome"),
        _sum(((total.subject, total.outcome), total.count) for total in work if total.stage == SEND.stage),
    )
    yield _counter(
        "verdicts",
        "Rules evaluated, by rule and reason.",
        ("rule", "reason"),
        _sum(((total.subject, total.outcome), total.count) for total in totals if total.stage == "rule"),
    )
    yield _counter(
        "articles",
        "Pages read, by publisher family and what stood there.",
        ("publisher", "outcome"),
        _sum(((total.subject, total.outcome), total.count) for total in totals if total.stage == ARTICLE),
    )
    # Zeros from the start, here and below: a counter that appears with its first failure has no rate then.
    turns = [total for total in totals if total.stage == STANDING]
    yield _counter(
        "repeats",
        "Turns of saying again what still fires to receivers that forget, by receiver and outcome.",
        ("receiver", "outcome"),
        _sum(
            [
                *(((turn.subject, turn.outcome), turn.count) for turn in turns),
                *(((turn.subject, outcome), 0) for turn in turns for outcome in ("said", "failed")),
            ]
        ),
    )
    yield from _opinions(totals)
    yield from _broker(totals)
    timed = [((total.stage,), total) for total in work]
    yield _histogram("stage_duration_seconds", "Work on one row, by stage.", ("stage",), timed)
    latency = [((), total) for total in totals if total.stage == LATENCY]
    yield _histogram("publication_to_delivery_seconds", "From publication to delivery.", (), latency)


def _opinions(totals: list[Total]) -> Iterator[Metric]:
    opinions = [((total.outcome,), total.count) for total in totals if total.stage == OPINION]
    yield _counter(
        "opinions",
        "Documents in doubt, by what became of the second opinion on them.",
        ("outcome",),
        _sum([*opinions, *(((str(outcome),), 0) for outcome in Outcome)]),
    )


def _broker(totals: list[Total]) -> Iterator[Metric]:
    """What its losses cost, by queue."""
    silent = [((queue,), 0) for queue in QUEUES]
    ended = [((total.subject,), total.count) for total in totals if total.stage == DEAF]
    yield _counter(
        "worker_restarts",
        "Workers that ended because they no longer heard their broker, by queue; and beats that hung.",
        ("queue",),
        _sum([*silent, (("beat",), 0), *ended]),
    )
    rescued = [((BY_STAGE[total.stage].queue,), total.count) for total in totals if total.outcome == RESCUED]
    yield _counter(
        "rescues", "Rows hinted again because their message was lost.", ("queue",), _sum([*silent, *rescued])
    )


def _sum(counts: Iterable[tuple[tuple[str, ...], int]]) -> Samples:
    sums: dict[tuple[str, ...], float] = defaultdict(float)
    for labels, count in counts:
        sums[labels] += count
    return sorted(sums.items())


def _histogram(
    name: str, about: str, labels: tuple[str, ...], totals: Iterable[tuple[tuple[str, ...], Total]]
) -> Metric:
    """``Total.bucket`` indexes ``BOUNDS``; Prometheus wants each bucket to include the ones below it."""
    counts: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0] * (len(BOUNDS) + 1))
    seconds: dict[tuple[str, ...], float] = defaultdict(float)
    for values, total in totals:
        if total.bucket != UNTIMED:
            counts[values][total.bucket] += total.count
            seconds[values] += total.seconds
    family = HistogramMetricFamily(f"clashwatch_{name}", about, labels=labels)
    edges = [*map(str, map(float, BOUNDS)), "+Inf"]
    for values, buckets in sorted(counts.items()):
        family.add_metric(values, list(zip(edges, accumulate(map(float, buckets)), strict=True)), seconds[values])
    return family
