"""People at the command line: who may sign in to the dashboard, and as what."""

import click

from tracker import console
from tracker.commands.shared import format_option, now, record_of, settings_of
from tracker.domain import ROLES

SHOWN = ("email", "name", "role", "signed_in", "added_at")


@click.group()
def people() -> None:
    """Who may sign in to the dashboard, and as what: viewer, coder, editor or admin."""


@people.command("add")
@click.argument("email")
@click.option("--name", required=True, help="Their name, as it will stand beside what they do.")
@click.option("--role", required=True, help=f"One of {', '.join(ROLES)}.")
@click.option("--by", required=True, help="Who lets them in.")
@format_option()
@click.pass_context
def people_add(context: click.Context, /, form: str, **fields: str) -> None:
    """Let somebody in; the role is bound to the provider's id of them when they first sign in."""
    from tracker import people as desk

    _print([desk.add(record_of(settings_of(context)), fields, now=now())], form)


@people.command("list")
@format_option()
@click.pass_context
def people_list(context: click.Context, form: str) -> None:
    """List who may sign in, and whether they did."""
    from tracker import people as desk

    _print(desk.listed(record_of(settings_of(context))), form)


@people.command("role")
@click.argument("email")
@click.argument("role")
@click.option("--by", required=True, help="Who changes it.")
@format_option()
@click.pass_context
def people_role(context: click.Context, /, form: str, **fields: str) -> None:
    """Give somebody another role; it counts from their next click."""
    from tracker import people as desk

    _print([desk.change_role(record_of(settings_of(context)), fields, now=now())], form)


@people.command("remove")
@click.argument("email")
@click.option("--by", required=True, help="Who removes them.")
@format_option()
@click.pass_context
def people_remove(context: click.Context, /, form: str, **fields: str) -> None:
    """Remove somebody; from their next click they see nothing."""
    from tracker import people as desk

    _print([desk.remove(record_of(settings_of(context)), fields, now=now())], form)


@people.command("rebind")
@click.argument("email")
@click.option("--by", required=True, help="Who says so.")
@format_option()
@click.pass_context
def people_rebind(context: click.Context, /, form: str, **fields: str) -> None:
    """Bind somebody anew at their next sign-in, as after a change of provider."""
    from tracker import people as desk

    _print([desk.rebind(record_of(settings_of(context)), fields, now=now())], form)


def _print(rows: list[dict[str, object]], form: str) -> None:
    shown = [{**row, "signed_in": "yes" if row["subject"] else "not yet"} for row in rows]
    console.print_rows([{name: row[name] for name in SHOWN} for row in shown], SHOWN, form)
