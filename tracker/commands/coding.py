"""Samples to be coded by hand, at the command line; the coding itself is done in the dashboard."""

from typing import Any

import click

from tracker import console
from tracker.commands.shared import format_option, now, record_of, settings_of

_SHOWN = (
    "sample", "items", "selection", "account", "since", "until", "size", "population", "seed", "overlap", "blind",
    "coder", "assigned", "done", "later", "extends", "chosen_by",
)  # fmt: skip


@click.group()
def coding() -> None:
    """What people are to code by hand: samples, shared out among coders (`docs/coding.md`)."""


@coding.command("draw")
@click.argument("items", type=click.Choice(["ads", "posts"]))
@click.option("--account", help="Only of this account, such as x:chinasays (default: of all).")
@click.option("--since", help="First day, YYYY-MM-DD.")
@click.option("--until", help="Last day, YYYY-MM-DD, in.")
@click.option("--size", default="100", show_default=True, help="How many; `all` codes every item.")
@click.option("--seed", help="The seed of the draw (default: one is drawn and kept).")
@click.option("--overlap", help="Part that two coders code (default: 0.2 where there are two).")
@click.option("--not-blind", is_flag=True, help="Show coders the account and the payer.")
@click.option(
    "--training",
    is_flag=True,
    help="Choose what the model is least sure of instead: for training, never for a share.",
)
@click.option("--coder", "coders", multiple=True, required=True, help="Who codes; give it once for each.")
@click.option("--by", required=True, help="Who draws the sample.")
@format_option()
@click.pass_context
def coding_draw(context: click.Context, /, form: str, not_blind: bool, training: bool, **fields: Any) -> None:
    """Draw a random sample of dated ads or posts and share it out among coders, a part of it to two of them.

    With --training the trained model chooses, by its margin, among items that chance did not draw; the two never mix.
    """
    from tracker import codingdesk, suggesting

    engine, wanted = record_of(settings_of(context)), {**fields, "blind": not not_blind}
    if training:
        judge = suggesting.asked_judge(engine)
        drawn = codingdesk.draw_training(
            engine, wanted, margins=judge.margins, chosen_by=judge.name, now=now()
        )
    else:
        drawn = codingdesk.draw(engine, wanted, now=now())
    _print([{**drawn, "later": 0}], form)


@coding.command("extend")
@click.argument("sample", type=click.IntRange(min=1))
@click.option(
    "--seed", type=click.IntRange(min=0), help="The seed of the draw (default: one is drawn and kept)."
)
@click.option("--by", required=True, help="Who draws.")
@format_option()
@click.pass_context
def coding_extend(context: click.Context, /, form: str, sample: int, seed: int | None, by: str) -> None:
    """Draw from the items that came in after SAMPLE was drawn, at its own rate, so that it stands for them too."""
    from tracker import codingdesk

    engine = record_of(settings_of(context))
    _print([{**codingdesk.extend(engine, sample, by=by, now=now(), seed=seed), "later": None}], form)


@coding.command("progress")
@format_option()
@click.pass_context
def coding_progress(context: click.Context, form: str) -> None:
    """List the samples, the latest first, with how far each coder is."""
    from tracker import codingdesk

    engine = record_of(settings_of(context))
    later = codingdesk.outgrown(engine)
    _print([{**sample, "later": later.get(sample["id"])} for sample in codingdesk.progress(engine)], form)


def _print(samples: list[dict[str, Any]], form: str) -> None:
    rows = [
        {**sample, **one, "sample": sample["id"], "items": f"{sample['item_type']}s"}
        for sample in samples
        for one in sample["coders"]
    ]
    shown = [{name: row[name] for name in _SHOWN} for row in rows]
    console.print_rows(shown, _SHOWN, form)
