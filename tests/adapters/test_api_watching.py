"""What is watched, over a real socket: feeds of regions, rules, why, routes, backtests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import feedparser
import httpx2
import pytest
from incidents import ALTUN_KUPRI, NYALA, revision
from served import serving
from sqlalchemy import Engine

from workers.adapters.store import alerts, clashes, tokens
from workers.adapters.store.tokens import Scope
from workers.asking import Outlook
from workers.pipeline.models import Absence, Area, Change, Revision, Route, Rule, Status, Vigil
from workers.pipeline.regions import build
from workers.pipeline.rules import Known, Watch, evaluate

NOW = datetime.now(UTC)
REGIONS = {
    "kirkuk": Area("kirkuk", "Kirkuk province", admin1=frozenset({"IQ.13"})),
    "darfur": Area("darfur", "Darfur", admin1=frozenset({"SD.49"})),
}
OUTLOOK = Outlook(
    Watch((Rule("kirkuk", "Fighting in Kirkuk", ("kirkuk",)),), build(REGIONS)),
    Route("root", routes=(Route("desk", ('region="kirkuk"',)),)),
    (Vigil("silent", "Silent", regions=("kirkuk",), absence=Absence(NOW - NOW)),),
)
FRESH = {"first_reported": NOW, "last_reported": NOW, "start": NOW.date(), "end": NOW.date()}
ATOM, GEORSS = "{http://www.w3.org/2005/Atom}", "{http://www.georss.org/georss}"


@pytest.fixture
def api(engine: Engine) -> Iterator[httpx2.Client]:
    """Knows a fight in Kirkuk, one in Darfur, one that was taken back, and one that nobody placed."""
    happens(engine, revision(1, id="7", place=ALTUN_KUPRI, **FRESH))
    happens(engine, revision(1, id="8", place=NYALA, **FRESH))
    happens(engine, revision(1, id="9", place=None, **FRESH))
    gone = {"status": Status.RETRACTED, "alertable": False, "place": ALTUN_KUPRI}
    happens(engine, revision(2, Change.RETRACTED, id="10", **gone, **FRESH))
    with serving(engine, OUTLOOK) as address, httpx2.Client(base_url=f"{address}/api/v1") as client:
        yield client


def happens(engine: Engine, revised: Revision) -> None:
    with engine.begin() as c:
        clashes.keep(c, [revised.clash])
        (made,) = clashes.revise(c, [revised], primed=False)
        alerts.judge(c, made, evaluate(revised, OUTLOOK.watch, Known(), NOW))


def entries(api: httpx2.Client, region: str = "kirkuk") -> list[Element]:
    answer = api.get(f"/regions/{region}/feed.atom")
    assert answer.status_code == 200, answer.text
    return ElementTree.fromstring(answer.content).findall(f"{ATOM}entry")


def test_a_regions_feed_tells_its_clashes_and_no_others(api: httpx2.Client) -> None:
    titles = [entry.findtext(f"{ATOM}title") for entry in entries(api)]
    assert len(titles) == 2
    assert sorted(title.startswith("Retracted: ") for title in titles if title) == [False, True]
    assert [entry.findtext(f"{GEORSS}featurename") for entry in entries(api, "darfur")] == ["Nyala"]


def test_what_nobody_placed_has_a_feed_of_its_own(api: httpx2.Client) -> None:
    (entry,) = entries(api, "unlocated")
    assert entry.find(f"{GEORSS}point") is None


def test_an_entry_says_where_and_how_surely(api: httpx2.Client) -> None:
    entry = entries(api, "darfur")[0]
    assert entry.findtext(f"{GEORSS}point") == "12.05000 24.88000"
    assert entry.findtext(f"{GEORSS}radius") == "6000"
    assert {one.get("term") for one in entry.findall(f"{ATOM}category")} == {"Battles", "Armed clash"}


def test_any_feed_reader_can_read_it(api: httpx2.Client) -> None:
    read = feedparser.parse(api.get("/regions/darfur/feed.atom").content)
    assert (read.bozo, read.version, read.feed.title) == (False, "atom10", "Clashwatch: Darfur")
    assert read.entries[0].id.startswith("urn:uuid:")
    assert (read.entries[0].where.type, read.entries[0].where.coordinates) == ("Point", (24.88, 12.05))


def test_an_id_never_changes_and_updated_says_when_something_did(api: httpx2.Client, engine: Engine) -> None:
    (before,) = entries(api, "darfur")
    happens(engine, revision(2, Change.TOLL, id="8", place=NYALA, **FRESH))
    (after,) = entries(api, "darfur")
    assert before.findtext(f"{ATOM}id") == after.findtext(f"{ATOM}id")
    assert str(before.findtext(f"{ATOM}updated")) <= str(after.findtext(f"{ATOM}updated"))


def test_who_has_it_already_is_told_so(api: httpx2.Client, engine: Engine) -> None:
    first = api.get("/regions/darfur/feed.atom")
    assert first.headers["content-type"].startswith("application/atom+xml")
    known = {"If-None-Match": first.headers["etag"]}
    again = api.get("/regions/darfur/feed.atom", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    happens(engine, revision(1, id="11", place=NYALA, **FRESH))
    assert api.get("/regions/darfur/feed.atom", headers=known).status_code == 200


def test_an_unknown_region_has_no_feed_and_the_nearest_is_named(api: httpx2.Client) -> None:
    answer = api.get("/regions/kirkukk/feed.atom")
    assert (answer.status_code, answer.json()["detail"]) == (404, "unknown region 'kirkukk'; did you mean 'kirkuk'?")


def test_rules_and_regions_are_listed(api: httpx2.Client) -> None:
    assert [(rule["id"], rule["regions"]) for rule in api.get("/rules").json()] == [("kirkuk", ["kirkuk"])]
    assert api.get("/regions").json()[1] == {"name": "kirkuk", "title": "Kirkuk province"}


def test_labels_can_be_tried_on_the_tree(api: httpx2.Client) -> None:
    asked = api.get("/routes/test", params=[("label", "region=kirkuk"), ("label", "clash=7")])
    assert asked.json() == [{"receiver": "desk", "thread": 'clash="7"'}]
    assert api.get("/routes/test").json()[0]["receiver"] == "root"
    assert api.get("/routes/test", params={"label": "region"}).status_code == 422


def test_why_names_each_gate_of_a_clash_and_of_a_vigil(api: httpx2.Client) -> None:
    (told,) = api.get("/why/7").json()
    assert [(verdict["rule"], verdict["reason"]) for verdict in told["verdicts"]] == [("kirkuk", "fired")]
    (elsewhere,) = api.get("/why/8", params={"rule": "kirkuk"}).json()
    assert elsewhere["verdicts"][0]["reason"] == "outside_region"
    (vigil,) = api.get("/why/silent").json()
    assert (vigil["state"], vigil["subject"]) == ("unknown", "kirkuk")
    assert api.get("/why/nothing").status_code == 404
    assert "did you mean 'kirkuk'?" in api.get("/why/7", params={"rule": "kirkukk"}).json()["detail"]


def test_rules_are_run_over_what_happened_and_compared(api: httpx2.Client, engine: Engine) -> None:
    assert api.post("/rules/backtest", json={}).status_code == 401
    with engine.begin() as c:
        api.headers["Authorization"] = f"Bearer {tokens.make(c, 'reader', Scope.READ)}"
    today = NOW.date().isoformat()
    ran = api.post("/rules/backtest", json={"hours": 24})
    assert ran.json() == {"days": [{"day": today, "rule": "kirkuk", "alerts": 1}], "differences": []} | {
        "days": [{"day": today, "rule": "kirkuk", "alerts": 1}, {"day": today, "rule": "unlocated", "alerts": 1}]
    }
    other = [{"id": "darfur", "name": "Darfur", "regions": ["darfur"]}]
    differ = api.post("/rules/backtest", json={"rules": other}).json()["differences"]
    assert {(one["only"], one["rule"]) for one in differ} == {("here", "kirkuk"), ("there", "darfur")}
    other[0]["regions"] = ["dafur"]
    refused = api.post("/rules/backtest", json={"rules": other})
    assert (refused.status_code, "did you mean 'darfur'?" in refused.text) == (422, True)
