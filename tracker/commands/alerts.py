"""Alerts at the command line: what was raised, who is told of what, and what still waits."""

import sys
from pathlib import Path
from typing import Any

import click

from tracker import console
from tracker.commands.shared import format_option, now, record_of, settings_of

_LISTED = ("at", "type", "title", "n", "raised_at", "suspect")
_RULES = ("id", "channel", "target", "pace", "kinds", "about", "waiting", "error", "added_by")


@click.group()
def alerts() -> None:
    """What changed, told by e-mail, webhook or feed: once, and never lost."""


@alerts.command("list")
@click.option("--type", "kinds", multiple=True, help="Only this type of change; may be given again.")
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="How many, the latest first."
)
@format_option()
@click.pass_context
def alerts_list(context: click.Context, kinds: tuple[str, ...], limit: int, form: str) -> None:
    """List the alerts that were raised, the latest first."""
    from tracker.alerting import desk

    found = desk.listed(record_of(settings_of(context)), kinds=kinds, limit=limit)
    console.print_rows(found, None if form == "json" else _LISTED, form)


@alerts.group("rules")
def rules() -> None:
    """Who is told of what, how, and how soon."""


@rules.command("list")
@format_option()
@click.pass_context
def rules_list(context: click.Context, form: str) -> None:
    """List the rules, with how many of their messages wait and why."""
    from sqlmodel import Session

    from tracker.store import alerts as store

    with Session(record_of(settings_of(context))) as session:
        found = store.rules(session)
    console.print_rows([{name: row[name] for name in _RULES} for row in found], _RULES, form)


@rules.command("add")
@click.option("--email", help="Tell this address.")
@click.option("--webhook", help="Tell this address, https://…, as signed JSON.")
@click.option("--pace", default="now", show_default=True, help="now, daily or weekly (06:00 UTC, Monday).")
@click.option(
    "--type", "kinds", multiple=True, help="Only this type of change, such as silence; may be given again."
)
@click.option(
    "--account", multiple=True, help="Only this account (x:chinasays) or brand; may be given again."
)
@click.option("--operator", multiple=True, help="Only accounts attributed to this body, by id or name.")
@click.option(
    "--list", "listed", multiple=True, help="Only accounts on the list of this document, by its id."
)
@click.option("--group", multiple=True, help="Only accounts counted as state-linked, control or others.")
@click.option("--by", required=True, help="Who wants it.")
@format_option()
@click.pass_context
def rules_add(context: click.Context, /, form: str, **given: Any) -> None:
    """Tell somebody of what is raised from now on. Accounts that fit any of the limits are told of."""
    from tracker.alerting import desk
    from tracker.alerting import rules as reading

    limits = {"account": "account", "operator": "operator", "list": "listed", "group": "group"}
    about = [(kind, value) for kind, option in limits.items() for value in given[option]]
    rule = reading.read(
        email=given["email"], webhook=given["webhook"], pace=given["pace"], kinds=given["kinds"], about=about
    )
    added = desk.add_rule(record_of(settings_of(context)), rule, by=given["by"], now=now())
    console.print_rows([{name: added.get(name) for name in _RULES} | {"waiting": 0}], _RULES, form)


@rules.command("remove")
@click.argument("number", type=int)
@click.pass_context
def rules_remove(context: click.Context, number: int) -> None:
    """Remove rule NUMBER; what it put into the outbox still goes out."""
    from tracker.errors import BadInput
    from tracker.store import alerts as store
    from tracker.store.engine import unit_of_work

    with unit_of_work(record_of(settings_of(context))) as session:
        if not store.remove_rule(session, number, at=now()):
            raise BadInput(f"there is no rule {number}; see `tracker alerts rules list`")
    click.echo(f"rule {number} tells nothing more")


@alerts.command("test")
@click.option("--email", help="Try this address.")
@click.option("--webhook", help="Try this address, https://….")
@format_option()
@click.pass_context
def alerts_test(context: click.Context, email: str | None, webhook: str | None, form: str) -> None:
    """Send a message without an alert, to see that the settings work."""
    from tracker.alerting import desk

    target = {"email": email, "webhook": webhook}
    console.print_rows([desk.try_channel(settings_of(context), target, now=now())], None, form)


@alerts.command("send")
@format_option()
@click.pass_context
def alerts_send(context: click.Context, form: str) -> None:
    """Raise what is new and send what is due, as the worker does; exit 1 when a message still waits.

    At least once: who is killed while sending sends again, with the same Message-ID or Idempotency-Key.
    """
    from tracker.alerting import desk

    settings = settings_of(context)
    done = desk.send(record_of(settings), settings, now=now)
    console.print_rows([done], None, form)
    sys.exit(1 if done["waiting"] else 0)


@alerts.command("feed")
@click.option("--out", type=click.Path(path_type=Path), help="Write it here (default: to stdout).")
@click.pass_context
def alerts_feed(context: click.Context, out: Path | None) -> None:
    """Write the alerts as an Atom feed that may be published: it names accepted accounts and comparison outlets only.

    The worker keeps one in HOME/alerts.atom.
    """
    from tracker.alerting import desk, feed
    from tracker.store.engine import unit_of_work

    settings = settings_of(context)
    engine = record_of(settings)
    if out is not None:
        desk.write_feed(engine, settings, out)
        click.echo(str(out))
        return
    with unit_of_work(engine) as session:
        click.echo(feed.feed(session, base=settings.public_url).decode(), nl=False)
