"""Whom ads try to reach: whose audiences are sought by whom, and criteria that may stand for something sensitive."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import components, data, sections, tables, words
from tracker import charts
from tracker.findings import Finding

SHOWN = 3


def audiences(finding: Finding) -> None:
    """Draw who sought whose audience as a graph with the ranked table beside it."""
    brands = data.brands()
    rows = [{**row, "name": words.account(row, brands)} for row in finding.rows]
    left, right = st.columns(2, gap="large")
    with left:
        components.chart(
            charts.audience_graph(rows, as_of=finding.as_of, n=finding.n, look=components.look()),
            key="audience-graph",
            alt="Accounts on the left, the handles whose audiences they sought on the right",
        )
        components.caption(
            "A link is a wish of the advertiser, not a tie.",
            "Wide is many ads. To seek an audience says nothing of the account that has it; many did not ask for it.",
        )
    with right:
        sections.audiences(finding)


def sensitive(finding: Finding) -> None:
    """Draw the criteria that may stand for a sensitive category, with the word that says so."""
    if not finding.rows:
        components.empty(
            "No criterion names a word of the list",
            "That is not proof of the absence: what is worded otherwise, and what was not published, is not found.",
            small=True,
        )
        return
    brands = data.brands()
    found = _whole(finding)
    shown = [row for category in _categories(found) for row in category[:SHOWN]]
    most = found[0]["ads"]
    body = [
        (
            tables.badge(row["category"], "ochre"),
            Markup("{}{}<br><span class='it-none'>{}</span>").format(
                "not: " if row["polarity"] == "exclude" else "",
                tables.shown(row["value"].removeprefix(f"{row['kind']}:"), 70),
                row["kind"].replace("_", " "),
            ),
            row["word"],
            _named(row["accounts"], brands),
            words.span(row["first"], row["last"]),
            row["ads"],
            tables.bar(row["ads"] / most),
        )
        for row in shown
    ]
    head = ("may stand for", "criterion as published", "word", "accounts", "months", "ads", "")
    components.table(tables.html(head, body, classes=("keep", "", "keep", "", "", "num", "bar")))
    components.caption(
        f"{len(shown):,} of {words.count(len(found), 'criterion', 'criteria')}, at most {SHOWN} of a category.",
        " ".join(finding.caveats),
    )


def of_sensitive(finding: Finding) -> str:
    """Say how many ads and criteria a word of the list names, of how many, and on what ground the list stands."""
    facts = finding.coverage
    return (
        f"{facts.get('ads_flagged', 0):,} of {words.count(finding.n, 'ad')} · {facts.get('values_flagged', 0):,} of "
        f"{words.count(facts.get('values_read', 0), 'criterion', 'criteria')} read · categories of GDPR Art. 9, to which DSA Art. 26(3) refers"
    )


def _whole(finding: Finding) -> list[dict[str, Any]]:
    """Return the criteria over all months, those of most ads first."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in finding.rows:
        key = tuple(str(row[name]) for name in ("category", "kind", "value", "polarity"))
        whole = found.setdefault(
            key, {**row, "ads": 0, "accounts": {}, "first": row["month"], "last": row["month"]}
        )
        whole["ads"] += row["ads"]
        whole["accounts"].update(dict.fromkeys(row["accounts"]))
        whole["first"], whole["last"] = (
            min(whole["first"], row["month"]),
            max(whole["last"], row["month"]),
        )
    return sorted(found.values(), key=lambda row: -row["ads"])


def _categories(found: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the criteria by category, in the order of their most used one."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        groups.setdefault(row["category"], []).append(row)
    return list(groups.values())


def _named(accounts: Mapping[str, None], brands: Mapping[str, str]) -> str:
    named = [words.account({"account": account}, brands) for account in list(accounts)[:2]]
    left = len(accounts) - len(named)
    return ", ".join(named) + (f" and {left:,} more" if left > 0 else "")
