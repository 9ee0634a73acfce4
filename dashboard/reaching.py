"""Whom ads try to reach: whose audiences are sought by whom, and criteria that may stand for something sensitive."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import components, data, tables, words
from tracker import charts
from tracker.findings import Finding

SHOWN, RANKS = 3, 10
WAYS = {
    "follower_lookalike": "people like its followers",
    "people_who_like": "people who like it",
    "friends_of_people_who_like": "their friends",
    "lookalike_of_people_who_like": "people like those who like it",
    "interest_in_page": "an interest of its name",
}


def audiences(finding: Finding) -> None:
    """Draw who sought whose audience as a graph with the ranked table beside it."""
    if not finding.rows:
        components.heading("Whose audiences are sought?")
        components.empty(
            "No audience sought was published",
            "These ads name no account or page whose audience they aim at, or the repository does not publish it.",
            small=True,
        )
        return
    brands = data.brands()
    rows = [{**row, "name": _seeker(row, brands)} for row in finding.rows]
    left, right = st.columns(2, gap="large")
    with left:
        components.chart(
            charts.audience_graph(rows, as_of=finding.as_of, n=finding.n, look=components.look()),
            key="audience-graph",
            alt="Advertisers on the left, the handles and pages whose audiences they sought on the right",
        )
        components.caption(
            "A link is a wish of the advertiser, not a tie.",
            "Wide is many ads. To seek an audience says nothing of the account that has it; many did not ask for it. "
            "People who like a page are not people like its followers: the colours say which was asked for.",
        )
    with right:
        components.heading("Who sought them most?", words.of_audiences(finding))
        _ranked(rows)
        components.caption("Read with care:", " ".join(finding.caveats))
    components.rows(finding, key="audiences", label="All audiences sought")


def _seeker(row: Mapping[str, Any], brands: Mapping[str, str]) -> str:
    """Return who sought an audience: the account of the ads, or their payer where they have none."""
    if row["account"]:
        return words.account(row, brands)
    return f"payer {row['payer']}" if row["payer"] else "payer not published"


def _ranked(rows: Sequence[Mapping[str, Any]]) -> None:
    """Draw who sought whose audience and how, the most ads first."""
    found: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["handle"], row["polarity"], row["name"]), []).append(row)
    ranked = sorted(found.values(), key=lambda ways: -ways[0]["ads_in_any_way"])
    most = max((ways[0]["ads_in_any_way"] for ways in ranked), default=1)
    body = [
        (
            Markup("{}<br><span class='it-none'>{}{}</span>").format(
                tables.shown(ways[0]["handle"]),
                "left out: " if ways[0]["polarity"] == "exclude" else "",
                ", ".join(WAYS[name] for name in WAYS if name in {way["sought_as"] for way in ways}),
            ),
            Markup("{}<br><span class='it-none'>{} – {}</span>").format(
                ways[0]["name"],
                words.day(min(way["first_shown"] for way in ways)),
                words.day(max(way["last_shown"] for way in ways)),
            ),
            ways[0]["ads_in_any_way"],
            tables.bar(ways[0]["ads_in_any_way"] / most),
        )
        for ways in ranked[:RANKS]
    ]
    head = ("audience sought", "sought by, first – last shown", "ads", "")
    components.table(tables.html(head, body, classes=("", "", "num", "short spare"), narrow="plain"))


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


def mark(finding: Finding) -> None:
    """Say below the heat map what its mark means, where there is one."""
    if finding.rows:
        components.caption(
            f"{charts.MARK} may stand for a sensitive category",
            "by a word in it; the list below says which word, and that is no verdict.",
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
