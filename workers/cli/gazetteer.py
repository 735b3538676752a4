"""``clashwatch gazetteer``: build, import, look up and check place names."""

from __future__ import annotations

from pathlib import Path

import typer

app = typer.Typer(no_args_is_help=True, help="Build, import, look up or check place names.")


@app.command()
def build(
    if_needed: bool = typer.Option(False, "--if-needed", help="Only when the sources have changed since."),
) -> None:
    """Compile the gazetteer from the installed packages and the hand-written places; unpack the language model."""
    from workers.adapters import gazetteer, recogniser

    if not if_needed or not recogniser.path().exists():
        recogniser.build()
    if if_needed and gazetteer.current():
        return
    typer.echo("building the gazetteer (about half a minute)", err=True)
    made = gazetteer.MappedGazetteer(gazetteer.build())
    typer.echo(f"{made.rows} places, version {made.version}", err=True)


@app.command()
def lookup(
    name: str = typer.Argument(..., help="As it stands in a text, in any script."),
    country: str | None = typer.Option(None, help="ISO code; only places there."),
    language: str = typer.Option("en", help="Whose case endings and prefixes to take off."),
) -> None:
    """List what a name may mean, most prominent first."""
    from workers.adapters import gazetteer
    from workers.pipeline.detect.places_names import bases, key, stems

    known = gazetteer.load()
    folded = key(name)
    rows = {row: kind for form in (stems(folded), *bases(folded, language)[::-1]) for row, kind in known.named(form)}
    shown = 0
    for row in sorted(rows):
        place = known.toponym(row)
        if country and place.country != country.upper():
            continue
        region = known.toponym(place.region).name if place.region is not None else ""
        cells = (place.name, place.feature, place.country or "", f"{region} ({place.code or ''})", place.lat, place.lon)
        rest = (
            f"{place.population} people",
            f"{place.radius} km",
            f"geonameid {place.geonameid or 'none: hand-written'}",
        )
        typer.echo("\t".join(map(str, cells + rest)))
        shown += 1
    if not shown:
        typer.echo(f"no place is called {name!r}", err=True)
        raise typer.Exit(1)


@app.command()
def lint() -> None:
    """Check the hand-written places; exit 1 on any complaint."""
    from workers.adapters import gazetteer_build, gazetteer_lint, gazetteer_sources

    cities = gazetteer_sources.settlements()
    regions = {area.region: area for area in gazetteer_build.areas(cities) if area.feature == "ADM1" and area.region}
    problems = [*gazetteer_lint.complaints(), *gazetteer_lint.wrong_codes(regions)]
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)


@app.command("import")
def import_(
    dumps: list[Path] = typer.Argument(..., exists=True, help="GeoNames dumps: IQ.txt, allCountries.txt …"),
    names: Path | None = typer.Option(None, exists=True, help="alternateNamesV2.txt, for names in all languages."),
    classes: str = typer.Option("PAHLTVR", help="GeoNames feature classes to take; S adds bases, airports, dams …"),
) -> None:
    """Compile a larger gazetteer from GeoNames dumps; it is used instead of the usual one."""
    from workers.adapters import gazetteer, gazetteer_import

    made = gazetteer.MappedGazetteer(gazetteer_import.compile_dumps(dumps, names, classes))
    typer.echo(f"{made.rows} places, version {made.version}", err=True)
