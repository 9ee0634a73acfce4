"""The command line: data to stdout, progress and messages to stderr; exit 0 ok, 1 a check found something, 2 bad usage.

Nothing heavy is imported before a command runs: `tracker --help` answers at once.
"""

import logging
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tracker import __version__, console
from tracker.errors import BadInput, ConfigError, PlatformChanged, RetryLater, TrackerError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tracker.analysis.tables import Lake
    from tracker.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])
FORMATS = click.Choice(["table", "json", "csv"])


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


def _format(default: str = "table") -> Callable[[F], F]:
    return click.option(
        "--format", "form", type=FORMATS, default=default, show_default=True, help="How to print."
    )


def _settings(context: click.Context) -> "Settings":
    from tracker import settings

    home = context.obj["home"]
    return settings.load(home=home) if home else settings.load()


def _record(settings: "Settings") -> "Engine":
    """Open the record, bringing its schema up to date."""
    from tracker.store.engine import migrate, open_record

    engine = open_record(settings.record)
    migrate(engine)
    return engine


def _now() -> datetime:
    return datetime.now(UTC)


def _mirror(engine: "Engine", settings: "Settings") -> None:
    from tracker import mirror

    with console.Progress() as progress:
        mirror.refresh(engine, settings, progress=progress)


def _lake(settings: "Settings") -> "Lake":
    """Open the lake, writing it first when the record has none yet."""
    from tracker.analysis.tables import open_lake

    if not (settings.lake / "manifest.json").exists():
        _mirror(_record(settings), settings)
    return open_lake(settings.lake, settings.analysis_url)


# -- everything at once ------------------------------------------------------------------------------------------


@cli.command()
@click.option("--port", type=int, help="Port of the dashboard (default: TRACKER_PORT or 8501).")
@click.option("--no-worker", is_flag=True, help="Start the dashboard only.")
@click.pass_context
def up(context: click.Context, port: int | None, no_worker: bool) -> None:
    """Set up what is missing, then run the worker and the dashboard until Ctrl-C."""
    from tracker import desk, processes

    settings = _settings(context)
    engine = _record(settings)
    counts = desk.load_seeds(engine, settings.seeds, now=_now())
    console.say(f"seeds: {counts}")
    _mirror(engine, settings)
    engine.dispose()
    sys.exit(processes.run_both(settings, port=port or settings.port, worker=not no_worker))


@cli.command()
@click.option("--port", type=int, help="Port of the dashboard (default: TRACKER_PORT or 8501).")
@click.option("--data-only", is_flag=True, help="Make the data and stop, without a dashboard.")
@click.pass_context
def demo(context: click.Context, port: int | None, data_only: bool) -> None:
    """Show the tracker on a reconstruction of China Says in 2024, marked as such on every page."""
    from tracker import demo as reconstruction
    from tracker import desk, processes

    settings = _settings(context)
    settings = settings.model_copy(
        update={"home": settings.home / "demo", "record_url": None, "lake_url": None}
    )
    engine = _record(settings)
    desk.load_seeds(engine, settings.seeds, now=_now())
    count = reconstruction.load(engine, settings, now=_now)
    _mirror(engine, settings)
    console.say(f"{count} reconstructed ads in {settings.home}. {reconstruction.NOTICE}")
    if not data_only:
        sys.exit(processes.run_both(settings, port=port or settings.port, worker=False))


# -- the registry ------------------------------------------------------------------------------------------------


@cli.group()
def seeds() -> None:
    """The seed list: accounts, brands and organisations with the documents that name them."""


@seeds.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.pass_context
def seeds_check(context: click.Context, folder: Path | None) -> None:
    """Validate the seed files; say every problem with its file and line."""
    from tracker.registry.seedlist import load_codebook, load_seeds

    where = folder or _settings(context).seeds
    found = load_seeds(where)
    codebook = load_codebook(where / "codebook.yml")
    console.say(
        f"{len(found.documents)} documents, {len(found.organisations)} organisations, {len(found.brands)} brands, "
        f"{len(found.accounts)} accounts, {len(found.claims)} claims, codebook v{codebook.version} "
        f"with {len(codebook.codes)} codes: no problem found"
    )


@seeds.command("load")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.pass_context
def seeds_load(context: click.Context, folder: Path | None) -> None:
    """Load the seed list; loading it again changes nothing."""
    from tracker import desk

    settings = _settings(context)
    engine = _record(settings)
    console.say(f"seeds: {desk.load_seeds(engine, folder or settings.seeds, now=_now())}")
    _mirror(engine, settings)


@cli.group()
def accounts() -> None:
    """The accounts that are watched, and who is said to stand behind them."""


@accounts.command("list")
@click.option("--status", help="Only this status, such as accepted or suspected.")
@_format()
@click.pass_context
def accounts_list(context: click.Context, status: str | None, form: str) -> None:
    """List the accounts with their status and attribution."""
    from tracker import findings

    finding = findings.run("accounts", _lake(_settings(context)), findings.parse_options("accounts", {}))
    rows = [row for row in finding.rows if status in (None, row["status"])]
    console.print_rows(rows, finding.columns, form)


