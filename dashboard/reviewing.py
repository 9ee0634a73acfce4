"""The review: what waits for a decision, the suspicion that is being judged, and what was decided with its reasons."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import auth, components, deciding, history, nearby, pickers, registrydata, tables, words
from tracker.errors import BadInput

Row = Mapping[str, Any]

WAITING = 12


def page() -> None:
    """Draw the queue, the account chosen from it with the decision form, and what was decided lately."""
    queue, decided = registrydata.queue(), registrydata.decided()
    components.page_head("What waits for a decision?", _line(queue))
    deciding.told()
    _queue(queue)
    chosen = _chosen(queue)
    if chosen:
        left, right = st.columns([1, 1], gap="medium")
        with left:
            _suspicions(chosen)
            with components.card("What is known near it", "From the registry; no platform is asked"):
                _near(chosen)
        with right:
            deciding.form(chosen)
    _decided(decided)


def _line(queue: Sequence[Row]) -> str:
    if not queue:
        return "Nothing: every suspicion brought in so far was decided."
    since = words.day(queue[0]["since"])
    return (
        f"{words.count(len(queue), 'account waits', 'accounts wait')}, the longest since {since}. A second person decides; "
        "until then none of them counts anywhere."
    )


def _queue(queue: Sequence[Row]) -> None:
    if not queue:
        components.empty(
            "The queue is empty", "What people bring in on “Add a suspect” waits here for a second person."
        )
        return
    with components.card("The queue", "The longest waiting first"):
        body = [
            (
                words.day(row["since"]),
                tables.review_link(row["account"], tables.shown(row["account"], 48)),
                history.status(row["status"]),
                tables.shown(", ".join(row["proposers"]), 60),
                _suggested(row["suspicions"][0]),
                tables.shown(row["suspicions"][0]["reason"], 110),
            )
            for row in queue[:WAITING]
        ]
        head = ("since", "account", "status", "brought in by", "suggests", "because")
        components.table(tables.html(head, body, classes=("keep", "", "keep")))
        if len(queue) > WAITING:
            components.caption(f"{len(queue) - WAITING:,} more wait.", "They stand in the choice below.")


def _chosen(queue: Sequence[Row]) -> Row | None:
    """Return the account to judge: the one in the address, or what the reader picks, the longest waiting first."""
    rows = {str(row["account"]): row for row in queue}
    asked = deciding.refused() or st.query_params.get("id", "")
    if asked and asked not in rows:
        if found := _elsewhere(asked):
            rows = {asked: found} | rows
        else:
            components.caption(
                "Not in the review:", f"{tables.shown(asked, 80)}. Nobody brought it in by the form."
            )
    if not rows:
        return None
    choices = {
        name: f"{tables.shown(name, 60)} · {row['status'].replace('_', ' ')}" for name, row in rows.items()
    }
    return rows[pickers.one_of("To judge", choices, key="review-account", first=asked or None)]


def _elsewhere(name: str) -> Row | None:
    """Return an account that was decided already, so that it can be taken up again; `None` where nobody suspected it."""
    try:
        shown = registrydata.account(name)
    except BadInput:
        return None
    if not shown["account"] or not shown["suspicions"]:
        return None
    proposers = list(dict.fromkeys(one["submitted_by"] for one in shown["suspicions"]))
    return {
        **shown["account"],
        "suspicions": shown["suspicions"],
        "steps": shown["steps"],
        "proposers": proposers,
    }


def _suspicions(chosen: Row) -> None:
    title = Markup("{} {}").format(tables.shown(chosen["account"], 60), history.status(chosen["status"]))
    with components.card(
        "What was brought in", f"{words.count(len(chosen['suspicions']), 'suspicion')}, oldest first"
    ):
        components.table(
            Markup('<p class="it-said">{} {}</p>').format(
                title, tables.account_link(chosen["account"], "Open its page")
            )
        )
        for one in chosen["suspicions"]:
            body = [
                ("brought in", f"{words.day(one['submitted_at'])} by {one['submitted_by']}"),
                ("because", one["reason"]),
                ("document", history.of(one)),
                ("suggests", _suggested(one)),
                (
                    "else",
                    one["rival"] or Markup("<span class='it-none'>no other explanation was given</span>"),
                ),
            ]
            components.table(tables.html(("", ""), body, classes=("keep",), narrow="plain"))
        if chosen["steps"]:
            components.table(Markup("").join(history.step(step) for step in chosen["steps"]))
        else:
            components.caption("Nobody has taken it up yet.", "Judging it takes it up in the same step.")


def _suggested(suspicion: Row) -> Markup | str:
    if not suspicion["predicate"]:
        return Markup("<span class='it-none'>no relation</span>")
    relation = str(suspicion["predicate"]).replace("_", " ")
    return f"{relation} {tables.shown(suspicion['operator'] or '…', 60)}"


def _near(chosen: Row) -> None:
    near = nearby.look_up(
        str(chosen["url"] or chosen["key"]), str(chosen["platform"]), chosen["suspicions"][0]["operator"]
    )
    if near:
        nearby.draw(near)


def _decided(rows: Sequence[Row]) -> None:
    with components.card("Decided lately", "The latest first, with the reasons"):
        if not rows:
            components.empty(
                "No decision yet",
                "Accepted and rejected suspicions stand here with their reasons.",
                small=True,
            )
            return
        body = [
            (
                words.day(row["at"]),
                tables.account_link(row["account"], tables.shown(row["account"], 48)),
                history.status(row["after"]),
                row["by"],
                Markup("<br>").join(
                    Markup("{} {}").format(lead, tables.shown(row[name], 400))
                    for name, lead in (("reason", ""), ("rival", "What else could explain it:"))
                    if row[name]
                ),
                tables.review_link(row["account"], "take up again") if auth.may("editor") else Markup("–"),
            )
            for row in rows
        ]
        head = ("on", "account", "decision", "by", "because", "")
        components.table(tables.html(head, body, classes=("keep", "", "keep", "", "", "keep")))
