"""Merges and splits of accounts at the command line."""

from collections.abc import Callable
from typing import Any

import click

from tracker.commands.shared import F, format_option, write


def _signed(who: str, why: str) -> Callable[[F], F]:
    """Ask who takes a step and why, and how to print what came of it."""

    def asked(command: F) -> F:
        command = click.pass_context(command)  # type: ignore[assignment]
        for option in (
            format_option("json"),
            click.option("--reason", required=True, help=why),
            click.option("--by", required=True, help=who),
        ):
            command = option(command)
        return command

    return asked


@click.command("merge")
@click.argument("account")
@click.argument("into")
@_signed("Who says so.", "Why they are one.")
def merge(context: click.Context, /, form: str, **fields: Any) -> None:
    """Say that ACCOUNT is the same as INTO, as x:oldname and x:newname; nothing is lost, and `undo` takes it back."""
    from tracker import accountdesk

    write(context, accountdesk.merge, fields, form)


@click.command("split")
@click.argument("account")
@click.argument("name")
@_signed("Who says so.", "Why they are two.")
def split(context: click.Context, /, form: str, **fields: Any) -> None:
    """Say that NAME, by which ACCOUNT is known, is an account of its own; claims follow the name they are about."""
    from tracker import accountdesk

    write(context, accountdesk.split, fields, form)


@click.command("undo")
@click.argument("step")
@_signed("Who takes it back.", "Why.")
def undo(context: click.Context, /, form: str, **fields: Any) -> None:
    """Take back the merge or the split with the number STEP."""
    from tracker import accountdesk

    write(context, accountdesk.undo, fields, form)
