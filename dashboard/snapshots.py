"""One observation as it was published, or two side by side, with the question behind them and their evidence.

What to show stands in the address: `?id=ad-179`, with `&before=listing-6` for a change, or `?sha256=…&line=3`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import components, data, tables, words
from tracker import charts
from tracker.errors import BadInput

Snapshot = Mapping[str, Any]
Cells = dict[str, Any]

KINDS = {
    "ad": "this ad", "post": "this post", "listing": "this answer", "profile": "this profile",
    "standing": "whether this is there",
}  # fmt: skip
FIELD_WORDS = {
    "advertiser_name": "advertiser as published", "beneficiary": "on behalf of", "payer": "payer as published",
    "creative_url": "creative", "landing_url": "landing page", "posted_at": "posted", "first_shown": "first shown",
    "last_shown": "last shown", "url": "address", "published_at": "published", "covers_from": "first day asked about",
    "published_as_printed": "published, as printed", "covers_to": "last day asked about", "shown": "items in the answer",
    "series": "compared within", "removal": "why it was removed", "label": "label of the platform",
    "label_words": "in the words of the label", "discloses": "bio or about page", "discloses_words": "in these words",
    "entered_by": "entered by", "standing": "by the platform", "said": "in its words", "verified": "verification",
    "joined_at": "says it joined", "version": "version that the platform states", "withheld_in": "withheld in",
}  # fmt: skip
LONGEST_LIST = 40
"""How many criteria of one kind are written out in a cell; the rest stand in the rows."""
BIGGEST_DIGITS = 12


def page() -> None:
    """Draw what the address asks for, or say in words why it cannot be shown."""
    asked = st.query_params
    try:
        if "sha256" in asked:
            _record_page(asked["sha256"], asked.get("line", "1"))
        elif "before" in asked:
            _pair_page(data.snapshot(asked["before"]), data.snapshot(asked.get("id", "")))
        else:
            _single_page(data.snapshot(asked.get("id", "")))
    except BadInput as error:
        components.page_head(
            "Which observation?", "Every number here leads to one; this address leads to none."
        )
        components.empty(
            "Nothing to show at this address", f"{error.found}. Open it from a change, an ad or an answer."
        )


def _single_page(shown: Snapshot) -> None:
    components.page_head(f"What was seen of {KINDS[shown['kind']]}?", _line(shown))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        with components.card(_name(shown), "Every value as it was published"):
            components.table(tables.html(("", ""), list(_cells(shown).items()), classes=("keep",)))
            _criteria((shown,))
        _record(shown)
    with right:
        _behind(shown)
        _others(shown)


def _pair_page(before: Snapshot, after: Snapshot) -> None:
    alike = before["kind"] == after["kind"]
    same = after["snapshot"] in {row["snapshot"] for row in before["others"]}
    components.page_head("What differs between two observations?", f"{_line(before)} → {_line(after)}")
    if alike:
        with components.card(f"{_name(before)} → {_name(after)}", _differing(before, after)):
            components.table(_compared(before, after))
            _criteria((before, after))
            if not same:
                components.caption(
                    "Not one item at two times:",
                    "what was known before stands beside the first that differs from it.",
                )
    else:
        components.caption(
            "An answer beside an item:",
            "one of the two is an answer of the source that did not hold what the other shows; fields are not compared.",
        )
    for side, shown in zip(st.columns(2, gap="medium"), (before, after), strict=True):
        with side:
            if not alike:
                with components.card(_name(shown), _line(shown)):
                    components.table(tables.html(("", ""), list(_cells(shown).items()), classes=("keep",)))
                    _criteria((shown,))
            _record(shown)
            _behind(shown)


def _record_page(sha256: str, line: str) -> None:
    if not (line.isascii() and line.isdigit() and len(line) <= BIGGEST_DIGITS):
        raise BadInput(f"{line[:40]!r} is not the number of a line")
    found = data.evidence_line(sha256, int(line))
    components.page_head("What does the evidence say?", f"line {int(line):,} of the kept file")
    with components.card("The record as it was published", f"SHA-256 {sha256}"):
        _inert(found)
    answers = [row for row in data.table("listings") if row["evidence"] == sha256]
    if answers:
        with components.card("What rests on this file", words.count(len(answers), "answer")):
            body = [
                (words.day(row["observed_at"]), row["source"], tables.opens(f"listing-{row['listing_id']}"))
                for row in answers[:LONGEST_LIST]
            ]
            components.table(tables.html(("of", "source", "answer"), body, classes=("keep",)))


def _line(shown: Snapshot) -> str:
    at = shown["observed_at"]
    account = words.account(shown["account"]) if shown["account"] else "whole data set"
    return f"{account} · observed {at.day} {at:%b %Y, %H:%M} UTC · {shown['snapshot']}"


def _name(shown: Snapshot) -> str:
    return str(shown["snapshot"]).replace("-", " ").capitalize()


def _cells(shown: Snapshot) -> Cells:
    """Return what stands beside each field of a snapshot: values, numbers and criteria, as published."""
    cells: Cells = {
        FIELD_WORDS.get(name, name.replace("_", " ")): _value(name, value)
        for name, value in shown["values"].items()
    }
    cells |= {f"{tables.shown(name)} (further column)": value for name, value in shown["extra"].items()}
    for metric in shown["metrics"]:
        where = f" in {metric['country']}" if metric["country"] else ""
        where += f", {metric['segment']}" if metric["segment"] else ""
        cells[f"{metric['name']}{where}"] = f"{metric['as_published']} {_unit(metric)}".strip()
    for group, values in _groups(shown).items():
        cells[group] = _listed(values)
    return cells


def _unit(metric: Mapping[str, Any]) -> str:
    return "" if metric["unit"] == metric["name"] else str(metric["unit"])


def _value(name: str, value: Any) -> Any:
    if name == "label" and value is not None:
        return charts.STATE_WORDS.get(value, value)
    if name in ("discloses", "standing") and value is not None:
        return str(value).replace("_", " ")
    if name.endswith(("_at", "_shown", "covers_from", "covers_to")) and value is not None:
        return words.day(value)
    return tables.as_text(name, value)


def _groups(shown: Snapshot) -> dict[str, list[str]]:
    """Return the criteria by kind and polarity, each with its published value."""
    found: dict[str, list[str]] = {}
    for target in shown["targets"]:
        side = {"include": "", "exclude": ", excluded"}.get(target["polarity"], ", use not published")
        found.setdefault(f"{target['kind'].replace('_', ' ')}{side}", []).append(str(target["value"]))
    return found


def _listed(values: Sequence[str]) -> str:
    left = len(values) - LONGEST_LIST
    some = " · ".join(tables.shown(value, 80) for value in values[:LONGEST_LIST])
    return f"{some} and {left:,} more" if left > 0 else some


def _compared(before: Snapshot, after: Snapshot) -> Markup:
    """Return the table of two snapshots of one kind, in which a field that differs is marked in words and colour."""
    first, second = _cells(before) | _one_sided(before, after), _cells(after) | _one_sided(after, before)
    differing = _different(before, after)
    body = [
        (
            Markup("{} {}").format(field, tables.badge("differs", "ochre")) if field in differing else field,
            _marked(first.get(field), field in differing),
            _marked(second.get(field), field in differing),
        )
        for field in sorted({**first, **second}, key=lambda field: field not in differing)
    ]
    head = ("", str(before["snapshot"]), str(after["snapshot"]))
    return tables.html(head, body, classes=("", "half", "half"))


def _one_sided(mine: Snapshot, theirs: Snapshot) -> Cells:
    """Return for each kind of criteria that differs how many there are, and those that only this side has."""
    own, other = _groups(mine), _groups(theirs)
    found: Cells = {}
    for group, values in own.items():
        known = set(other.get(group, ()))
        only = [value for value in values if value not in known]
        if known and values != other[group]:
            found[group] = f"{len(values):,} in all, only here: {_listed(only) or 'none'}"
    return found


def _different(before: Snapshot, after: Snapshot) -> set[str]:
    first, second = _cells(before) | _groups(before), _cells(after) | _groups(after)
    return {field for field in {**first, **second} if first.get(field) != second.get(field)}


def _differing(before: Snapshot, after: Snapshot) -> str:
    number = len(_different(before, after))
    return f"{words.count(number, 'field')} of {len({**_cells(before), **_cells(after)}):,} differ, first in the table"


def _marked(value: Any, differs: bool) -> Any:
    shown = tables.NOT_SHOWN if value is None or value == "" else value
    return Markup('<span class="it-differs">{}</span>').format(shown) if differs else shown


def _criteria(sides: Sequence[Snapshot]) -> None:
    rows = [{"snapshot": shown["snapshot"], **target} for shown in sides for target in shown["targets"]]
    if rows:
        columns = ("snapshot", "kind", "value", "polarity", "as_published")
        components.frame_of(columns, rows, key=f"criteria-{sides[0]['snapshot']}", label="Every criterion")


def _behind(shown: Snapshot) -> None:
    """Draw the question that brought the snapshot, with its outcome, and the evidence it rests on."""
    query, evidence = shown["query"], shown["evidence"]
    body = [
        ("source", query["source"]),
        (
            "asked with",
            ", ".join(f"{name}={value}" for name, value in query["scope"].items()) or "the whole file",
        ),
        ("the answer is of", _time(query["observed_at"])),
        ("brought in", _time(query["started_at"])),
        ("by version", query["tool_version"]),
        ("outcome", (query["outcome"] or "interrupted").replace("_", " ")),
        ("records read", query["read"]),
        ("kept out of the counts", query["quarantined"]),
        ("in words", query["message"]),
        ("the whole answer", tables.opens(f"listing-{shown['listing']}") if shown["listing"] else None),
        *_pages(shown),
    ]
    with components.card("How it was asked", "The question, and what became of it"):
        components.table(
            tables.html(("", ""), [row for row in body if row[1] is not None], classes=("keep",))
        )
    if evidence:
        body = [
            ("SHA-256", _hash(shown)),
            ("file", evidence["name"]),
            ("size", f"{evidence['n_bytes']:,} bytes"),
            ("line", shown["line"] or "the record keeps no line for this"),
        ]
        with components.card(
            "The evidence", "Kept byte for byte; `tracker verify` re-hashes it".replace("`", "")
        ):
            components.table(tables.html(("", ""), body, classes=("keep",)))


def _pages(shown: Snapshot) -> list[tuple[str, Any]]:
    """Return the answers that came page by page, where it takes more than one to hold all that was shown."""
    pages = shown["pages"] if len(shown["pages"]) > 1 else []
    some = [
        (f"page {number:,}", tables.record_link(page["sha256"], 1, words=page["sha256"][:16]))
        for number, page in enumerate(pages[:LONGEST_LIST], 1)
    ]
    left = len(pages) - LONGEST_LIST
    return [*some, ("more pages", f"{left:,}")] if left > 0 else some


def _is_screenshot(shown: Snapshot) -> bool:
    return shown["kind"] == "profile" and shown["listing"] is None


def _hash(shown: Snapshot) -> Markup:
    """Return the whole hash: as a link to the record where the file is text, a picture's as it is."""
    sha256 = shown["evidence"]["sha256"]
    if _is_screenshot(shown):
        return Markup('<span class="it-hash">{}</span>').format(sha256)
    return tables.record_link(sha256, shown["line"], words=sha256)


