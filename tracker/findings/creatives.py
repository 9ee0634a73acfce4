"""Findings of what ads show: near-copies as one creative, and the domains that ads lead to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import ibis

from tracker.analysis import creatives, scope
from tracker.errors import BadInput
from tracker.findings.ads import NO_POST, promoted_posts
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground
from tracker.registry.handles import host_of, site_of

Row = Mapping[str, Any]
MOST = 1_000
"""How many creatives are listed at most."""


def near_copies(question: Question) -> Finding:
    """Group ads that say nearly the same, each group with its earliest text and the post that it promotes."""
    items = _asked(question)
    asked = scope.with_account(creatives.shown(items, MOST), question.tables["accounts"])
    rows = question.rows(asked.order_by(ibis.desc("alike"), "earliest", "first"))
    groups = _groups(rows)
    addresses = sorted({row["creative_url"] for row in rows if row["creative_url"]})
    posts = promoted_posts(question, scope.listed(addresses, "creative_url")) if addresses else {}
    texts = {row["copy_group"]: row["versions"] for row in question.rows(creatives.versions(items))}
    said = rows[0]["said"] if rows else 0
    (total,) = question.rows(items.aggregate(ads=items.count()))
    found = [_creative(group, posts, texts) for group in groups]
    n = sum(row["ads"] for row in found)
    return answer(
        question,
        n=n,
        columns=(
            "creative", "ads", "accounts", "first_shown", "last_shown", "text", "distance", "versions", "post",
            "post_published", "creative_url",
        ),
        rows=found,
        method=(
            f"Texts whose bigrams have a Jaccard index of at least {creatives.LEAST_ALIKE} with those of the text that leads "
            "the group, the first of its kind that came into the record (of words; of characters where no spaces part words; "
            f"without addresses and mentions), found by MinHash; below {creatives.FEWEST_BIGRAMS} bigrams only the same text. "
            "`text` is that of the earliest ad, `distance` 1 less the lowest index in the group. "
            "Ads without a text are grouped by their creative. `post` is the post of the record that the ad promotes. "
            f"At most {MOST:,} groups are listed, those of most ads; `ads_left_out` says how many ads the others have."
        ),
        ground=ground(question, "ad", items),
        coverage={"creatives": len(found), "promote_a_known_post": sum(row["post"] is not None for row in found),
                  "without_text_or_creative": total["ads"] - said, "ads_left_out": said - n},
        caveats=("Translations and paraphrases are not found: only what is worded alike.",
                 "Where a post is not linked, it is not in the record; it may exist."),
    )  # fmt: skip


def landing_domains(question: Question) -> Finding:
    """List the domains that ads lead to, with the accounts that lead there; nothing is fetched."""
    items = _asked(question)
    by_host = defaultdict[str, list[Row]](list)
    unread = 0
    for row in question.rows(_with_account(question, creatives.landings(items), "landing_url", "account")):
        host = _host(row["landing_url"])
        by_host[host or ""].append(row)
        unread += 0 if host else row["ads"]
    by_host.pop("", None)
    rows = [
        {"domain": host, "defanged": host.replace(".", "[.]"), "site": site_of(host), **_sums(found)}
        for host, found in by_host.items()
    ]
    rows.sort(key=lambda row: (-row["ads"], row["domain"]))
    return answer(
        question,
        n=sum(row["ads"] for row in rows),
        columns=("domain", "defanged", "ads", "accounts", "first_shown", "last_shown", "site"),
        rows=rows,
        method="Hosts of the landing addresses as published, without `www.`. No address was opened, and none is followed.",
        ground=ground(question, "ad", items),
        coverage={"domains": len(rows), "unreadable": unread},
        caveats=("A shortened address hides where it leads. An ad may lead to anybody's site: a domain is not an operator.",),
    )  # fmt: skip


def _asked(question: Question) -> ibis.Table:
    items = scope.ads(question.tables, question.scope)
    limits = question.scope
    return items if limits.since is None and limits.until is None else scope.dated(items, limits)


def _with_account(question: Question, rows: ibis.Table, *order: str) -> ibis.Table:
    named = scope.with_account(rows, question.tables["accounts"])
    return named.order_by(*(named[name].asc(nulls_first=False) for name in order))


def _groups(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the rows of each creative, in their order."""
    groups = defaultdict[tuple[Any, Any], list[dict[str, Any]]](list)
    for row in rows:
        groups[row["copy_group"], row["shown"]].append(row)
    return list(groups.values())


def _creative(
    group: list[dict[str, Any]], posts: Mapping[str, Row], texts: Mapping[int, int]
) -> dict[str, Any]:
    first = min(group, key=lambda row: row["first"])
    pictured = min((row for row in group if row["pictured"]), key=lambda row: row["pictured"], default=None)
    creative = None if pictured is None else pictured["creative_url"]
    copied = first["copy_group"]
    return {
        "creative": f"ad-{creatives.ad_of(first['first'])}",
        "text": None if copied is None else first["text"],
        "creative_url": creative,
        "distance": max((row["distance"] for row in group if row["distance"] is not None), default=None),
        "versions": 0 if copied is None else texts.get(copied, 1),
        **posts.get(creative or "", NO_POST),
        **_sums(group),
    }


def _sums(rows: Iterable[Row]) -> dict[str, Any]:
    """Return `ads`, `accounts` (those of most ads first), `first_shown` and `last_shown` of rows."""
    ads, total, first, last = Counter[str](), 0, [], []
    for row in rows:
        total += row["ads"]
        if row["account"]:
            ads[row["account"]] += row["ads"]
        first += [row["first_shown"]] if row["first_shown"] else []
        last += [row["last_shown"]] if row["last_shown"] else []
    accounts = sorted(ads, key=lambda account: (-ads[account], account))
    return {
        "ads": total,
        "accounts": accounts,
        "first_shown": min(first, default=None),
        "last_shown": max(last, default=None),
    }


def _host(address: str) -> str | None:
    try:
        return host_of(address)
    except BadInput:
        return None
