"""``clashwatch train``: fit the scorer's weights on the training sentences, and write the model card."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import typer

from workers.adapters import knowledge
from workers.pipeline.detect.lessons import Lesson, Section, gate, lessons, rows
from workers.pipeline.detect.training import BINS, WANTED, Example, Figures, Validation, train
from workers.pipeline.models.knowledge import Knowledge, Weights

app = typer.Typer()


@app.command("train")
def command(
    sentences: Path = typer.Option(
        knowledge.FOLDER / "sentences", help="Folder of <language>.yml; add your own lines there."
    ),
    output: Path = typer.Option(knowledge.FOLDER, help="Where weights.json and MODEL.md are written."),
) -> None:
    """Fit the weights on the training sentences (under a minute), and say how good they are."""
    known = knowledge.load()
    learnt = [lesson for path in sorted(sentences.glob("*.yml")) for lesson in lessons(knowledge.parse(path))]
    fitting = [lesson for lesson in learnt if lesson.section is not Section.GATED]
    examples = [Example(rows(x, known), x.section is Section.VIOLENCE, x.language) for x in fitting]
    weights, validation = train(examples)
    (output / "weights.json").write_text(json.dumps(asdict(weights), indent=1) + "\n", "utf-8")
    card = "\n".join(_card(learnt, examples, weights, validation, _leaks(learnt, known, weights)))
    (output / "MODEL.md").write_text(card + "\n", "utf-8")
    typer.echo(card)


def _leaks(learnt: Sequence[Lesson], known: Knowledge, weights: Weights) -> Counter[tuple[str, bool]]:
    """Sentences of violence that is not news, by realis: did one come through as news?"""
    gated = [lesson for lesson in learnt if lesson.section is Section.GATED]
    return Counter((lesson.kind, gate(lesson, known, weights)) for lesson in gated)


def _card(
    learnt: Sequence[Lesson],
    examples: Sequence[Example],
    weights: Weights,
    validation: Validation,
    leaks: Counter[tuple[str, bool]],
) -> list[str]:
    blind = sum(e.violent and not e.rows for e in examples)
    lines = [
        "# The scorer's weights",
        "",
        "Ridge logistic regression over lexicon categories, pulled towards a prior (`pipeline/detect/fit.py`).",
        "Fitted by `clashwatch train` on sentences written for the project (`knowledge/sentences/`), nothing",
        "else. Figures are of five folds; no sentence judged by weights that saw it.",
        "",
        f"- {len(learnt)} texts in {len(validation.languages)} languages: {sum(e.violent for e in examples)} violent,",
        f"  {sum(not e.violent for e in examples)} not, the rest for the gate; {blind} violent ones without a word",
        "  of the lexicon count as missed",
        f"- {len(weights.features)} weights; threshold {weights.threshold:.2f} (wanted: precision {WANTED:.2f};",
        f"  measured: {validation.overall.precision:.3f}; no threshold above .80 is tried);",
        f"  calibration {weights.scale:.2f} x + {weights.offset:.2f}",
        "",
        "| language | precision | recall | F1 | Brier | n |",
        "|---|---|---|---|---|---|",
        _row("all", validation.overall),
        *(_row(language, figures) for language, figures in validation.languages.items()),
        "",
        "What a confidence is worth: the share that was violent, of how many, by what the folds said.",
        "",
        "| language | " + " | ".join(f"{low:.1f} to {min(1.0, high):.1f}" for low, high in BINS) + " |",
        "|---" * (len(BINS) + 1) + "|",
        _worth("all", validation.overall),
        *(_worth(language, figures) for language, figures in validation.languages.items()),
        "",
        "The realis gate, on violence that is not news (share that would pass as news):",
        "",
    ]
    for kind in sorted({kind for kind, _ in leaks}):
        through, held = leaks[kind, True], leaks[kind, False]
        lines.append(f"- {kind}: {through} of {through + held}")
    return lines


def _row(name: str, f: Figures) -> str:
    return f"| {name} | {f.precision:.3f} | {f.recall:.3f} | {f.f1:.3f} | {f.brier:.3f} | {f.n} |"


def _worth(name: str, f: Figures) -> str:
    """One row of the table of reliability."""
    return f"| {name} | " + " | ".join(f"{share:.2f} of {n}" for share, n in f.bins) + " |"
