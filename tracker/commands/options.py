"""What can be asked of a finding, as options of a command."""

import click

from tracker.commands.shared import F

FINDING_OPTIONS = {
    "since": "first month or day, YYYY-MM or YYYY-MM-DD",
    "until": "last month or day, in",
    "account": "only this account (x:chinadaily) or brand (china-says)",
    "group": "state-linked (accepted accounts), others, control or all (default)",
    "source": "only what came from this source",
    "by": "what each row is about, such as account, payer, week; several with commas",
    "kinds": "targeting kinds or change types, separated by commas",
    "periods": "two or more periods, such as 2024-01..2024-06,2024-07..2024-09",
    "items": "ads or posts",
    "level": "top or fine codes",
    "code": "only items with this code; `uncoded` for those without any",
    "coder": "the codings of this coder; `hand` for what people settled",
    "payer": "only ads of this payer",
    "country": "only listings asked for in this country",
    "polarity": "only included or excluded criteria",
    "text": "only items that hold these words",
    "outlet": "only this outlet (cgtn), as account does",
    "at": "the day of an event, YYYY-MM-DD",
    "event": "what may have changed something: a day, claim:12, change:7, label, payer or payer:NAME",
    "control": "the account or brand that is compared with",
    "terms": "items that name any of these words, separated by commas",
    "operator": "only accounts attributed to this body",
    "language": "only items in this language (zh), as it was detected",
    "status": "only accounts of this status",
    "limit": "at most so many rows",
}


def finding_options(command: F) -> F:
    """Give a command every option that a finding understands."""
    for name, told in reversed(FINDING_OPTIONS.items()):
        command = click.option(f"--{name}", help=f"{told[0].upper()}{told[1:]}.")(command)
    return command
