"""The codebook at the command line: check a file, load a version, show what is in force."""

from pathlib import Path

import click

from tracker import console
from tracker.commands.shared import format_option, now, record_of, refresh_mirror, settings_of


@click.group()
def codebook() -> None:
    """The codes that items are given: versions, none of which ever loses a coding (`docs/coding.md`)."""


@codebook.command("check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.pass_context
def codebook_check(context: click.Context, file: Path | None) -> None:
    """Validate a codebook file; say every problem with its line. Nothing is loaded."""
    from tracker.registry.seedlist import load_codebook

    book = load_codebook(file or settings_of(context).seeds / "codebook.yml")
    tops = sum(code.parent is None for code in book.codes)
    console.say(
        f"codebook v{book.version}: {len(book.codes)} codes, {tops} of them top-level, "
        f"{len(book.mapping)} mapped from the version before: no problem found"
    )


@codebook.command("load")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@format_option()
@click.pass_context
def codebook_load(context: click.Context, file: Path | None, form: str) -> None:
    """Keep the version in FILE (default: that of the seeds); refused when codings would be lost."""
    from tracker import codebooks

    settings = settings_of(context)
    engine = record_of(settings)
    loaded = codebooks.load(engine, file or settings.seeds / "codebook.yml", now=now())
    console.print_rows([console.plain(loaded)], None, form)
    refresh_mirror(engine, settings)


@codebook.command("show")
@click.argument("version", required=False, type=int)
@click.option("--versions", is_flag=True, help="List the versions that were loaded instead.")
@format_option()
@click.pass_context
def codebook_show(context: click.Context, version: int | None, versions: bool, form: str) -> None:
    """Show the codes of a version (default: the newest), what belongs to each and what does not."""
    from tracker import codebooks

    engine = record_of(settings_of(context))
    if versions:
        console.print_rows(codebooks.versions(engine), None, form)
        return
    book = codebooks.version(engine, version)
    rows = [
        {
            "version": book.version, "code": code.id, "parent": code.parent, "name": code.name,
            "definition": code.definition, "includes": code.includes, "excludes": code.excludes,
        }
        for code in book.codes
    ]  # fmt: skip
    console.print_rows(rows, None, form)
