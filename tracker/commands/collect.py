"""What is asked live at the command line."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tracker import console
from tracker.commands.shared import format_option, now, record_of, refresh_mirror, scope_of, settings_of

if TYPE_CHECKING:
    from tracker.domain import ImportReport


@click.command(epilog="A scope is given as --scope country=FR from=2026-01-01.")
@click.option("--source", help="The source to ask (default: every one that is ready; see `tracker doctor`).")
@click.option("--account", help="The account to ask about, such as x:chinasays (default: each accepted one).")
@click.option("--scope", "scopes", multiple=True, metavar="KEY=VALUE …", help="What to ask for.")
@click.argument("more", nargs=-1, metavar="[KEY=VALUE …]")
@format_option()
@click.pass_context
def collect(
    context: click.Context,
    source: str | None,
    account: str | None,
    scopes: Sequence[str],
    more: Sequence[str],
    form: str,
) -> None:
    """Ask platforms live, once, and bring their answers into the record; exit 1 when a question was not answered.

    Each answer is kept as evidence. A question that was throttled or interrupted goes on where it stopped.
    """
    from tracker.collect import rounds
    from tracker.collect.ending import UNFINISHED

    settings = settings_of(context)
    engine = record_of(settings)
    asked = rounds.questions(
        engine,
        settings,
        source=source,
        account=account,
        scope=scope_of([*scopes, *more]),
        now=now(),
        tell=console.say,
    )
    reports: list[ImportReport] = []
    try:
        with console.Progress() as progress:
            answered = rounds.collect(engine, settings, asked, now=now, progress=progress, tell=console.say)
            reports.extend(answered)
    finally:
        if reports:
            refresh_mirror(engine, settings)
    for report in reports:
        for warning in report.warnings:
            console.say(f"{report.source} {report.file}: {warning}")
    console.print_rows([console.plain(report) for report in reports], None, form)
    sys.exit(1 if any(report.outcome in UNFINISHED for report in reports) else 0)


@click.command()
@click.option("--source", help="Only this source.")
@format_option()
@click.pass_context
def watches(context: click.Context, source: str | None, form: str) -> None:
    """Say which source is asked about which account, when next, and how the last question ended.

    Due times are UTC. `note` says why a question was put off: it is a gap that nobody should read as silence.
    """
    from sqlmodel import Session

    from tracker.store import watches as queue

    columns = (
        "account",
        "source",
        "due_at",
        "every_hours",
        "last_success_at",
        "last_outcome",
        "failures",
        "note",
    )
    with Session(record_of(settings_of(context))) as session:
        rows = [
            {**row, "every_hours": round(row["every_seconds"] / 3600, 1)}
            for row in queue.watches(session)
            if not row["stopped"] and source in (None, row["source"])
        ]
    console.print_rows([{name: row[name] for name in columns} for row in rows], columns, form)
