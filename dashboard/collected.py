"""The parts of the page on collection: numbers, answers, what was kept out, and the worker."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import components, data, tables, words
from tracker import charts
from tracker.findings import Finding

Rows = Sequence[Mapping[str, Any]]
TONES = {"rows": "green", "empty_confirmed": "blue", "empty_unverified": "ochre", "not_asked": ""}
WORST_FIRST = ("error", "refused", "login_wall", "throttled", "gone", "empty_unverified", "not asked")
SHOWN = 8
NAMED = 3


def figures(coverage: Finding, listings: Rows) -> None:
    """Draw the four numbers on the collection, each with what it is out of."""
    if not listings:
        return  # the empty state below says that nothing was asked; a row of zeros would say that nothing came
    outcomes = Counter(str(row["outcome"]) for row in listings)
    expected, asked = coverage.coverage.get("days_expected", 0), coverage.coverage.get("days_asked", 0)
    empty = outcomes["empty_confirmed"] + outcomes["empty_unverified"]
    answered = len(listings) - outcomes["not_asked"]
    held = answered - outcomes["rows"] - empty
    with st.grid(4, min_column_width=160, gap="medium"):
        components.figure(
            "Answers with rows",
            f"{outcomes['rows']:,}",
            f"of {answered:,} answers",
            "Each is one import or fetch",
        )
        components.figure(
            "Empty answers", f"{empty:,}", f"of {answered:,} answers",
            f"{outcomes['empty_confirmed']:,} confirmed; only those are zero",
        )  # fmt: skip
        components.figure(
            "Throttled, refused or failed",
            f"{held:,}",
            f"of {answered:,} answers",
            "What they hide is not known",
        )
        components.figure(
            "Days asked about",
            f"{asked:,}",
            f"of {expected:,}",
            "Days by account and source, first to last asked",
        )


def named(coverage: Finding) -> list[dict[str, Any]]:
    """Return the rows of a coverage finding with the accounts as a reader knows them."""
    brands = data.brands()
    return [
        {**row, "account": words.account(row, brands) if row["account"] else "whole data set"}
        for row in coverage.rows
    ]


def how_to_read(coverage: Finding) -> str:
    """Return the caveats of the bands, and how many of them are not drawn."""
    lanes = len(charts.lanes_of(coverage.rows))
    hidden = lanes - charts.MOST_LANES
    more = f"{hidden:,} of {lanes:,} bands are not drawn; they are in the rows." if hidden > 0 else ""
    return " ".join([*coverage.caveats, more]).strip()


def together(coverage: Finding) -> None:
    """Say, where several accounts share one band, that a day shows the best of them, and name the worst answers."""
    held: dict[str, Counter[str]] = {}
    lanes = {(row["account"], row["source"]) for row in coverage.rows}
    brands = data.brands()
    for row in coverage.rows:
        if row["outcome"] in WORST_FIRST:
            held.setdefault(words.account(row, brands), Counter())[row["outcome"]] += 1
    _without_days({source for _account, source in lanes})
    if len(lanes) < 2:
        return
    worst = sorted(held.items(), key=lambda pair: [-pair[1][outcome] for outcome in WORST_FIRST])
    named = "; ".join(f"{account}: {_days(days)}" for account, days in worst[:NAMED])
    more = f"; {len(worst) - NAMED:,} more on the page “Collection”" if len(worst) > NAMED else ""
    components.caption(
        f"The coverage band draws {len(lanes):,} accounts and sources together",
        "and shows for each day the best answer that any of them got. "
        + (
            f"Behind it, {named}{more}."
            if worst
            else "None of them was throttled, refused, left unasked or empty without proof."
        ),
    )


def _without_days(sources: set[str]) -> None:
    """Say how many answers with rows do not say which days they are about: there the band says less than was asked."""
    listings = [row for row in data.table("listings") if row["source"] in sources and row["items"]]
    undated = [row for row in listings if not row["covers_from"] and not row["covers_to"]]
    if not undated:
        return
    archives = sum(bool(row["archive"]) for row in undated)
    told = [
        "A file of posts among them is drawn as unknown up to its last post." if archives else "",
        "An answer stands in the band on the day it was given, so that days may look as if nobody had asked."
        if archives < len(undated)
        else "",
    ]
    components.caption(
        f"{len(undated):,} of {words.count(len(listings), 'answer')} with rows say not which days they are about.",
        " ".join(filter(None, [*told, "What was asked is said with an import: --scope from=… to=…"])),
    )


def _days(outcomes: Mapping[str, int]) -> str:
    return ", ".join(
        f"{words.count(outcomes[outcome], 'day')} {outcome.replace('_', ' ')}"
        for outcome in WORST_FIRST
        if outcomes[outcome]
    )


def answers(listings: Rows) -> None:
    """Draw the latest answers with their outcome and their evidence, and offer them all."""
    if not listings:
        components.empty("No answer yet", "What is asked or imported stands here.", small=True)
        return
    accounts = {row["account_id"]: words.account(row) for row in data.table("accounts")}
    latest = sorted(listings, key=lambda row: str(row["observed_at"]), reverse=True)
    body = [
        (
            words.day(row["observed_at"]),
            f"{accounts.get(row['account_id'], 'whole data set')} · {row['source']}",
            f"{words.day(row['covers_from'])} – {words.day(row['covers_to'])}"
            if row["covers_from"]
            else None,
            row["country"],
            _ended(row),
            _stated(row),
            tables.record_link(row["evidence"], None, snapshot=f"listing-{row['listing_id']}")
            if row["evidence"]
            else tables.opens(f"listing-{row['listing_id']}"),
        )
        for row in latest[:SHOWN]
    ]
    head = ("observed", "asked", "about the days", "country", "outcome", "items", "evidence")
    components.table(tables.html(head, body, classes=("keep", "", "", "", "", "num", "keep")))
    columns = (
        "observed_at",
        "source",
        "series",
        "country",
        "covers_from",
        "covers_to",
        "outcome",
        "message",
        "items",
        "read",
        "stated_total",
        "evidence",
    )
    components.frame_of(columns, latest, key="answers", label="All answers")


def _ended(row: Mapping[str, Any]) -> Markup:
    """Return the outcome of an answer, with the reason below it where one was given."""
    outcome = str(row["outcome"])
    badge = tables.badge(outcome.replace("_", " "), TONES.get(outcome, "red"))
    why = Markup('<div class="it-why">{}</div>').format(tables.shown(row["message"], 160))
    return badge + why if row["message"] else badge


def _stated(row: Mapping[str, Any]) -> Any:
    """Return how many items an answer showed; where the platform states a total, how many of it came."""
    stated = row["stated_total"]
    return row["items"] if stated is None else f"{row['read'] or 0:,} of {stated:,} stated"


def quarantined(rows: Rows) -> None:
    """Draw the records that were kept apart, with the reason."""
    if not rows:
        components.empty("Nothing was kept out", "Every record read so far agrees with its set.", small=True)
        return
    body = [
        (
            row["source"],
            row["line"],
            row["field"],
            charts.shortened(str(row["reason"]), 90),
            tables.record_link(row["evidence"], row["line"]),
        )
        for row in rows[:SHOWN]
    ]
    components.table(tables.html(("source", "line", "field", "reason", "evidence"), body, classes=("keep",)))
    components.caption(f"{len(rows):,} in all.", "They are kept and shown here, and counted nowhere.")
    components.frame_of(
        ("source", "line", "field", "reason", "evidence"), rows, key="quarantined", label="All of them"
    )


def worker() -> None:
    """Say whether the worker does its work, and why or why not."""
    ok, words_of_health = data.worker_health()
    state = tables.badge("at work", "green") if ok else tables.badge("not at work", "ochre")
    lines = [f"{line[:1].upper()}{line[1:]}" for line in words_of_health.splitlines()]
    components.table(tables.html(("",), [(state,), *[(line,) for line in lines]]))
    if not ok:
        components.empty(
            "Start the worker", "It makes the report each Monday and catches up after downtime.",
            command="tracker worker", small=True,
        )  # fmt: skip
