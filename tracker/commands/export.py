"""Data that leave the tracker as files, fit to be published."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import click

from tracker import console
from tracker.commands.options import finding_options
from tracker.commands.shared import lake_of, record_of, settings_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tracker.analysis.tables import Lake
    from tracker.exports.content import Export
    from tracker.findings import Options

FORMS = ("csv", "json", "xlsx", "parquet", "stix", "sdaf")


@click.command()
@click.argument("name", required=False)
@finding_options
@click.option(
    "--format", "form", type=click.Choice(FORMS), default="csv", show_default=True, help="The form."
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="The file (default: NAME.FORM here)."
)
@click.pass_context
def export(
    context: click.Context, /, name: str | None, form: str, out: Path | None, **given: str | None
) -> None:
    """Write any finding, `claims`, or the whole `registry` as a file to be published; without NAME: list them.

    Accounts that are not accepted bear pseudonyms. CSV and Parquet get a manifest with as-of, n, method, caveats and
    SHA-256 beside them; a STIX bundle holds the registry. SDAF is CheckFirst's common format of ads (`ads` only).
    """
    from tracker import findings, publishing
    from tracker.errors import BadInput

    known = (*publishing.OF_THE_REGISTRY, *findings.NAMES)
    if name is None:
        click.echo("\n".join(known))
        return
    if name not in known:
        raise BadInput(f"no export {name!r}; expected one of {', '.join(known)}", field="name")
    wanted = {option: value for option, value in given.items() if value is not None}
    if name in publishing.OF_THE_REGISTRY and wanted:
        raise BadInput(f"{name} is exported whole and takes no options", field=next(iter(wanted)))
    asked = findings.parse_options(name, wanted) if name in findings.NAMES else findings.Options()
    settings = settings_of(context)
    if form == "sdaf" and name != "ads":
        raise BadInput(f"sdaf holds ads, not {name}", field="--format")
    place = out or Path(f"{name}.{'json' if form in ('stix', 'sdaf') else form}")
    made, files = _drawn(record_of(settings), lake_of(settings), name, asked, form=form, file=place.name)
    for file, body in files.items():
        _write(place.parent / file, body)
        click.echo(str(place.parent / file))
    console.say(f"{made.name}: n = {made.first.n}, as of {made.first.as_of or 'never'}")


def _drawn(
    engine: "Engine", lake: "Lake", name: str, asked: "Options", *, form: str, file: str
) -> "tuple[Export, Mapping[str, bytes]]":
    """Return an export and the files that it makes in a form."""
    from tracker import publishing
    from tracker.exports import forms, sdaf

    if form == "sdaf":
        made, documents = publishing.ads_in_sdaf(engine, lake, asked)
        return made, sdaf.files(made, documents, file)
    made = publishing.export(engine, lake, name, asked)
    return made, forms.files(made, form, file)


def _write(file: Path, body: bytes) -> None:
    """Put a file in place of an earlier one when it is complete."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}-", delete=False) as target:
        target.write(body)
    Path(target.name).chmod(0o644)
    Path(target.name).replace(file)
