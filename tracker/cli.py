"""The command line: data to stdout, progress and messages to stderr; exit 0 ok, 1 a check found something, 2 bad usage.

Nothing heavy is imported before a command runs: `tracker --help` answers at once.
"""

import errno
import logging
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from tracker import __version__, console
from tracker.commands import (
    alerts,
    care,
    codebook,
    coding,
    collect,
    export,
    identity,
    lists,
    looks,
    measure,
    people,
    registry,
    suggest,
)
from tracker.commands.options import finding_options
from tracker.commands.shared import (
    format_option,
    lake_of,
    now,
    record_of,
    refresh_mirror,
    scope_of,
    settings_of,
)
from tracker.errors import BadInput, ConfigError, PlatformChanged, RetryLater, TrackerError


class _Group(click.Group):
    """A group whose errors end in the exit codes of the design."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except (BadInput, ConfigError, PlatformChanged) as error:
            click.echo(f"tracker: {error}", err=True)
            context.exit(2)
        except RetryLater as error:
            click.echo(f"tracker: {error}. Try again later", err=True)
            context.exit(1)
        except TrackerError as error:
            click.echo(f"tracker: {error}", err=True)
            context.exit(1)
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader went away, as `head` does; click ends quietly
                raise
            click.echo(f"tracker: {error}", err=True)
            context.exit(2)
        return None


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home", type=click.Path(path_type=Path), help="Where everything is kept (default: TRACKER_HOME)."
)
@click.option("--verbose", is_flag=True, help="Say what is being done, on stderr.")
@click.version_option(__version__, prog_name="tracker")
@click.pass_context
def cli(context: click.Context, home: Path | None, verbose: bool) -> None:
    """Watch cloaked state-media accounts: what they pay to say, who pays, and whom they pay to reach."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    context.obj = {"home": home}


# -- everything at once ------------------------------------------------------------------------------------------


@cli.command()
@click.option("--port", type=int, help="Port of the dashboard (default: TRACKER_PORT or 8501).")
@click.option("--no-worker", is_flag=True, help="Start the dashboard only.")
@click.pass_context
def up(context: click.Context, port: int | None, no_worker: bool) -> None:
    """Set up what is missing, then run the worker and the dashboard until Ctrl-C."""
    from tracker import desk, processes, signin

    settings = settings_of(context)
    signin.check_listen(settings)
    engine = record_of(settings)
    counts = desk.load_seeds(engine, settings.seeds, now=now())
    console.say(f"seeds: {counts}")
    refresh_mirror(engine, settings)
    engine.dispose()
    sys.exit(processes.run_both(settings, port=port or settings.port, worker=not no_worker))


@cli.command()
@click.option("--port", type=int, help="Port of the dashboard (default: TRACKER_PORT or 8501).")
@click.option("--data-only", is_flag=True, help="Make the data and stop, without a dashboard.")
@click.pass_context
def demo(context: click.Context, port: int | None, data_only: bool) -> None:
    """Show the tracker on a reconstruction of China Says in 2024, marked as such on every page."""
    from tracker import demo as reconstruction
    from tracker import democoding, desk, processes, signin

    settings = settings_of(context)
    signin.check_listen(settings)
    settings = settings.model_copy(
        update={"home": settings.home / "demo", "record_url": None, "lake_url": None}
    )
    engine = record_of(settings)
    desk.load_seeds(engine, settings.seeds, now=now())
    count = reconstruction.load(engine, settings, now=now)
    democoding.code(engine)
    refresh_mirror(engine, settings)
    console.say(f"{count} reconstructed ads in {settings.home}. {reconstruction.NOTICE}")
    if not data_only:
        sys.exit(processes.run_both(settings, port=port or settings.port, worker=False))


# -- data in -----------------------------------------------------------------------------------------------------


@cli.command(
    "import", epilog="A scope is given as --scope handle=NAME country=FR from=2024-01-01 to=2024-09-30."
)
@click.argument("source")
@click.argument("files", nargs=-1, required=True)
@click.option("--scope", "scopes", multiple=True, metavar="KEY=VALUE …", help="What the file was asked for.")
@format_option()
@click.pass_context
def import_(
    context: click.Context, source: str, files: Sequence[str], scopes: Sequence[str], form: str
) -> None:
    """Bring FILES through the parser of SOURCE into the record. Importing a file again adds nothing.

    Sources: see `tracker doctor`.
    """
    from tracker.collect.pipeline import import_file

    paths, scope = _split_scope(files, scopes)
    settings = settings_of(context)
    engine = record_of(settings)
    reports = []
    try:
        with console.Progress() as progress:
            for number, path in enumerate(paths, 1):
                shown = progress.of(path.name, number, len(paths))
                report = import_file(engine, settings, source, path=path, scope=scope, progress=shown)
                reports.append(console.plain(report))
                for warning in report.warnings:
                    console.say(f"{path.name}: {warning}")
    finally:
        if reports:
            refresh_mirror(engine, settings)
    console.print_rows(reports[0] if form == "json" and len(reports) == 1 else reports, None, form)


