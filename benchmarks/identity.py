"""What copy look-up and clustering cost an article and get right, in memory. ``python -m benchmarks.identity [N]``

A stream of N articles (default 20,000) goes through signatures, banded look-up and, each with its neighbourhood,
clustering. Printed: articles per CPU second of the first and of the last 2,000, copies found and invented, precision
and recall of pairs of articles in one clash. The store's own cost is not in it.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from time import process_time

from benchmarks._stream import News, judged, stream
from workers.cli.memory import Memory
from workers.pipeline.cluster import Reach, cluster, reach
from workers.pipeline.cluster.geo import coarse, kilometres
from workers.pipeline.dedupe import Candidate, sign
from workers.pipeline.models import Clash, Filing, Place

WINDOW = 2000


class Desk:
    """Filings by day and clashes by filing, as far as a neighbourhood needs them."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.copies: dict[str, str] = {}
        self.home: dict[str, Clash] = {}
        self._filings: dict[str, Filing] = {}
        self._by_day: dict[int, list[Filing]] = defaultdict(list)

    def take(self, news: News) -> None:
        found = self.memory.meet(Candidate(news.id, sign(news.text), news.published))
        if found:
            self.copies[news.id] = found.origin
        if news.report is None:
            return
        origin = found.origin if found else None
        one = Filing(news.id, news.id, news.published, news.report, news.outlet, news.outlet, origin)
        around = reach(one)
        near = {other.id for other in self._beside(around)} | {one.id}
        known = {clash.id: clash for name in near if (clash := self.home.get(name))}
        near.update(name for clash in known.values() for name in clash.filings)
        self._filings[one.id] = one
        for day in range(around.first.toordinal(), around.last.toordinal() + 1):
            self._by_day[day].append(one)
        result = cluster([self._filings[name] for name in near], list(known.values()), news.published)
        for clash in result.clashes:
            self.home.update(dict.fromkeys(clash.filings, clash))

    def _beside(self, around: Reach) -> Iterator[Filing]:
        days = range(around.first.toordinal(), around.last.toordinal() + 1)
        met = {other.id: other for day in days for other in self._by_day.get(day, ())}
        return (one for one in met.values() if _near(around, one.report.place))


def _near(around: Reach, place: Place | None) -> bool:
    if place is None or around.lat is None or around.lon is None:
        return True
    if place.country == around.country and coarse(place):
        return True
    return kilometres(around.lat, around.lon, place.lat, place.lon) <= around.km + place.radius_km


def main(articles: int) -> dict[str, object]:
    desk, news, laps = Desk(), list(stream(articles)), []
    for number, one in enumerate(news):
        if number % WINDOW == 0:
            laps.append(process_time())
        desk.take(one)
    laps.append(process_time())
    home = {name: clash.id for name, clash in desk.home.items()}
    return {
        "benchmark": "identity",
        "articles": len(news),
        "per_second_first": round(WINDOW / (laps[1] - laps[0])),
        "per_second_last": round((len(news) - WINDOW * (len(laps) - 2)) / (laps[-1] - laps[-2])),
        **judged(news, desk.copies, home),
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)))
