"""What is collected of an account and what is not: by source, with the months and the topics of its ads."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import collected, components, data, registrydata, tables, words
from tracker import charts
from tracker.errors import BadInput
from tracker.findings import Finding

Shown = Mapping[str, Any]
Row = Mapping[str, Any]


def draw(shown: Shown) -> None:
    """Draw the ads by month and topic where there are any, and what was asked of which source."""
    own = [shown["account"]] if shown["account"] else [row for row in shown["accounts"] if row]
    asked, held = registrydata.collected(shown["ids"])
    if any(row["kind"] == "ads" for row in held):
        _ads(_name(shown))
    elif any(row["kind"] == "posts" for row in held):
        _posts(_name(shown))
    with components.card("What is collected, and what is not?", "By source; what nobody asked is no zero"):
        _sources(asked, held, [row["platform"] for row in own])


def payers(shown: Shown) -> list[str]:
    """Return who paid for its ads, as an ad repository published it, the most ads first."""
    found = _finding("payers", _name(shown)).rows
    since = {row["payer"]: row["first_shown"] for row in found if row["payer"]}
    return [f"{tables.shown(payer, 60)} since {words.day(first)}" for payer, first in since.items()]


def _name(shown: Shown) -> str:
    """Return by what findings know what is shown: the account, or the id of the brand."""
    return str((shown["account"] or {}).get("account") or (shown["brand"] or {}).get("id"))


def _ads(name: str) -> None:
    ads, topics = _finding("ads-per-month", name), _finding("topics", name)
    coverage = _finding("coverage", name)
    left, right = st.columns([11, 9], gap="medium")
    with left, st.container(border=True, height="stretch"):
        components.chart(
            charts.ads_per_month(
                ads.rows, as_of=ads.as_of, topics=topics.rows, payers=_finding("payers", name).rows,
                coverage=coverage.rows, look=components.look(),
            ),
            key="account-ads",
            alt="Ads first shown per month, by topic",
        )  # fmt: skip
        components.caption("What it does not show:", " ".join(ads.caveats))
        components.rows(ads, key="account-ads")
    with right, st.container(border=True, height="stretch"):
        _share(topics, coverage)


def _posts(name: str) -> None:
    topics, coverage = _finding("topics", name, items="posts"), _finding("coverage", name)
    posts = _finding("posts-per-month", name)
    left, right = st.columns([11, 9], gap="medium")
    with left, st.container(border=True, height="stretch"):
        if posts.rows:
            components.chart(
                charts.posts_per_month(
                    posts.rows, as_of=posts.as_of, coverage=coverage.rows, look=components.look()
                ),
                key="account-posts",
                alt="Posts per month, with the days on which we asked below",
            )
            components.caption(
                "A month without a bar is silence",
                "only where the band says that it was asked, or that an archive covers it.",
            )
            components.rows(posts, key="account-posts")
        else:
            components.empty("No post has a day", "Nothing says when these posts were published.", small=True)
    with right, st.container(border=True, height="stretch"):
        _share(topics, coverage)


def _share(topics: Finding, coverage: Finding) -> None:
    """Draw the share of the topic that most items carry, or of what nobody coded."""
    if not topics.rows:
        components.empty("No topic", "None of it has been coded.", small=True)
        return
    totals: dict[str, int] = {}
    for row in topics.rows:
        totals[row["code"]] = totals.get(row["code"], 0) + row["items"]
    most = max(totals, key=lambda code: totals[code])
    components.chart(
        charts.topic_share(
            topics.rows, code=most, as_of=topics.as_of, coverage=coverage.rows,
            look=components.look(),
        ),
        key="account-topic",
        alt=f"Share of {most} per month",
    )  # fmt: skip
    counted = ", ".join(
        f"{code} {items:,}" for code, items in sorted(totals.items(), key=lambda pair: -pair[1])
    )
    components.caption("Counted so far:", f"{counted} of {topics.n:,}. {' '.join(topics.caveats)}")


def _sources(asked: Sequence[Row], held: Sequence[Row], platforms: Sequence[str]) -> None:
    sources = dict.fromkeys([*(row["source"] for row in asked), *(row["source"] for row in held)])
    never = [name for name in registrydata.sources_of(platforms) if name not in sources]
    body = [_asked(name, asked, held) for name in sources] + [_never(name) for name in never]
    if not body:
        components.empty(
            "No source can be asked about it yet",
            "The tracker reads no source of this platform. That says nothing of what the account published.",
            small=True,
        )
        return
    head = ("source", "about the days", "held", "answers", "last look")
    components.table(tables.html(head, body, classes=("keep", "", "", "", "keep")))


def _asked(name: str, asked: Sequence[Row], held: Sequence[Row]) -> Sequence[Any]:
    mine = [row for row in asked if row["source"] == name]
    items = [f"{row['items']:,} {row['kind']}" for row in held if row["source"] == name]
    first = min((row["covers_from"] for row in mine if row["covers_from"]), default=None)
    last = max((row["covers_to"] for row in mine if row["covers_to"]), default=None)
    outcomes = Markup(" ").join(
        Markup("{} {}").format(
            f"{row['answers']:,}",
            tables.badge(
                str(row["outcome"]).replace("_", " "), collected.TONES.get(str(row["outcome"]), "red")
            ),
        )
        for row in mine
    )
    latest = max(mine, key=lambda row: str(row["last_look"]), default=None)
    look = (
        Markup("{} {}").format(
            words.day(latest["last_look"]), tables.opens(f"listing-{latest['listing_id']}")
        )
        if latest
        else None
    )
    days = f"{words.day(first)} – {words.day(last)}" if first and last else "not published"
    return name, days, ", ".join(items) or "nothing", outcomes or "by a data set, not by a question", look


def _never(name: str) -> Sequence[Any]:
    never = Markup("<span class='it-none'>never asked about this account</span>")
    return name, tables.badge("never asked"), never, Markup("–"), Markup("–")


def _finding(name: str, account: str, **options: str) -> Finding:
    """Return a finding about the account; without one where the lake does not know the account yet."""
    try:
        return data.finding(name, account=account, **options)
    except BadInput:
        return data.NOTHING
