"""Looks at profiles at the command line."""

from pathlib import Path

import click

from tracker import console
from tracker.commands.shared import format_option, now, record_of, refresh_mirror, settings_of
from tracker.domain import DISCLOSURES, LABEL_STATES


@click.command("look")
@click.argument("account")
@click.option(
    "--on", "observed_on", required=True, help="When it was seen: YYYY-MM-DD, or YYYY-MM-DDTHH:MM in UTC."
)
@click.option(
    "--screenshot",
    required=True,
    type=click.Path(path_type=Path),
    help="PNG, JPEG, WebP or PDF of the profile.",
)
@click.option("--by", required=True, help="Who saw it.")
@click.option("--label", help=f"What the platform showed: {', '.join(LABEL_STATES)}.")
@click.option("--label-words", help="The words of the label.")
@click.option("--bio", help="The bio as it stands there.")
@click.option("--discloses", help=f"Whether bio or about page name who runs it: {', '.join(DISCLOSURES)}.")
@click.option("--discloses-words", help="The words in which they do.")
@click.option("--handle", help="The handle that was shown.")
@click.option("--name", help="The name that was shown.")
@format_option("json")
@click.pass_context
def look(context: click.Context, /, screenshot: Path, form: str, **fields: str | None) -> None:
    """Enter what ACCOUNT (x:chinasays) showed on a day; the screenshot is kept as evidence, and changes are told."""
    from tracker import lookdesk
    from tracker.collect.reading import unreadable

    settings = settings_of(context)
    engine = record_of(settings)
    try:
        body = screenshot.read_bytes()
    except OSError as error:
        raise unreadable(screenshot, error) from error
    given = {name: value for name, value in fields.items() if value}
    console.print_rows([console.plain(lookdesk.look(engine, given, body, now=now()))], None, form)
    refresh_mirror(engine, settings)
