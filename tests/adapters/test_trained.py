"""A configured spaCy pipeline's entities are evidence for and against places. The pipelines are made here."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from spacy.training import Example

from workers.adapters import knowledge, trained
from workers.adapters.trained import TrainedError
from workers.pipeline.detect import detect
from workers.pipeline.models import Document
from workers.pipeline.models.knowledge import Entity, EntityKind

TALK = "The talks will go on, Ross and Paris said in a letter. Ross was hopeful."


@pytest.fixture
def ruled(tmp_path: Path) -> Path:
    """Takes Paris for a person, Goma for an organisation, Old Sterling for a place."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    rules = [
        {"label": "PERSON", "pattern": "Paris"},
        {"label": "ORG", "pattern": "Goma"},
        {"label": "GPE", "pattern": "Old Sterling"},
    ]
    nlp.add_pipe("entity_ruler").add_patterns(rules)  # type: ignore[attr-defined]
    nlp.to_disk(tmp_path / "ruled")
    return tmp_path / "ruled"


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A statistical ``ner``, fitted on a dozen made-up sentences until it knows one name."""
    random.seed(1)
    spacy.util.fix_random_seed(1)
    nlp = spacy.blank("en")
    ner = nlp.add_pipe("ner")
    texts = [f"{who} was quiet in Tolvar{mark}" for who in ("It", "The market", "All") for mark in (".", " today.")]
    places = [(text, {"entities": [(text.index("Tolvar"), text.index("Tolvar") + 6, "GPE")]}) for text in texts]
    examples = [Example.from_dict(nlp.make_doc(text), given) for text, given in places]
    ner.add_label("GPE")  # type: ignore[attr-defined]
    nlp.initialize(lambda: examples)
    for _ in range(30):
        nlp.update(examples)
    folder = tmp_path_factory.mktemp("models") / "learnt"
    nlp.to_disk(folder)
    return folder


def _named(text: str, models: dict[str, str]) -> list[str]:
    coding = detect(Document("1", text, language="en"), knowledge.load(models=models))
    return [mention.text for mention in coding.places]


def test_what_the_pipeline_takes_for_a_person_is_no_place(ruled: Path) -> None:
    assert "Paris" in _named(TALK, {})
    assert "Paris" not in _named(TALK, {"en": str(ruled)})


def test_a_place_that_the_text_plainly_speaks_of_survives_the_pipelines_doubt(ruled: Path) -> None:
    assert _named("Rebels shelled the town of Goma in Congo on Monday.", {"en": str(ruled)}) == ["Goma", "Congo"]


def test_a_name_with_too_little_evidence_is_confirmed(ruled: Path) -> None:
    assert _named("Old Sterling was shelled.", {}) == []
    assert _named("Old Sterling was shelled.", {"en": str(ruled)}) == ["Old Sterling"]


def test_other_languages_are_read_as_before(ruled: Path) -> None:
    assert _named(TALK, {"nl": str(ruled)}) == _named(TALK, {})


def test_a_statistical_pipeline_recognises_what_it_learnt(learnt: Path) -> None:
    recognise = trained.load({"en": str(learnt)})["en"]
    assert recognise("It was quiet in Tolvar.") == (Entity((16, 22), EntityKind.PLACE),)


def test_a_pipeline_that_is_not_there_or_recognises_nothing_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainedError, match="cannot load nl_core_news_none"):
        trained.load({"nl": "nl_core_news_none"})
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(TrainedError, match="has no ner"):
        trained.load({"en": str(tmp_path / "blank")})


def _detect(folder: Path, *models: str) -> subprocess.CompletedProcess[str]:
    folder.mkdir(exist_ok=True)
    (folder / "clashwatch.yml").write_text("\n".join(["detection:", "  models:", *models]), "utf-8")
    (folder / "receivers.yml").write_text(
        "receivers: [{name: desk, kind: console}]\nroute: {receiver: desk}\n", "utf-8"
    )
    line = json.dumps({"id": "1", "text": TALK, "language": "en"})
    program = [sys.executable, "-m", "workers", "detect", "-", "--config", str(folder)]
    return subprocess.run(program, input=line, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_asks_the_pipelines_of_its_configuration(ruled: Path, tmp_path: Path) -> None:
    done = _detect(tmp_path / "config", f"    en: {ruled}")
    assert done.returncode == 0, done.stderr
    assert "Paris" not in [place["text"] for place in json.loads(done.stdout)["places"]]


def test_the_command_refuses_a_pipeline_that_is_not_there(tmp_path: Path) -> None:
    done = _detect(tmp_path / "config", "    nl: nl_core_news_none")
    assert done.returncode == 2
    assert "nl_core_news_none" in done.stderr
