"""What stands behind the shares on the page of topics: how each was measured, and what a third person changed."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from dashboard import components, tables, words
from tracker.analysis import reliability
from tracker.findings import Finding

SHOWN = 6


def measured(topics: Finding) -> None:
    """Draw the latest shares with what each rests on, or why there is none and what to do."""
    with_share = [row for row in topics.rows if row["share"] is not None]
    with components.card("How sure are these?", _line(topics)):
        if not with_share:
            reasons = list(dict.fromkeys(row["reason"] for row in topics.rows if row["reason"]))
            components.empty(
                "No share can be told yet",
                f"{reasons[0] if reasons else 'Nobody has coded these'}. People code on the page Coding.",
                command="tracker coding draw posts --size 100 --coder NAME --coder NAME --by NAME", small=True,
            )  # fmt: skip
            return
        body = [
            (
                words.month(row["month"]), row["code"], Markup("<b>{:.0%}</b>").format(row["share"]),
                f"{row['lower']:.0%} to {row['upper']:.0%}", row["measure"], f"{row['n_coded']:,} of {row['n']:,}",
                f"{row['uncoded_share']:.0%}", alpha(row["alpha"]), row["codebook_version"],
                "not known" if row["covered"] is None else f"{row['covered']:.0%}",
            )
            for row in reversed(with_share[-SHOWN:])
        ]  # fmt: skip
        head = (
            "month",
            "code",
            "share",
            "95 % interval",
            "measured as",
            "coded",
            "no code",
            "alpha",
            "codebook",
            "days covered",
        )
        components.table(tables.html(head, body, classes=("keep", "keep", "num", "keep")))
        left = len(with_share) - SHOWN
        components.caption(
            f"{left:,} more in the rows above."
            if left > 0
            else "Alpha is that of the code over all items coded twice.",
            "Coded in full is exact up to mistakes of coders; a random sample stands for all items of its month.",
        )
        _helped(topics)


def _helped(topics: Finding) -> None:
    """Say which machine narrows the intervals, and by how much the shares moved because it is not the one before."""
    helped = [row for row in topics.rows if row["model"]]
    for name in dict.fromkeys(row["model"] for row in helped):
        mine = [row for row in helped if row["model"] == name]
        said = f"{words.count(len(mine), 'share')}: it says something of every item, people decide what it is worth."
        moved = [
            abs(row["share"] - row["share_by_former"]) for row in mine if row["share_by_former"] is not None
        ]
        if moved:
            former = " or ".join(dict.fromkeys(row["former_model"] for row in mine if row["former_model"]))
            said += f" By {former}, the machine before it, they would differ by at most {100 * max(moved):.1f} points."
        if name == topics.coverage.get("model"):
            trained = words.day(topics.coverage["model_trained_at"][:10])
            said += f" Trained {trained}, SHA-256 {topics.coverage['model_sha256'][:16]}… (`tracker suggest card`)".replace(
                "`", ""
            )
        components.caption(f"{name} narrows", said)


def settled(topics: Finding) -> None:
    """Say by how much the shares changed because a third person settled where coders differed."""
    moved = [
        row
        for row in topics.rows
        if row["share"] is not None and abs(row["share"] - row["share_before"]) > 1e-9
    ]
    facts = topics.coverage
    if not facts.get("adjudicated") and not facts.get("waiting_for_a_third_person"):
        return
    line = (
        f"{words.count(facts['adjudicated'], 'item')} settled, "
        f"{facts['waiting_for_a_third_person']:,} waiting; before, the first coder’s word counted"
    )
    with components.card("What did a third person change?", line):
        if not moved:
            why = (
                "What was settled counts as it did before."
                if facts["adjudicated"]
                else "Nothing is settled yet; a third person does it on the page Coding."
            )
            components.empty("No share moved", why, small=True)
            return
        body = [
            (
                words.month(row["month"]),
                row["code"],
                f"{row['share_before']:.1%}",
                f"{row['share']:.1%}",
                points(row),
            )
            for row in moved
        ]
        components.table(
            tables.html(
                ("month", "code", "before", "now", "change"),
                body,
                classes=("keep", "keep", "num", "num", "num"),
            )
        )


def points(row: Mapping[str, Any]) -> str:
    """Return by how many percentage points a share moved."""
    return f"{100 * (row['share'] - row['share_before']):+.1f} points"


def alpha(value: float | None, lower: float | None = None) -> Markup | str:
    """Return alpha with a word on what it is good for; undefined where nothing can be said.

    Where `lower`, the lower bound, lies under what anything could be concluded from, too few items were coded twice.
    """
    if value is None:
        return Markup("<span class='it-none'>undefined</span>")
    word, tone = "reliable", "green"
    if value < reliability.LEAST_TENTATIVE:
        word, tone = "too low", "red"
    elif value < reliability.LEAST_RELIABLE:
        word, tone = "tentative", "ochre"
    elif lower is not None and lower < reliability.LEAST_TENTATIVE:
        word, tone = "too few to tell", "ochre"
    return Markup("{:.2f} {}").format(value, tables.badge(word, tone))


def _line(topics: Finding) -> str:
    facts = topics.coverage
    waiting = facts.get("to_be_recoded", 0)
    recode = f", {words.count(waiting, 'coding')} to be recoded" if waiting else ""
    version = f", codebook version {facts['codebook_version']}" if facts.get("codebook_version") else ""
    return f"{facts.get('coded_by_hand', 0):,} coded by hand{version}{recode}; a keyword count is no share"
