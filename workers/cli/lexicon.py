"""``clashwatch lexicon lint``: checks every lexicon before it costs an alert."""

from __future__ import annotations

import typer

from workers.adapters import knowledge
from workers.pipeline.detect.lint import lint as check

app = typer.Typer(help="Lint the lexicons.")


@app.callback()
def lexicons() -> None:
    """The words of each language (knowledge/lexicon)."""


@app.command()
def lint(
    languages: list[str] = typer.Argument(None, help="Languages to check; all without one."),
    strict: bool = typer.Option(False, help="Remarks count as faults."),
) -> None:
    """Duplicates, entries that never match, missing categories, false friends. Exit 1 on a fault."""
    known = knowledge.load()
    wrong = 0
    for language in languages or list(known.lexicons):
        for finding in check(language, knowledge.sheet("lexicon", language), known.common):
            wrong += finding.fault or strict
            typer.echo(f"{language}: {'fault' if finding.fault else 'remark'}: {finding.category}: {finding.says}")
    if wrong:
        raise typer.Exit(1)
