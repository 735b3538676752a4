"""``clashwatch``: every command by name, loaded when called so that ``--help`` stays instant."""

from __future__ import annotations

import sys
from importlib import import_module

import typer
from typer.core import TyperGroup
from typer.main import get_command

COMMANDS: dict[str, tuple[str, str]] = {
    # run the service
    "up": ("workers.cli.up", "Run everything here: private database and broker, workers, API, exporter."),
    "worker": ("workers.cli.roles", "Run one Celery worker."),
    "beat": ("workers.cli.roles", "Run the tick and the sweep."),
    "api": ("workers.cli.api", "Run the HTTP API."),
    "exporter": ("workers.cli.exporter", "Run the metrics exporter."),
    # prepare and inspect
    "init": ("workers.cli.init", "Write a commented configuration and generated secrets."),
    "migrate": ("workers.cli.operate", "Bring the database schema up to date."),
    "backup": ("workers.cli.backup", "Write the whole store to a file, as of now."),
    "restore": ("workers.cli.backup", "Fill an empty store from such a file."),
    "status": ("workers.cli.operate", "Show what the store holds and what waits."),
    "health": ("workers.cli.operate", "Exit 0 when a role's heartbeat is fresh (container probes)."),
    "config": ("workers.cli.config", "Check or show the configuration."),
    "quarantine": ("workers.cli.quarantine", "List, show and retry what was given up."),
    "receivers": ("workers.cli.receivers", "List receivers, or send a test message."),
    "routes": ("workers.cli.routes", "Show the routing tree, or try labels on it."),
    "silence": ("workers.cli.silence", "Add, list and end silences."),
    "ack": ("workers.cli.ack", "Acknowledge alerts, list who is on what."),
    "review": ("workers.cli.review", "Judge what was told; measure rules by it; export the cases."),
    "deliveries": ("workers.cli.deliveries", "List messages and what became of them; retry those given up."),
    "token": ("workers.cli.token", "Make, list and revoke tokens of the API."),
    "clashes": ("workers.cli.clashes", "Show clashes and situations; merge and split them."),
    "why": ("workers.cli.why", "Say why something was told or not told, and to whom; what a vigil answers."),
    "why-not": ("workers.cli.why", "The same, for a story that was expected: name the rule that should have told it."),
    "rules": ("workers.cli.rules", "List rules, test them, or run them over what happened."),
    "feeds": ("workers.cli.feeds", "List, add, check, import and export feeds."),
    "gazetteer": ("workers.cli.gazetteer", "Build, import or look up place names."),
    "lexicon": ("workers.cli.lexicon", "Lint the lexicons."),
    "train": ("workers.cli.train", "Fit the scorer's weights on the shipped sentences."),
    # documents in, answers out (interfaces.md)
    "detect": ("workers.cli.detect", "Code documents: JSON Lines in, reports out."),
    "explain": ("workers.cli.explain", "Show what detection made of one article, and why."),
    "cluster": ("workers.cli.cluster", "Documents in, incidents out."),
    "dedupe": ("workers.cli.dedupe", "Documents in, copies out."),
    "extract": ("workers.cli.extract", "HTML files in, articles out."),
    "feed": ("workers.cli.feed", "Feed files in, entries out."),
    "reprocess": ("workers.cli.reprocess", "Read stored pages again with newer knowledge; list or apply what changes."),
    "versions": ("workers.cli.versions", "Show how an article was edited."),
    "export": ("workers.cli.export", "Write clashes as ACLED, UCDP GED, PLOVER, GeoJSON, CSV or JSON Lines."),
    "replay": ("workers.cli.replay", "Push a folder of documents through the whole pipeline."),
}
"""Name -> (module, one-line help). The module has ``app``; a module serving several names has ``apps``."""


class LazyGroup(TyperGroup):
    """Knows the names and the help lines; imports a module only to run its command."""

    def list_commands(self, ctx: object) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: object, name: str):  # type: ignore[no-untyped-def]
        if name not in COMMANDS:
            return None
        module = import_module(COMMANDS[name][0])
        command = get_command(module.apps[name] if hasattr(module, "apps") else module.app)
        command.name = name
        return command

    def format_help(self, ctx, formatter) -> None:  # type: ignore[no-untyped-def]
        self.format_usage(ctx, formatter)
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


app = typer.Typer(cls=LazyGroup, add_completion=False, no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def root() -> None:
    """Watch the world's news for armed clashes."""


def main() -> None:
    """Entry point. Exit codes: 0 done, 1 it was asked and the answer is no, 2 wrong usage or configuration."""
    sys.exit(app())


if __name__ == "__main__":
    main()
