"""Measures of codings and of the methods themselves at the command line."""

from pathlib import Path

import click

from tracker import console
from tracker.commands.shared import format_option, settings_of

_COLUMNS = (
    "variable", "alpha", "lower", "upper", "agreement", "items", "compared", "coders", "codes", "verdict", "reason",
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
    from tracker.collect.reading import Limits

    settings = settings_of(context)
    limits = Limits(settings.max_line_bytes, settings.max_unpacked_ratio)
    rows = []
    for variable, codings in sheets.codings(file, limits=limits).items():
        found = measures.measure(codings)
        rows.append({"variable": variable, **asdict(found), "verdict": found.verdict})
        for alike in sheets.spelt_alike(coded.code for coded in codings):
            console.say(f"{variable}: {' and '.join(alike)} count as different codes")
    console.print_rows([{name: row[name] for name in _COLUMNS} for row in rows], _COLUMNS, form)
    console.say(
        f"Nominal alpha; intervals from {measures.RESAMPLES:,} random draws of items (seed {measures.SEED}). "
        f"Under {measures.LEAST_TENTATIVE} nothing can be concluded, under {measures.LEAST_RELIABLE} a conclusion is "
        f"tentative. {measures.WHY_AGREEMENT_FLATTERS}"
    )
