"""What became of an account: its labels and names over time, how it was reviewed, and who did what."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import components, evidence, tables, words
from dashboard import labels as labelled
from tracker import charts

Shown = Mapping[str, Any]
Row = Mapping[str, Any]

LABEL_TONES = {"no label": "red", "paid check only": "ochre", "state-media label": "blue"}
STATUSES = {"accepted": "blue", "suspected": "ochre", "under_review": "ochre", "control": "green"}
SHOWN = 40


def status(name: str | None) -> Markup:
    """Return the status of an account as a badge."""
    return tables.badge((name or "unassessed").replace("_", " "), STATUSES.get(name or "", ""))


def label_of(state: str | None) -> Markup:
    """Return the state of a label as a badge; grey is not checked."""
    said = charts.LABEL_WORDS.get(state or "unknown", "not checked")
    return tables.badge(said, LABEL_TONES.get(said, ""))


def labels(shown: Shown) -> None:
    """Draw what was seen of labels and disclosure, oldest first, as documents gave it and as people looked."""
    platforms = {row["id"]: words.platform(row["platform"]) for row in shown["accounts"] if row}
    seen = [_by_document(row, platforms) for row in shown["labels"]] + [
        _look(row) for row in shown.get("looks", [])
    ]
    if not seen:
        components.empty(
            "Nobody has looked", "No document and no look at the profile says whether a platform labels it. Not "
            "checked is not “no label”.", small=True,
        )  # fmt: skip
        return
    body = [cells for _when, cells in sorted(seen, key=lambda pair: pair[0])]
    components.table(
        tables.html(("when", "label", "as shown", "seen by"), body[-SHOWN:], classes=("keep", "keep"))
    )
    components.caption("Labels as somebody saw them", "on that day; between two looks nothing is known.")


def _by_document(row: Row, platforms: Mapping[int, str]) -> tuple[str, tuple[Any, ...]]:
    on = row["on"] or row["published_on"]
    when = words.day(row["on"]) if row["on"] else Markup("<span class='it-none'>no day given</span>")
    where = platforms.get(row["account_id"], "")
    said = tables.shown(row["words"], 90) or Markup("<span class='it-none'>–</span>")
    return str(on or ""), (
        when,
        Markup("{} {}").format(label_of(row["state"]), where),
        said,
        row["publisher"],
    )


def _look(row: Row) -> tuple[str, tuple[Any, ...]]:
    told = [tables.shown(row.get(name), 120) for name in ("label_words", "bio") if row.get(name)]
    if row.get("discloses"):
        told.append(labelled.DISCLOSURE_WORDS.get(row["discloses"], ("", ""))[0])
        told += [tables.shown(row["discloses_words"], 120)] if row.get("discloses_words") else []
    by = Markup("{}<br>{}").format(
        row.get("entered_by") or "read by a source", tables.opens(row.get("snapshot"))
    )
    return str(row["observed_at"])[:10], (
        words.day(row["observed_at"]), label_of(row.get("label")), " · ".join(told) or None, by,
    )  # fmt: skip


def names(shown: Shown) -> None:
    """Draw the handles, names and ids an account was known under, from when to when."""
    head, body = _known(shown) if shown["account"] else _of_brand(shown)
    if not body:
        components.empty(
            "No handle is known", "No document gives one, so nothing can be collected by it.", small=True
        )
        return
    components.table(tables.html(head, body[:SHOWN], classes=("keep", "", "", "keep")[: len(head)]))
    components.caption("An account is its platform’s id;", "handles and names come and go.")


Table = tuple[tuple[str, ...], Sequence[Sequence[Any]]]


def _of_brand(shown: Shown) -> Table:
    """Return the handle of each account of a brand."""
    rows = [
        (words.platform(row["platform"]), tables.account_link(row["account"], tables.shown(row["handle"], 60)),
         status(row["status"]))
        for row in shown["accounts"] if row and row["handle"]
    ]  # fmt: skip
    return ("platform", "handle", "status"), rows


def _known(shown: Shown) -> Table:
    """Return the names of an account with their time, or those it has now where no document dates them."""
    account = shown["account"]
    rows: list[Sequence[Any]] = [
        (row["kind"].replace("_", " "), tables.shown(row["value"], 60), _span(row), _seen_in(row))
        for row in shown.get("names", [])
    ]
    if not rows:
        now = (("handle", "handle"), ("name", "name"), ("platform’s id", "native_id"))
        rows = [(kind, tables.shown(account[name], 60), "now", "–") for kind, name in now if account[name]]
        rows += [("earlier", tables.shown(key, 60), "no day given", "–") for key in account["known_as"]]
    return ("kind", "known as", "seen", "in"), rows


def _seen_in(row: Row) -> Markup:
    """Name in how many documents a name stands, each with its title, and lead to the looks that showed it."""
    documents, looks = row.get("documents") or [], row.get("looks") or []
    parts = [
        Markup('<span title="{}">{}</span>').format(
            "; ".join(documents), words.count(len(documents), "document")
        )
    ]
    parts = parts if documents else []
    return Markup(", ").join([*parts, *(tables.opens(look) for look in looks[-3:])])


def _span(row: Row) -> str:
    first, last = row.get("first_seen"), row.get("last_seen")
    if not first:
        return "no day given"
    return words.day(first) if not last or last == first else f"{words.day(first)} – {words.day(last)}"


def reviewed(suspicions: Sequence[Row], steps: Sequence[Row]) -> None:
    """Draw who suspected an account and why, and each step of the review: who, when, from what to what, why."""
    if not suspicions:
        components.caption(
            "Nobody brought it in by the form.", "It stands here by the documents named above."
        )
        return
    components.table(
        tables.html(
            ("on", "brought in by", "because", "document"),
            [
                (
                    words.day(row["submitted_at"]),
                    row["submitted_by"],
                    tables.shown(row["reason"], 400),
                    of(row),
                )
                for row in suspicions[:SHOWN]
            ],
            classes=("keep",),
        )
    )
    if steps:
        components.table(Markup("").join(step(one) for one in steps[-SHOWN:]))
    else:
        components.caption("No decision yet.", "A second person reviews it before it counts anywhere.")


def step(row: Row) -> Markup:
    """Return a step of a review: when, from what to what, by whom, and why."""
    why = [
        Markup("<p><b>{}</b> {}</p>").format(lead, row[name])
        for name, lead in (("reason", "Reason:"), ("rival", "What else could explain it:"))
        if row[name]
    ]
    return Markup('<div class="it-step"><span>{}</span> {} → {} <em>by {}</em>{}</div>').format(
        words.day(row["at"]), status(row["before"]), status(row["after"]), row["by"], Markup("").join(why)
    )


def of(row: Row) -> Markup:
    """Name the document of a row: title, publisher, date, and its address as text."""
    address = (
        Markup("<br><span class='it-none'>{}</span>").format(tables.defang(str(row["url"])))
        if row["url"]
        else ""
    )
    return Markup("{}, {}, {}{}").format(
        tables.shown(row["title"], 90), row["publisher"], evidence.dated(row["published_on"]), address
    )


def audit(rows: Sequence[Row]) -> None:
    """Offer the trail of who did what; nobody can edit it."""
    trail = st.expander(f"Audit trail, never edited ({len(rows):,})", key="audit-open", on_change="rerun")
    if trail.open:
        told = [
            {**row, "details": ", ".join(f"{name}: {value}" for name, value in row["details"].items())}
            for row in rows
        ]
        with trail:
            components.framed(
                ("at", "actor", "action", "subject", "details"), told, key="audit", name="audit"
            )
