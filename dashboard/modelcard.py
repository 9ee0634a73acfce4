"""The card of the model that suggests codes: what it learnt from, how well it meets what it did not, and its hash."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from dashboard import codingdata, components, tables, words

SHOWN = 20
LIMITS = (
    "Scores are of a cross-validation: every code spread over its folds, near-copies together. A suggestion is no coding and no share; "
    "in the shares of a random sample it only narrows the interval, and speaks of each item by the part that did not learn from it."
)


def draw() -> None:
    """Draw the card of the latest model, or say how one is trained."""
    rows = codingdata.cards()
    if not rows:
        with components.card("Which model suggests?", "None was trained yet"):
            components.empty(
                "No model yet", "It learns from what people coded: 30 items or more, 8 with each code.",
                command="tracker suggest train --by NAME", small=True,
            )  # fmt: skip
        return
    card = codingdata.card(rows[0]["digest"])
    with components.card("Which model suggests?", _line(card)):
        if card["state"] != "in use":
            old = f"it learnt codebook version {card['source']['codebook_version']}. Train one under the version in force."
            components.stored("Not used:", old, tone="ochre")
        components.table(_codes(card))
        components.table(_languages(card))
        for lead, said in _facts(card, len(rows)):
            components.caption(lead, said)
        components.caption("What this is:", LIMITS)


def _line(card: Mapping[str, Any]) -> str:
    return f"{card['model']}, trained {words.day(card['trained_at'])} under codebook version {card['source']['codebook_version']}"


def _codes(card: Mapping[str, Any]) -> Markup:
    body = [
        (
            score["code"], "with finer ones" if score["level"] == "top" else "as given", score["items"],
            f"{score['f1']:.2f}", _number(score["precision"]), _number(score["recall"]), f"{score['threshold']:.2f}",
        )
        for score in card["scores"]["by_code"][:SHOWN]
    ]  # fmt: skip
    head = ("code", "counted", "items", "F1", "precision", "recall", "suggested from")
    return tables.html(head, body, classes=("keep", "", "num", "num", "num", "num", "num"))


def _languages(card: Mapping[str, Any]) -> Markup:
    scores = {"all": card["scores"]["overall"], **card["scores"]["by_language"]}
    body = [(name, score["items"], _number(score["macro_f1"])) for name, score in scores.items()]
    return tables.html(("language", "items", "macro-F1"), body, classes=("keep", "num", "num"))


def _facts(card: Mapping[str, Any], trained: int) -> list[tuple[str, str]]:
    """Return what else the card says, each with its lead."""
    source = card["source"]
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in source["by_selection"].items())
    left = ", ".join(f"{count:,} {why}" for why, count in source["left_out"].items()) or "nothing"
    named = ", ".join(map(str, source["samples"]))
    found = [
        ("Learnt from:", f"{words.count(card['items'], 'item')} ({kinds}) of samples {named}; left out: {left}."),
        ("Beside it:", f"the keyword rules meet the same codes with a macro-F1 of {_number(card['keywords'])}."),
        ("SHA-256:", f"{card['digest']}; embedder {card['embedder']} {card['embedder_version']}, {card['embedder_sha256'][:16]}…"),
        ("Made by:", f"{card['by'].partition(' <')[0]}, seed {card['seed']}; {words.count(trained, 'model')} trained so far."),
    ]  # fmt: skip
    if card["not_learnt"]:
        found.append(("Too few items:", f"{', '.join(card['not_learnt'][:SHOWN])} could not be learnt."))
    return found + [("Note:", note) for note in card["notes"]]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
