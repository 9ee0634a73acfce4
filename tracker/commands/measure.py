"""Measures of codings and of the methods themselves at the command line."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker import console
from tracker.commands.shared import format_option, now, settings_of

if TYPE_CHECKING:
    from tracker.analysis.embedders import Embedder
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
    for variable, codings in sheets.codings(file, limits=_limits(context)).items():
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

    A rate stands with its 95 % interval; a line holds unless the interval lies wholly beyond the promise. The last run is kept
    and shown on the page Validation. Exits 1 when a promise is broken.
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


@click.group()
def suggest() -> None:
    """The model that suggests codes from those that people gave; a suggestion is never a coding, and never a share."""


@suggest.command("evaluate")
@click.option(
    "--train", "train_file", type=click.Path(path_type=Path), required=True, help="Table to learn from."
)
@click.option(
    "--test", "test_file", type=click.Path(path_type=Path), required=True, help="Table to suggest for."
)
@click.option(
    "--model",
    type=click.Choice(["use", "e5", "tfidf"]),
    help="The features: a model of 16 languages (default, extra embed), of 100 (embed-e5), or characters only.",
)
@format_option()
@click.pass_context
def suggest_evaluate(
    context: click.Context, train_file: Path, test_file: Path, model: str | None, form: str
) -> None:
    """Learn labels from one table, suggest them for the texts of another, and say how often they are met.

    Both tables have the columns text, label and, if known, language. macro_f1 is the mean over labels of F1.
    """
    import time

    from tracker import sheets
    from tracker.analysis import suggest as suggestions

    limits = _limits(context)
    examples, unseen = (sheets.examples(file, limits=limits) for file in (train_file, test_file))
    found = suggestions.evaluate(examples, unseen, _embedder(model), cpu_seconds=time.process_time)
    row = {
        "macro_f1": found.scores.overall.macro_f1,
        "by_language": {name: score.macro_f1 for name, score in found.scores.by_language.items()},
        "texts_per_cpu_second": found.texts_per_cpu_second,
        "model": found.card.model,
        "version": found.card.version,
        "n_train": len(examples),
        "n_test": len(unseen),
        "n_by_language": {name: score.n for name, score in found.scores.by_language.items()},
        "labels": dict(found.card.labels),
        "training_sha256": found.card.digest,
        "notes": list(found.notes),
    }
    console.print_rows(row, None, form)
    for note in found.notes:
        console.say(note)


def _embedder(model: str | None) -> "Embedder | None":
    """Return the model asked for; without a wish the usual one where it is installed."""
    from tracker.analysis import embedders

    if model == "tfidf" or (model is None and not embedders.installed()):
        return None
    return embedders.EMBEDDERS[model or "use"]()


def _limits(context: click.Context) -> "Limits":
    """Return how much of a hostile file is read."""
    from tracker.collect.reading import Limits

    settings = settings_of(context)
    return Limits(settings.max_line_bytes, settings.max_unpacked_ratio)
