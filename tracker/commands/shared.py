"""What the commands share: the settings, the record, the lake, and how rows are printed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import is_dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tracker import console

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tracker.analysis.tables import Lake
    from tracker.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])
FORMATS = click.Choice(["table", "json", "csv"])


def format_option(default: str = "table") -> Callable[[F], F]:
    """Return the option that chooses between table, JSON and CSV."""
    return click.option(
        "--format", "form", type=FORMATS, default=default, show_default=True, help="How to print."
    )


def settings_of(context: click.Context) -> "Settings":
    """Return the settings, at the home that the command line names."""
    from tracker import settings

    home = context.obj["home"]
    return settings.load(home=home) if home else settings.load()


def record_of(settings: "Settings") -> "Engine":
    """Open the record, bringing its schema up to date."""
    from tracker.store.engine import migrate, open_record

    engine = open_record(settings.record)
    migrate(engine)
    return engine


def scope_of(words: Iterable[str]) -> dict[str, str]:
    """Return KEY=VALUE words as a scope; raise `BadInput` that names a word which is none."""
    from tracker.errors import BadInput

    scope: dict[str, str] = {}
    for word in words:
        key, separator, value = word.partition("=")
        if not separator:
            raise BadInput(f"{word!r} is not KEY=VALUE", field="--scope")
        scope[key] = value
    return scope


def now() -> datetime:
    """Return the time: the only clock of the commands."""
    return datetime.now(UTC)


def refresh_mirror(engine: "Engine", settings: "Settings") -> None:
    """Bring the lake up to the record, with progress."""
    from tracker import mirror

    with console.Progress() as progress:
        mirror.refresh(engine, settings, progress=progress)


def lake_of(settings: "Settings") -> "Lake":
    """Open the lake, bringing it up to the record first when it lags behind or is of an earlier version."""
    from tracker.analysis.tables import open_lake
    from tracker.store import lake
    from tracker.store.engine import open_record

    if not lake.is_current(open_record(settings.record), settings.lake):
        refresh_mirror(record_of(settings), settings)
    return open_lake(settings.lake, settings.analysis_url)


def write(context: click.Context, act: Callable[..., Any], fields: Mapping[str, Any], form: str) -> None:
    """Do what a person asked for, print what became of it, and bring the lake up to it."""
    settings = settings_of(context)
    engine = record_of(settings)
    given = {name: value for name, value in fields.items() if value}
    done = act(engine, given, now=now())
    console.print_rows([console.plain(done) if is_dataclass(done) else done], None, form)
    refresh_mirror(engine, settings)
