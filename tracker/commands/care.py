"""Trust and care at the command line: verify, doctor, health, backup, reparse, lake."""

import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import click

from tracker import console
from tracker.commands.shared import format_option, now, record_of, refresh_mirror, settings_of


@click.command()
@click.pass_context
def verify(context: click.Context) -> None:
    """Re-hash all evidence and the ledger; exit 1 and name what does not agree."""
    from sqlmodel import Session

    from tracker.store import evidence

    with Session(record_of(settings_of(context))) as session:
        totals = evidence.totals(session)
        with console.Progress() as progress:
            faults = list(evidence.verify(session, progress.counter("verifying", totals["bytes"])))
    for fault in faults:
        console.say(f"{fault.where}: {fault.what}")
    verdict = f"{len(faults)} do not agree" if faults else "every hash agrees"
    click.echo(f"{totals['blobs']} blobs, {totals['bytes']:,} bytes, {totals['fetches']} fetches: {verdict}")
    sys.exit(1 if faults else 0)


@click.command()
@format_option()
@click.pass_context
def doctor(context: click.Context, form: str) -> None:
    """Say per source whether it is ready, what it needs, or how a file is had; which fields came or went; where things are."""
    from sqlmodel import Session

    from tracker.alerting import desk
    from tracker.collect import rounds, sources
    from tracker.store import drifts

    settings = settings_of(context)
    with Session(record_of(settings)) as session:
        came = Counter((row["source"], row["what"]) for row in drifts.all_of(session))
    rows = [
        {
            "source": source.name,
            "kind": source.kind,
            "state": rounds.readiness(source).words,
            "drift": ", ".join(
                f"{came[source.name, what]} {what}" for what in ("new", "lost") if came[source.name, what]
            ),
            "scope": ", ".join(source.scope) or "none",
            "by_hand": source.origin,
        }
        for source in map(sources.load, sources.names())
    ]
    console.say(f"home {settings.home}\nlake {settings.lake}\nseeds {settings.seeds}")
    for line in desk.state_of_channels(record_of(settings), settings):
        console.say(line)
    console.print_rows(rows, None, form)


@click.command()
@click.pass_context
def health(context: click.Context) -> None:
    """Exit 1 when the worker was not seen for two minutes, or the last report is older than two weeks."""
    from tracker.collect import schedule

    state = schedule.health(record_of(settings_of(context)), now())
    click.echo(state.words)
    sys.exit(0 if state.ok else 1)


@click.command()
@click.option("--source", help="Only what this source gave (default: every source).")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only what was seen since this day (UTC).")
@click.option("--dry-run", is_flag=True, help="Say what would differ, and write nothing.")
@format_option()
@click.pass_context
def reparse(
    context: click.Context, source: str | None, since: datetime | None, dry_run: bool, form: str
) -> None:
    """Read all kept evidence again with the present parsers, after one was mended; list what they read otherwise.

    Nothing is asked and nothing is lost: what former parsers read stays, and is superseded. A run that was stopped goes on
    where it was. Exit 1 when some evidence could not be read.
    """
    from tracker.collect import reparse as rereading

    settings = settings_of(context)
    engine = record_of(settings)
    act = rereading.compare if dry_run else rereading.reparse
    with console.Progress() as progress:
        run = act(
            engine,
            settings,
            source=source,
            since=since.replace(tzinfo=UTC) if since else None,
            now=now,
            progress=progress,
            tell=console.say,
        )
    if run.superseded and not dry_run:
        refresh_mirror(engine, settings)
    rows = rereading.summary(run)
    told = {
        name: getattr(run, name)
        for name in ("parser", "queries", "superseded", "unchanged", "changed", "new", "lost", "failed")
    }
    if form == "json":
        console.print_rows({**told, "read_before": run.before, "differences": rows}, None, form)
    else:
        console.print_rows(rows, ("kind", "field", "before", "after", "items"), form)
        console.say(
            ", ".join(f"{name} {value}" for name, value in told.items()) + f", read before {run.before}"
        )
    sys.exit(1 if run.failed else 0)


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.pass_context
def backup(context: click.Context, target: Path) -> None:
    """Copy the record (SQLite) to TARGET while it is in use; TARGET must not exist."""
    from tracker.store.engine import backup as copy

    copy(record_of(settings_of(context)), target)
    click.echo(str(target))


@click.group()
def lake() -> None:
    """The Parquet mirror: derived from the record, safe to delete."""


@lake.command("rebuild")
@click.pass_context
def lake_rebuild(context: click.Context) -> None:
    """Delete the mirror and write it anew."""
    from tracker import mirror

    settings = settings_of(context)
    with console.Progress() as progress:
        click.echo(mirror.rebuild(record_of(settings), settings, progress=progress))