def _record(shown: Snapshot) -> None:
    """Draw the record as it stands in the evidence, or the beginning of the file where the record keeps no line."""
    if not shown["evidence"]:
        return
    if _is_screenshot(shown):
        _screenshot(shown["evidence"])
        return
    line = shown["line"] or 1
    title = "The record as it was published" if shown["line"] else "How the file begins"
    with components.card(title, f"{shown['evidence']['name'] or 'no name'}, line {line:,}"):
        _inert(data.evidence_line(shown["evidence"]["sha256"], line))


def _screenshot(evidence: Mapping[str, Any]) -> None:
    """Draw the screenshot that a look rests on, by its pixels alone."""
    with components.card("The screenshot", f"SHA-256 {evidence['sha256']}"):
        drawn = data.picture(evidence["sha256"])
        if drawn is None:
            components.empty(
                "It cannot be drawn here", "Its bytes are kept as they came; a PDF is not drawn.", small=True
            )
        else:
            st.image(drawn, width="stretch", alt="The screenshot of the profile")


def _inert(text: str) -> None:
    st.code(text, language=None, wrap_lines=True, height=260 if len(text) > 1_500 else "content")


def _others(shown: Snapshot) -> None:
    """Offer the other looks at the same item, each beside this one."""
    others = [row for row in shown["others"] if row["snapshot"] != shown["snapshot"]]
    if not others:
        return
    with components.card(
        "Seen at other times", f"{words.count(len(others), 'more snapshot')} of {KINDS[shown['kind']]}"
    ):
        body = [
            (_time(row["observed_at"]), tables.snapshots(*sorted_pair(row, shown)))
            for row in others[:LONGEST_LIST]
        ]
        components.table(tables.html(("observed", "compared"), body, classes=("keep",)))


def sorted_pair(one: Snapshot, other: Snapshot) -> tuple[str, str]:
    """Return the ids of two looks, the earlier first."""
    first, second = sorted((one, other), key=lambda row: row["observed_at"])
    return first["snapshot"], second["snapshot"]


def _time(at: Any) -> str:
    return f"{at.day} {at:%b %Y, %H:%M} UTC"
