"""The same tree and labels give the receivers, in order, that Prometheus Alertmanager's own tool gives."""

from __future__ import annotations

import random
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from workers.pipeline.matchers import BadMatcherError, parse_matcher
from workers.pipeline.models import Route
from workers.pipeline.route import branches

TREES, LABEL_SETS = 100, 6
LABELS = ("region", "country", "severity", "team")
VALUES = ("", "kirkuk", "idlib", "IQ", "warning", "a b", 'say "no"', "back\\slash", "x")
PATTERNS = ("kir.*", "kirkuk|idlib", "", ".*", ".+", "[A-Z]{2}", "(?i)KIRKUK", "war", "a\\\\sb", "x|")


def quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def matcher(chance: random.Random) -> str:
    operator = chance.choice(["=", "!=", "=~", "!~"])
    value = chance.choice(PATTERNS if "~" in operator else VALUES).replace("\\\\s", "\\s")
    bare = value.isalnum() and chance.random() < 0.3
    gap = chance.choice(["", " "])
    return f"{chance.choice(LABELS)}{gap}{operator}{gap}{value if bare else quoted(value)}"


def tree(chance: random.Random, depth: int = 0) -> Route:
    children = chance.randrange(*[(4, 9), (0, 4), (0, 2), (0, 1)][depth])
    return Route(
        receiver=f"r{chance.randrange(8)}" if depth == 0 or chance.random() < 0.8 else None,
        matchers=tuple(matcher(chance) for _ in range(chance.choice([0, 1, 1, 1, 2]))) if depth else (),
        continue_=depth > 0 and chance.random() < 0.6,
        repeat_interval=timedelta(minutes=chance.randrange(1, 600)) if chance.random() < 0.4 else None,
        routes=tuple(tree(chance, depth + 1) for _ in range(children)),
    )


def written(node: Route) -> dict[str, object]:
    return {
        **({"receiver": node.receiver} if node.receiver else {}),
        **({"matchers": list(node.matchers)} if node.matchers else {}),
        **({"continue": True} if node.continue_ else {}),
        **({"repeat_interval": f"{node.repeat_interval.total_seconds():g}s"} if node.repeat_interval else {}),
        "routes": [written(child) for child in node.routes],
    }


def amtool(config: Path, labels: dict[str, str]) -> list[str]:
    pairs = [f"{name}={quoted(value)}" for name, value in labels.items()]
    command = ["amtool", "config", "routes", "test", f"--config.file={config}", *pairs]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    return told.stdout.strip().split(",")


def test_six_hundred_generated_cases_agree(tmp_path: Path) -> None:
    chance = random.Random(20260302)
    cases: list[tuple[Route, Path, dict[str, str]]] = []
    for number in range(TREES):
        made, config = tree(chance), tmp_path / f"{number}.yml"
        YAML().dump({"route": written(made), "receivers": [{"name": f"r{n}"} for n in range(8)]}, config)
        for _ in range(LABEL_SETS):
            named = chance.sample(LABELS, chance.randrange(len(LABELS) + 1))
            cases.append((made, config, {name: chance.choice(VALUES) for name in named}))
    with ThreadPoolExecutor(4) as pool:
        expected = list(pool.map(lambda case: amtool(case[1], case[2]), cases))
    found = [[branch.receiver for branch in branches(labels, made)] for made, _, labels in cases]
    assert found == expected
    assert len({tuple(receivers) for receivers in expected}) > 150  # the cases are not all alike


@pytest.mark.parametrize(
    "text",
    ["x=", "x=a b", 'x="a', 'x=~"("', "x==1", "x=a,b", r'x="a\tb"', 'x = "a" ', "x=~a|b", 'x=a"b', 'x=""', "x:y=1",
     "x.y=1", "1x=a", "x", "=a", 'x=~"[a"', 'x!~"a"'],
)  # fmt: skip
def test_a_matcher_is_bad_when_alertmanager_says_so(text: str, tmp_path: Path) -> None:
    config = tmp_path / "alertmanager.yml"
    tree = {"receiver": "r", "routes": [{"receiver": "r", "matchers": [text]}]}
    YAML().dump({"route": tree, "receivers": [{"name": "r"}]}, config)
    accepted = subprocess.run(["amtool", "check-config", str(config)], capture_output=True, check=False).returncode == 0
    if accepted:
        parse_matcher(text)
    else:
        with pytest.raises(BadMatcherError):
            parse_matcher(text)
