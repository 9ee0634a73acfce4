"""The model that suggests codes, at the command line: train it, read its card, measure it on other tables."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker import console
from tracker.commands.measure import limits_of
from tracker.commands.shared import format_option, now, record_of, refresh_mirror, settings_of

if TYPE_CHECKING:
    from tracker.analysis.embedders import Embedder

_MODELS = ("model", "state", "version", "items", "macro_f1", "at", "by", "digest")
_CODES = ("level", "code", "items", "f1", "precision", "recall", "threshold")
_features = click.option(
    "--model",
    type=click.Choice(["use", "e5", "tfidf"]),
    help="The features: a model of 16 languages (default, extra embed), of 100 (embed-e5), or characters only.",
)


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
@_features
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

    limits = limits_of(context)
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


@suggest.command("train")
@_features
@click.option("--by", required=True, help="Who trains it.")
@format_option()
@click.pass_context
def suggest_train(context: click.Context, model: str | None, by: str, form: str) -> None:
    """Learn the codes of the codebook in force from what people coded, and let the model judge every item.

    It learns from items of samples on which people agree or that a third person settled. No item is ever judged by what
    learnt from it. The model is kept as evidence, with its card; trained again on the same codings it is the same.
    """
    from tracker import suggesting

    settings = settings_of(context)
    engine = record_of(settings)
    done = suggesting.train(engine, settings, features=model, by=by, now=now())
    console.print_rows(console.plain(done), None, form)
    for note in done.notes:
        console.say(note)
    if not done.new:
        console.say("nothing changed: these codings gave the model that is in use")
    refresh_mirror(engine, settings)


@suggest.command("card")
@click.argument("digest", required=False)
@click.option("--all", "every", is_flag=True, help="List the models instead.")
@format_option()
@click.pass_context
def suggest_card(context: click.Context, digest: str | None, every: bool, form: str) -> None:
    """Show what a model learnt from and how well it meets what it did not learn from: the latest, or that with a hash.

    Scores are of a cross-validation with every code spread over its folds and near-copies kept together.
    """
    from tracker import suggesting

    engine = record_of(settings_of(context))
    if every:
        rows = suggesting.listed(engine)
        console.print_rows([{name: row[name] for name in _MODELS} for row in rows], _MODELS, form)
        return
    card = suggesting.card(engine, digest)
    if form == "json":
        console.print_rows(card, None, form)
        return
    scores = card["scores"]
    languages = [
        {"language": name, "items": card["by_language"].get(name, 0), "macro_f1": score["macro_f1"]}
        for name, score in scores["by_language"].items()
    ]
    console.print_rows(scores["by_code"], _CODES, form)
    console.print_rows(languages, ("language", "items", "macro_f1"), form)
    for line in _about(card):
        console.say(line)


def _about(card: dict[str, Any]) -> list[str]:
    """Return the rest of a card in sentences."""
    source, overall = card["source"], card["scores"]["overall"]["macro_f1"]
    left = ", ".join(f"{count} {why}" for why, count in source["left_out"].items()) or "nothing"
    kinds = ", ".join(f"{count} {kind}" for kind, count in source["by_selection"].items())
    beside = "" if card["keywords"] is None else f"; the keyword rules {card['keywords']:.2f}"
    return [
        f"{card['model']}, {card['state']}; SHA-256 {card['digest']}",
        f"trained {card['trained_at']} by {card['by']} under codebook version {source['codebook_version']}, seed {card['seed']}",
        f"learnt from {card['items']} items ({kinds}) of samples {', '.join(map(str, source['samples']))}; left out: {left}",
        f"embedder {card['embedder']} {card['embedder_version']}, SHA-256 {card['embedder_sha256']}",
        f"macro-F1 over top-level codes {overall if overall is None else format(overall, '.2f')}{beside}",
        *([f"too few items to learn {', '.join(card['not_learnt'])}"] if card["not_learnt"] else []),
        *card["notes"],
    ]


def _embedder(model: str | None) -> "Embedder | None":
    """Return the model asked for; without a wish the usual one where it is installed."""
    from tracker.analysis import embedders

    if model == "tfidf" or (model is None and not embedders.installed()):
        return None
    return embedders.EMBEDDERS[model or "use"]()