@accounts.command("show")
@click.argument("account")
@_format("json")
@click.pass_context
def accounts_show(context: click.Context, account: str, form: str) -> None:
    """Show one account, such as x:ichongqing_cimc, or a brand, with its claims and documents."""
    from tracker import desk

    shown = desk.show_account(_record(_settings(context)), account)
    console.print_rows([shown], tuple(shown), form)


@cli.group()
def suspects() -> None:
    """Suspicions that people brought in; each waits for a review and counts nowhere."""


@suspects.command("add")
@click.argument("address_or_handle")
@click.option("--platform", help="When a handle is given instead of an address.")
@click.option("--reason", required=True, help="Why it is suspected.")
@click.option("--document-url", help="Address of a document that says so.")
@click.option("--document-title", help="Title of the document.")
@click.option("--document-publisher", help="Who published it.")
@click.option("--document-date", help="When, YYYY-MM-DD.")
@click.option("--relation", help="The relation that is suggested, such as operated_by.")
@click.option("--operator", help="The body that is suggested.")
@click.option("--rival", help="What else could explain it.")
@click.option(
    "--by", "submitted_by", default=lambda: os.environ.get("USER", "command line"), help="Who says so."
)
@_format("json")
@click.pass_context
def suspects_add(context: click.Context, /, form: str, **fields: str | None) -> None:
    """Add a suspect, as the form of the dashboard does."""
    from tracker import desk

    settings = _settings(context)
    engine = _record(settings)
    given = {name: value for name, value in fields.items() if value}
    added = desk.add_suspect(engine, given, now=_now())
    console.print_rows([console.plain(added)], None, form)
    _mirror(engine, settings)


@suspects.command("list")
@_format()
@click.pass_context
def suspects_list(context: click.Context, form: str) -> None:
    """List the suspicions, oldest first."""
    from tracker import desk

    console.print_rows(desk.list_suspects(_record(_settings(context))), None, form)


# -- data in -----------------------------------------------------------------------------------------------------


@cli.command(
    "import", epilog="A scope is given as --scope handle=NAME country=FR from=2024-01-01 to=2024-09-30."
)
@click.argument("source")
@click.argument("files", nargs=-1, required=True)
@click.option("--scope", "scopes", multiple=True, metavar="KEY=VALUE …", help="What the file was asked for.")
@_format()
@click.pass_context
def import_(
    context: click.Context, source: str, files: Sequence[str], scopes: Sequence[str], form: str
) -> None:
    """Bring FILES through the parser of SOURCE into the record. Importing a file again adds nothing.

    Sources: see `tracker doctor`.
    """
    from tracker.collect.pipeline import import_file

    paths, scope = _split_scope(files, scopes)
    settings = _settings(context)
    engine = _record(settings)
    reports = []
    try:
        for path in paths:
            with console.Progress() as progress:
                report = import_file(engine, settings, source, path=path, scope=scope, progress=progress)
            reports.append(console.plain(report))
            for warning in report.warnings:
                console.say(f"{path.name}: {warning}")
    finally:
        if reports:
            _mirror(engine, settings)
    console.print_rows(reports[0] if form == "json" and len(reports) == 1 else reports, None, form)


def _split_scope(files: Sequence[str], scopes: Sequence[str]) -> tuple[list[Path], dict[str, str]]:
    """Tell files from the scope's further KEY=VALUE words, which may follow one --scope."""
    words = [*scopes, *(word for word in files if "=" in word and not Path(word).exists())]
    scope: dict[str, str] = {}
    for word in words:
        key, separator, value = word.partition("=")
        if not separator:
            raise BadInput(f"{word!r} is not KEY=VALUE", field="--scope")
        scope[key] = value
    paths = [Path(word) for word in files if word not in words]
    if not paths:
        raise BadInput("no file is named")
    return paths, scope


# -- answers -----------------------------------------------------------------------------------------------------


@cli.command()
@click.argument("name", required=False)
@click.option("--since", help="First month or day, YYYY-MM or YYYY-MM-DD.")
@click.option("--until", help="Last month or day, in.")
@click.option("--account", help="Only this account (x:chinadaily) or brand (china-says).")
@click.option("--source", help="Only ads or posts of this source.")
@click.option("--by", help="What each row is about, such as account, payer, week.")
@click.option("--kinds", help="Targeting kinds, separated by commas.")
@click.option("--periods", help="Two or more periods, such as 2024-01..2024-06,2024-07..2024-09.")
@click.option("--option", "more", multiple=True, metavar="KEY=VALUE", help="Any other option of the finding.")
@_format()
@click.pass_context
def finding(
    context: click.Context, /, name: str | None, form: str, more: Sequence[str], **given: str | None
) -> None:
    """Answer a reader's question with as-of, n, coverage and method. Without NAME: list the findings."""
    from tracker import findings

    if name is None:
        console.print_rows(
            [
                {"finding": known, "answers": console.first_line(told)}
                for known, told in findings.NAMES.items()
            ],
            None,
            form,
        )
        return
    options = {key: value for key, value in given.items() if value is not None}
    options |= dict(_pair(word) for word in more)
    parsed = findings.parse_options(name, options)
    found = findings.run(name, _lake(_settings(context)), parsed)
    console.print_finding(found, form)


