"""Measures of codings and of the methods themselves at the command line."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker import console
from tracker.commands.shared import format_option, now, settings_of

if TYPE_CHECKING:
    from tracker.collect.reading import Limits

_COLUMNS = (
    "variable", "alpha", "lower", "upper", "agreement", "items", "compared", "coders", "codes", "verdict", "reason",
)  # fmt: skip
_VALIDATED = (
    "verdict", "method", "measure", "data", "rate", "lower", "upper", "promised", "trials", "untold",
)  # fmt: skip


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@format_option()
@click.pass_context
def reliability(context: click.Context, file: Path, form: str) -> None:
    """Say how far coders agree beyond chance, for each variable of FILE: Krippendorff's alpha with a 95 % interval.

    FILE is a table with the columns item, coder, variable and code; what a coder did not code has no row. Models are
    coders among others. What cannot be said is empty (null in JSON), with the reason.
    """
    from dataclasses import asdict

    from tracker import sheets
    from tracker.analysis import reliability as measures

    rows = []
    for variable, codings in sheets.codings(file, limits=limits_of(context)).items():
        found = measures.measure(codings)
        rows.append({"variable": variable, **asdict(found), "verdict": found.verdict})
        for alike in sheets.spelt_alike(coded.code for coded in codings):
            console.say(f"{variable}: {' and '.join(alike)} count as different codes")
    if not rows:
        console.say("The table holds no coding.")
    console.print_rows([{name: row[name] for name in _COLUMNS} for row in rows], _COLUMNS, form)
    console.say(
        f"Nominal alpha; intervals from {measures.RESAMPLES:,} random draws of items (seed {measures.SEED}). "
        f"Under {measures.LEAST_TENTATIVE} nothing can be concluded, under {measures.LEAST_RELIABLE} a conclusion is "
        f"tentative, as where the interval reaches so low. {measures.WHY_AGREEMENT_FLATTERS}"
    )


@click.command()
@click.option(
    "--quick", is_flag=True, help="Fewer trials: a minute instead of some minutes, wider intervals."
)
@format_option()
@click.pass_context
def validate(context: click.Context, quick: bool, form: str) -> None:
    """Hold the methods against data with a known truth: false alarms, power and coverage beside what is promised.

    A rate stands with its 95 % interval; a line is broken when an interval that allows for the number of lines lies wholly beyond
    the promise. The last run is kept and shown on the page Validation. Exits 1 when a promise is broken.
    """
    from tracker import validating

    with console.Progress() as progress:
        done = validating.run(
            settings_of(context),
            validating.QUICK if quick else validating.FULL,
            now=now,
            tick=progress,
        )
    if form == "json":
        console.print_rows(done.to_dict(), None, form)
    else:
        console.print_rows([_validated(line) for line in done.to_dict()["lines"]], _VALIDATED, form)
    console.say(done.method)
    if not done.holds:
        context.exit(1)


def _validated(line: dict[str, Any]) -> dict[str, Any]:
    least, most = line["least"], line["most"]
    bounds = [f"at least {least:.0%}" if least else "", f"at most {most:.0%}" if most else ""]
    return line | {
        "promised": " and ".join(bound for bound in bounds if bound),
        "verdict": "holds" if line["holds"] else "broken",
    }


def limits_of(context: click.Context) -> "Limits":
    """Return how much of a hostile file is read."""
    from tracker.collect.reading import Limits

    settings = settings_of(context)
    return Limits(settings.max_line_bytes, settings.max_unpacked_ratio)
