"""Public lists at the command line."""

from pathlib import Path

import click

from tracker import console
from tracker.commands.shared import format_option, now, record_of, refresh_mirror, settings_of

_COLUMNS = (
    "list",
    "file",
    "read",
    "named",
    "new",
    "known",
    "merged",
    "conflicting",
    "quarantined",
    "set_aside",
)


@click.command("import")
@click.argument("list_name", metavar="LIST")
@click.argument("file", type=click.Path(path_type=Path))
@format_option()
@click.pass_context
def accounts_import(context: click.Context, list_name: str, file: Path, form: str) -> None:
    """Bring a public LIST of accounts from FILE into the registry, as claims of the list's publisher.

    LIST is canis, asd_matrix, handles, cloaked_domains or meta_indicators. Importing a list again changes nothing,
    and nothing that a person decided is changed.
    """
    from tracker import listdesk

    settings = settings_of(context)
    engine = record_of(settings)
    report = listdesk.import_list(engine, settings, list_name, path=file, now=now)
    for warning in report.warnings:
        console.say(f"{report.file}: {warning}")
    row = console.plain(report)
    console.print_rows(row if form == "json" else [row], None if form == "json" else _COLUMNS, form)
    refresh_mirror(engine, settings)