def _pair(word: str) -> tuple[str, str]:
    key, separator, value = word.partition("=")
    if not separator:
        raise BadInput(f"{word!r} is not KEY=VALUE", field="--option")
    return key, value


@cli.command()
@click.option("--week", help="ISO week such as 2024-W40 (default: the last finished one).")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the reports (default: HOME/reports).")
@click.pass_context
def report(context: click.Context, week: str | None, out: Path | None) -> None:
    """Write the weekly report: HTML, PDF, XLSX, CSV and a manifest with the hash of each."""
    from tracker.reports import weekly

    settings = _settings(context)
    last = date.fromordinal(_now().date().toordinal()) - timedelta(days=7)
    chosen = week or "{}-W{:02d}".format(*last.isocalendar()[:2])
    folder = weekly.build(_lake(settings), chosen, out or settings.reports)
    click.echo(str(folder))


# -- long-running ------------------------------------------------------------------------------------------------


@cli.command()
@click.pass_context
def worker(context: click.Context) -> None:
    """Run the scheduled jobs until SIGTERM: the report of each week, made on Monday at 06:00 UTC."""
    from tracker import jobs

    settings = _settings(context)
    jobs.run(_record(settings), settings)


@cli.command()
@click.option("--port", type=int, help="Port on 127.0.0.1 (default: TRACKER_PORT or 8501).")
@click.pass_context
def dashboard(context: click.Context, port: int | None) -> None:
    """Run the dashboard until SIGTERM."""
    from tracker import processes

    settings = _settings(context)
    _lake(settings)
    sys.exit(processes.run_both(settings, port=port or settings.port, worker=False))


# -- trust and care ----------------------------------------------------------------------------------------------


@cli.command()
@click.pass_context
def verify(context: click.Context) -> None:
    """Re-hash all evidence and the ledger; exit 1 and name what does not agree."""
    from sqlmodel import Session

    from tracker.store import evidence

    with Session(_record(_settings(context))) as session:
        totals = evidence.totals(session)
        with console.Progress() as progress:
            faults = list(evidence.verify(session, progress.counter("verifying", totals["bytes"])))
    for fault in faults:
        console.say(f"{fault.where}: {fault.what}")
    verdict = f"{len(faults)} do not agree" if faults else "every hash agrees"
    click.echo(f"{totals['blobs']} blobs, {totals['bytes']:,} bytes, {totals['fetches']} fetches: {verdict}")
    sys.exit(1 if faults else 0)


@cli.command()
@_format()
@click.pass_context
def doctor(context: click.Context, form: str) -> None:
    """Say per source whether it is ready, what it needs, or how a file is had; and where things are."""
    from tracker.collect import sources

    settings = _settings(context)
    rows = []
    for name in sources.names():
        source = sources.load(name)
        missing = [need for need in source.needs if not os.environ.get(need)]
        state = f"needs {', '.join(missing)}" if missing else f"import by hand: {source.origin}"
        rows.append(
            {"source": name, "kind": source.kind, "state": state, "scope": ", ".join(source.scope) or "none"}
        )
    console.say(f"home {settings.home}\nlake {settings.lake}\nseeds {settings.seeds}")
    console.print_rows(rows, None, form)


@cli.command()
@click.pass_context
def health(context: click.Context) -> None:
    """Exit 1 when the worker was not seen for two minutes, or the last report is older than two weeks."""
    from tracker.collect import schedule

    state = schedule.health(_record(_settings(context)), _now())
    click.echo(state.words)
    sys.exit(0 if state.ok else 1)


@cli.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.pass_context
def backup(context: click.Context, target: Path) -> None:
    """Copy the record (SQLite) to TARGET while it is in use; TARGET must not exist."""
    from tracker.store.engine import backup as copy

    copy(_record(_settings(context)), target)
    click.echo(str(target))


@cli.group()
def lake() -> None:
    """The Parquet mirror: derived from the record, safe to delete."""


@lake.command("rebuild")
@click.pass_context
def lake_rebuild(context: click.Context) -> None:
    """Delete the mirror and write it anew."""
    from tracker import mirror

    settings = _settings(context)
    with console.Progress() as progress:
        click.echo(mirror.rebuild(_record(settings), settings, progress=progress))


def main() -> None:
    """Run the command line."""
    cli()