def _split_scope(files: Sequence[str], scopes: Sequence[str]) -> tuple[list[Path], dict[str, str]]:
    """Tell files from the scope's further KEY=VALUE words, which may follow one --scope."""
    words = [*scopes, *(word for word in files if "=" in word and not _is_file(word))]
    scope = scope_of(words)
    paths = [Path(word) for word in files if word not in words]
    if not paths:
        raise BadInput("no file is named")
    return paths, scope


def _is_file(word: str) -> bool:
    try:
        return Path(word).exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


# -- answers -----------------------------------------------------------------------------------------------------


@cli.command()
@click.argument("name", required=False)
@finding_options
@click.option("--pseudonyms", is_flag=True, help="Name only accepted accounts and comparison outlets.")
@format_option()
@click.pass_context
def finding(
    context: click.Context, /, name: str | None, form: str, pseudonyms: bool, **given: str | None
) -> None:
    """Answer a reader's question with as-of, n, coverage and method. Without NAME: list the findings.

    A working view: it names every account, whatever its status. To publish, use --pseudonyms or `export`.
    """
    from tracker import findings, publishing

    if name is None:
        rows = [
            {"finding": known, "answers": told.help, "options": ", ".join(told.options)}
            for known, told in findings.NAMES.items()
        ]
        console.print_rows(rows, None, form)
        return
    asked = findings.parse_options(name, {key: value for key, value in given.items() if value is not None})
    settings = settings_of(context)
    lake = lake_of(settings)
    if pseudonyms:
        found = publishing.finding(record_of(settings), lake, name, asked)
    else:
        found = findings.run(name, lake, asked)
    console.print_finding(found, form)


@cli.command()
@click.option("--week", help="ISO week such as 2024-W40 (default: the last finished one).")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder to write it as (default: HOME/reports/WEEK)."
)
@click.pass_context
def report(context: click.Context, week: str | None, out: Path | None) -> None:
    """Write the weekly report: HTML, PDF, XLSX, CSV and a manifest with the hash of each; made to be published.

    Accounts that are not accepted bear pseudonyms there.
    """
    from tracker import publishing
    from tracker.reports import weekly

    settings = settings_of(context)
    last = date.fromordinal(now().date().toordinal()) - timedelta(days=7)
    chosen = week or "{}-W{:02d}".format(*last.isocalendar()[:2])
    lake = lake_of(settings)
    secret = publishing.secret_of(record_of(settings))
    if out:
        folder = weekly.build_at(lake, chosen, out, secret=secret, today=now())
    else:
        folder = weekly.build(lake, chosen, settings.reports, secret=secret, today=now())
    click.echo(str(folder))


# -- long-running ------------------------------------------------------------------------------------------------


@cli.command()
@click.pass_context
def worker(context: click.Context) -> None:
    """Ask about accepted accounts as they are due, and make the report of each week, until SIGTERM.

    The report is made on Monday at 06:00 UTC. On PostgreSQL several hosts may run it: a slot is asked by one.
    """
    from tracker import jobs

    settings = settings_of(context)
    jobs.run(record_of(settings), settings)


@cli.command()
@click.option("--port", type=int, help="Port of the dashboard (default: TRACKER_PORT or 8501).")
@click.pass_context
def dashboard(context: click.Context, port: int | None) -> None:
    """Run the dashboard until SIGTERM."""
    from tracker import processes, signin

    settings = settings_of(context)
    signin.check_listen(settings)
    lake_of(settings)
    sys.exit(processes.run_both(settings, port=port or settings.port, worker=False))


for account_command in (lists.accounts_import, identity.merge, identity.split, identity.undo, looks.look):
    registry.accounts.add_command(account_command)
for command in (
    codebook.codebook,
    coding.coding,
    registry.seeds,
    registry.accounts,
    registry.suspects,
    registry.claims,
    people.people,
):
    cli.add_command(command)
for care_command in (care.verify, care.doctor, care.health, care.backup, care.reparse, care.lake):
    cli.add_command(care_command)
cli.add_command(alerts.alerts)
cli.add_command(export.export)
cli.add_command(collect.collect)
cli.add_command(collect.watches)
cli.add_command(measure.reliability)
cli.add_command(suggest.suggest)
cli.add_command(measure.validate)


def main() -> None:
    """Run the command line."""
    cli()
