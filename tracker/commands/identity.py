"""Merges and splits of accounts at the command line."""

from typing import Any

import click

from tracker.commands.shared import format_option, write


@click.command("merge")
@click.argument("account")
@click.argument("into")
@click.option("--by", required=True, help="Who says so.")
@click.option("--reason", required=True, help="Why they are one.")
@format_option("json")
@click.pass_context
def merge(context: click.Context, /, form: str, **fields: Any) -> None:
    """Say that ACCOUNT is the same as INTO, as x:oldname and x:newname; nothing is lost, and `undo` takes it back."""
    from tracker import accountdesk

    write(context, accountdesk.merge, fields, form)


@click.command("split")
@click.argument("account")
@click.argument("name")
@click.option("--by", required=True, help="Who says so.")
@click.option("--reason", required=True, help="Why they are two.")
@format_option("json")
@click.pass_context
def split(context: click.Context, /, form: str, **fields: Any) -> None:
    """Say that NAME, by which ACCOUNT is known, is an account of its own; claims follow the name they are about."""
    from tracker import accountdesk

    write(context, accountdesk.split, fields, form)


@click.command("undo")
@click.argument("step")
@click.option("--by", required=True, help="Who takes it back.")
@click.option("--reason", required=True, help="Why.")
@format_option("json")
@click.pass_context
def undo(context: click.Context, /, form: str, **fields: Any) -> None:
    """Take back the merge or the split with the number STEP."""
    from tracker import accountdesk

    write(context, accountdesk.undo, fields, form)
