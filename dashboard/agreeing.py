"""The parts of the page on reliability: alpha of each code with its interval, and what it is good for."""

import streamlit as st
from markupsafe import Markup

from dashboard import components, data, shares, tables, words
from tracker.analysis import reliability
from tracker.charts import until
from tracker.findings import Finding

TOGETHER = "all codes together"


def line(found: Finding, noun: str) -> str:
    """Say how many items people coded, how many of them twice, and until when."""
    twice = max((row["compared"] for row in found.rows if row["coders"] == "people"), default=0)
    recode = found.coverage.get("to_be_recoded", 0)
    waiting = f" · {words.count(recode, 'item')} to be recoded" if recode else ""
    return f"{words.count(found.n, noun)} coded by hand, {twice:,} of them by two people{waiting} · {until(found.as_of)}"


def none_yet() -> None:
    """Say that nobody has coded, and what to do."""
    components.empty(
        "Nobody has coded anything yet",
        "Two people code the same items, blind to each other: a fifth of every sample. Then it shows how far they agree.",
        command="tracker coding draw posts --size 100 --coder NAME --coder NAME --by NAME",
    )


def versions(found: Finding) -> list[int]:
    """Return the versions of the codebook that codings were made under, the newest first."""
    return list(dict.fromkeys(row["codebook_version"] for row in found.rows))


def verdict(found: Finding, version: int) -> None:
    """Draw in a sentence what all codes together are good for."""
    row = next(
        row for row in found.rows
        if (row["codebook_version"], row["coders"], row["code"]) == (version, "people", TOGETHER)
    )  # fmt: skip
    if row["alpha"] is None:
        components.stored("Alpha is undefined:", f"{row['reason']}.", tone="ochre")
        return
    bounds = f", 95 % interval {row['lower']:.2f} to {row['upper']:.2f}" if row["lower"] is not None else ""
    said = f"alpha {row['alpha']:.2f}{bounds}, over {words.count(row['compared'], 'item')} that two coded"
    if row["alpha"] < reliability.LEAST_TENTATIVE:
        components.stored(
            "Too unreliable to conclude from:",
            f"{said}. It is under {reliability.LEAST_TENTATIVE}.",
            tone="ochre",
        )
    elif row["alpha"] < reliability.LEAST_RELIABLE:
        components.stored("Tentative:", f"{said}. It is under {reliability.LEAST_RELIABLE}.", tone="ochre")
    elif row["lower"] is not None and row["lower"] < reliability.LEAST_TENTATIVE:
        few = f"{said}. The interval reaches under {reliability.LEAST_TENTATIVE}: code more items twice."
        components.stored("Too few to tell:", few, tone="ochre")
    else:
        components.stored("Reliable:", f"{said}.")


def table(found: Finding, version: int) -> None:
    """Draw alpha of every code, of people alone and with a machine among them."""
    for coders in dict.fromkeys(row["coders"] for row in found.rows if row["codebook_version"] == version):
        mine = [row for row in found.rows if row["codebook_version"] == version and row["coders"] == coders]
        note = (
            "a machine is a coder among others here"
            if coders != "people"
            else "people alone, blind to each other"
        )
        with components.card(coders.capitalize(), f"Under codebook version {version}; {note}"):
            body = [
                (
                    Markup("<b>{}</b>").format(row["code"]) if row["code"] == TOGETHER else row["code"],
                    shares.alpha(row["alpha"], row["lower"]),
                    _interval(row["lower"], row["upper"], row["reason"]),
                    "–" if row["agreement"] is None else f"{row['agreement']:.0%}",
                    f"{row['compared']:,} of {row['items']:,}",
                    row["n_coders"],
                )
                for row in mine
            ]
            head = ("code", "alpha", "95 % interval", "plain agreement", "coded twice", "coders")
            components.table(tables.html(head, body, classes=("", "keep", "", "num", "num", "num")))


def explained(found: Finding) -> None:
    """Draw why plain agreement flatters, and how alpha is computed."""
    components.caption("Read with care:", " ".join(found.caveats))
    components.caption("How it is computed:", found.method)
    components.rows(found, key="reliability", label="Every row")


def what_was_coded() -> str:
    """Return what to show first: posts, unless only ads were coded."""
    of_ads, of_posts = (data.finding("reliability", items=items).rows for items in ("ads", "posts"))
    return "ads" if of_ads and not of_posts else "posts"


def pick_version(found: Finding) -> int:
    """Let the reader pick a version where codings were made under several."""
    known = versions(found)
    if len(known) == 1:
        return known[0]
    picked = st.segmented_control(
        "Codebook version", known, default=known[0], required=True, key="reliability-version"
    )
    return int(picked if picked is not None else known[0])


def _interval(lower: float | None, upper: float | None, reason: str | None) -> Markup | str:
    if lower is not None and upper is not None:
        return f"{lower:.2f} to {upper:.2f}"
    return Markup("<span class='it-none'>{}</span>").format(reason or "none")
