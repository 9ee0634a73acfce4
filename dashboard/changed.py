"""What changed between observations: the least expected first, many of one kind as one line."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard import components, data, tables, words
from tracker import charts
from tracker.findings import Finding

LEAST_EXPECTED = (
    "silence", "blindness", "account_gone", "account_back", "label_gone", "first_ad", "payer_new", "beneficiary_new", "targeting_widened", "label_changed", "label_new",
    "verification_changed",
    "disclosure_gone", "disclosure_new", "renamed", "bio_edited", "country_new", "target_new", "spend_risen", "ad_returned", "ad_gone",
    "post_gone", "post_back", "post_edited", "post_marked", "ad_changed", "ad_new", "ad_expired",
)  # fmt: skip
CHANGE_WORDS: Mapping[str, tuple[str, str]] = {
    "silence": ("account fell silent", "red"),
    "blindness": ("we stopped seeing it", "ochre"),
    "account_gone": ("account no longer there", "red"),
    "account_back": ("account there again", "blue"),
    "label_gone": ("label gone", "red"),
    "label_changed": ("label changed", "ochre"),
    "label_new": ("label appeared", "blue"),
    "verification_changed": ("verification changed", "ochre"),
    "disclosure_gone": ("operator no longer named", "red"),
    "disclosure_new": ("operator now named", "blue"),
    "payer_new": ("new payer", "red"),
    "beneficiary_new": ("new beneficiary", "red"),
    "first_ad": ("first ad seen", "red"),
    "targeting_widened": ("targeting, to every country", "red"),
    "country_new": ("first use of a country", "blue"),
    "target_new": ("first use of a criterion", "blue"),
    "spend_risen": ("spend, a higher band", "blue"),
    "renamed": ("renamed", "ochre"),
    "bio_edited": ("bio edited", "ochre"),
    "ad_gone": ("ad no longer shown", "ochre"),
    "ad_expired": ("ad left after its year", ""),
    "ad_returned": ("ad shown again", "blue"),
    "post_gone": ("post no longer shown", "ochre"),
    "post_back": ("post shown again", "blue"),
    "post_edited": ("post edited", "ochre"),
    "post_marked": ("marks on a post changed", "ochre"),
    "ad_changed": ("ad changed", "ochre"),
    "ad_new": ("new ad", "green"),
}
OF_ONE_AD = (
    "ad_new", "ad_changed", "ad_gone", "ad_expired", "ad_returned", "spend_risen", "post_gone", "post_back", "post_edited",
    "post_marked",
)  # fmt: skip
MANY = (*OF_ONE_AD, "country_new", "target_new")
NOUNS = {
    "country_new": "countries", "target_new": "criteria", "post_gone": "posts", "post_back": "posts",
    "post_edited": "posts", "post_marked": "posts",
}  # fmt: skip
SHOWN = 7


def changes(finding: Finding) -> None:
    """Draw what changed this week and then the least expected of before, many of one kind as one line."""
    week = words.this_week(finding)
    before = finding.rows[: len(finding.rows) - len(week)]
    lines = [*_grouped(week), *_grouped(before)]
    body = [_change(rows) for rows in lines[:SHOWN]]
    head = ("when", "what", "account or ad", "from → to", "snapshots")
    components.table(tables.html(head, body, classes=("keep", "keep", "name", "", "keep")))
    left = "All of them are in the rows." if len(lines) > SHOWN else ""
    components.caption(
        f"{len(week):,} this week, {len(before):,} before.",
        f"A change is dated by the observation that first showed it, not by when it was made. {left}",
    )


def _grouped(found: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Return the changes in groups of one kind, day and account, the least expected and then the latest first."""
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in found:
        key = (_badge(row), str(row["at"])[:10], row["account"])
        alone = row["type"] not in MANY
        groups.setdefault((*key, row["subject"], row["after"]) if alone else key, []).append(row)
    latest_first = sorted(groups.values(), key=lambda rows: str(rows[0]["at"]), reverse=True)
    return sorted(latest_first, key=lambda rows: _rank(rows[0]["type"]))


def _rank(kind: str) -> int:
    return LEAST_EXPECTED.index(kind) if kind in LEAST_EXPECTED else len(LEAST_EXPECTED)


def _badge(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return what a change is called and its tone; the first use of a criterion says of which kind."""
    called, tone = CHANGE_WORDS.get(row["type"], (str(row["type"]).replace("_", " "), ""))
    return (charts.first_use(row["field"]) if row["type"] == "target_new" else called), tone


def _change(rows: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
    row, kind = rows[0], tables.badge(*_badge(rows[0]))
    account = tables.account_link(row["account"], words.account(row, data.brands()))
    if len(rows) == 1:
        what = tables.shown(row["subject"]) if row["type"] in OF_ONE_AD else account
        return (
            words.day(row["at"]),
            kind,
            what,
            _from_to(row),
            tables.snapshots(row["snapshot_before"], row["snapshot_after"]),
        )
    some = ", ".join(dict.fromkeys(tables.shown(each["after"] or each["before"], 40) for each in rows[:3]))
    noun = NOUNS.get(row["type"], "ads")
    named = row["type"] in ("country_new", "target_new") and some
    more = (
        f"{len(rows):,} {noun}: {some}{' …' if len(rows) > 3 else ''}" if named else f"{len(rows):,} {noun}"
    )
    return (
        words.day(row["at"]),
        kind,
        account,
        more,
        Markup("{}<br><span class='it-none'>first of {:,}</span>").format(
            tables.snapshots(row["snapshot_before"], row["snapshot_after"]), len(rows)
        ),
    )


def _from_to(row: Mapping[str, Any]) -> str:
    before, after = tables.shown(row["before"], 70), tables.shown(row["after"], 70)
    if row["field"] == "label":
        before, after = charts.STATE_WORDS.get(before, before), charts.STATE_WORDS.get(after, after)
    return (
        f"{before} → {after}"
        if before and after
        else f"+ {after}"
        if after
        else f"− {before}"
        if before
        else ""
    )
