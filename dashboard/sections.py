"""The larger parts of pages: who paid, where, and how far the targeting moved."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import collected, components, data, tables, words
from tracker import charts
from tracker.errors import BadInput
from tracker.findings import Finding

SHOWN = 10
RANKS = 8


def overview_figures(ads: Finding, accounts: Finding, payers: Finding, coverage: Finding) -> None:
    """Draw the four numbers of the first page, each with what it is out of."""
    with st.grid(4, min_column_width=160, gap="medium"):
        _ads_figure(ads)
        paid = len({row["account"] for row in payers.rows if row["account"]})
        components.figure(
            "Accounts seen to advertise", f"{paid:,}" if ads.rows else "–", f"of {accounts.n:,} in the registry",
            "No ad seen is no proof that there was none",
        )  # fmt: skip
        checked = [row for row in accounts.rows if row["label"] not in (None, "unknown")]
        without = sum(1 for row in checked if row["label"] == "none")
        components.figure(
            "Accounts without a state-media label", f"{without:,}" if checked else "–", f"of {len(checked):,} checked",
            f"{accounts.n - len(checked):,} of {accounts.n:,} accounts not checked",
        )  # fmt: skip
        _coverage_figure(coverage)


def _ads_figure(ads: Finding) -> None:
    if not ads.rows:
        apart = words.apart(ads, "ad").removeprefix(" · ")
        components.figure(
            "Ads first shown", "–", "none of those counted" if apart else "nothing collected",
            apart or "Not zero: nobody has asked yet",
        )  # fmt: skip
        return
    last = ads.rows[-1]
    months = words.months_of(ads)
    components.figure(
        f"Ads first shown in {words.month(last['month'])}", f"{last['ads']:,}", f"of {ads.n:,} in all",
        f"{ads.n / len(months):,.1f} a month in {words.span(months[0], months[-1])}",
    )  # fmt: skip


def _coverage_figure(coverage: Finding) -> None:
    expected = coverage.coverage.get("days_expected", 0)
    asked = coverage.coverage.get("days_asked", 0)
    held = sum(
        1
        for row in coverage.rows
        if charts.OUTCOME_WORDS.get(row["outcome"])
        in ("throttled or refused", "no answer", "said to be gone")
    )
    components.figure(
        "Days that the sources were asked about", f"{asked / expected:.0%}" if expected else "–",
        f"of {expected:,} account days", f"{held:,} throttled, refused or failed, {expected - asked:,} not asked",
    )  # fmt: skip


def ads_per_month(ads: Finding, paid: Finding, coverage: Finding, **options: str | None) -> Mapping[str, Any]:
    """Draw the ads first shown per month; return what the reader clicked."""
    if not ads.rows:
        components.empty("No ad has a day", "Nothing says when these ads were first shown.", small=True)
        return {}
    picked = components.chart(
        charts.ads_per_month(
            ads.rows, as_of=ads.as_of, topics=data.finding("topics", **options).rows, payers=paid.rows,
            coverage=coverage.rows, look=components.look(),
        ),
        key="ads-per-month",
        alt="Ads first shown per month, by topic",
    )  # fmt: skip
    components.caption("Click a bar for its ads.", " ".join(ads.caveats))
    collected.together(coverage)
    components.rows(ads, key="ads-per-month")
    return picked


def payers(finding: Finding, *, most_shown: int = SHOWN) -> None:
    """Draw who paid for whose ads, from when to when."""
    most = max((row["ads"] for row in finding.rows), default=1)
    body = [
        (
            Markup("{}<br><span class='it-none'>for {}</span>").format(
                tables.shown(row["payer"]) if row["payer"] else "not published", words.account(row)
            ),
            Markup("{}<br>{}").format(words.day(row["first_shown"]), words.day(row["last_shown"])),
            _only_ad(row) if row["ads"] == 1 else row["ads"],
            tables.bar(row["ads"] / most),
        )
        for row in finding.rows[:most_shown]
    ]
    head = ("payer", "first, last shown", "ads", "")
    components.table(tables.html(head, body, classes=("", "keep", "num", "bar spare"), narrow="plain"))
    more = len(finding.rows) - most_shown
    lead = f"{more:,} more in the rows." if more > 0 else "A payer is not an operator."
    components.caption(lead, " ".join(finding.caveats))


def _only_ad(row: Mapping[str, Any]) -> Any:
    """Return the 1 of a payer with a single ad as a link that opens it."""
    found = data.ads(account=row["account"], payer=row["payer"], since=str(row["first_shown"] or ""))
    mine = [ad for ad in found.rows if ad["payer"] == row["payer"] and ad["account"] == row["account"]]
    return tables.opens(f"ad-{mine[0]['snapshot_id']}", "1") if len(mine) == 1 else 1


def single_ads(topics: Finding, *, account: str | None, items: str | None, group: str) -> None:
    """Offer, where a code has one ad in a month, the way to that ad."""
    counted = [row for row in topics.rows if row["measure"] == "keyword count"]
    alone = [row for row in counted if row["items"] == 1 and row["code"]][-SHOWN:]
    if items != "ads" or not alone:
        return
    body = [
        (words.month(row["month"]), row["code"], tables.shown(ad["text"], 80), tables.opens(f"ad-{ad['snapshot_id']}"))
        for row in reversed(alone)
        for ad in data.ads(
            account=account, since=row["month"], until=row["month"], code=row["code"], group=group
        ).rows[:1]
    ]  # fmt: skip
    with components.card("Keyword counts of one ad in a month", "The latest first; each opens its ad"):
        components.table(tables.html(("month", "code", "text", "opens"), body, classes=("keep", "keep")))


def countries(ranks: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]) -> None:
    """Draw the ranked table that stands beside the map, and name the places that are no country."""
    most = max((row["ads"] for row in ranks), default=1)
    body = [
        (place, row["country"], row["ads"], tables.bar(row["ads"] / most))
        for place, row in enumerate(ranks[:RANKS], start=1)
    ]
    components.table(
        tables.html(("", "country", "ads", ""), body, classes=("num", "", "num", "bar"), narrow="plain")
    )
    if len(ranks) > RANKS:
        rest = {row["ads"] for row in ranks[RANKS:]}
        each = f"{max(rest):,} ads each" if len(rest) == 1 else f"{min(rest):,} to {max(rest):,} ads each"
        components.caption(words.count(len(ranks) - RANKS, "more country", "more countries"), f"with {each}.")
    if others:
        named = ", ".join(tables.shown(row["place"], 40) for row in others[:8])
        components.caption(
            f"{words.count(len(others), 'place')} not drawn:", f"{named}{' …' if len(others) > 8 else ''}"
        )


def shift(first: tuple[str, str], second: tuple[str, str], **options: str | None) -> None:
    """Draw how far the targeting moved between two periods, against what chance alone gives."""
    periods = f"{first[0]}..{first[1]},{second[0]}..{second[1]}"
    try:
        found = data.finding("targeting-shift", periods=periods, **options)
    except BadInput as error:
        components.empty("These two periods cannot be compared", error.found, small=True)
        return
    row = found.rows[0] if found.rows else None
    if row is None or row["jsd"] is None:
        components.empty(
            "Nothing to compare",
            "One of the two periods has no ad with a criterion of these kinds.",
            small=True,
        )
        return
    _shift_table(row)
    components.chart(
        charts.shift_bars(row["top"], as_of=found.as_of, n=found.n, look=components.look()),
        key="shift-bars",
        alt="The criteria that moved most between the two periods",
    )
    components.caption("What it does not show:", " ".join(found.caveats))
    components.rows(found, key="shift")


def _shift_table(row: Mapping[str, Any]) -> None:
    outside = row["band_upper"] is not None and row["jsd"] > row["band_upper"]
    body = [
        (
            f"{_period(row['period_from'])} → {_period(row['period_to'])}",
            f"{row['n_from']:,} → {row['n_to']:,}",
            Markup("<b>{:.2f}</b>").format(row["jsd"]),
            f"{row['band_lower']:.3f} – {row['band_upper']:.3f}",
            words.p_value(row["p"]),
            f"{row['criteria']:,}",
            tables.badge("beyond chance", "blue") if outside else tables.badge("within what chance gives"),
        )
    ]
    head = ("compared", "ads", "divergence (0–1)", "if nothing had changed", "p", "criteria", "reads")
    components.table(tables.html(head, body))


def _period(text: str) -> str:
    first, _, last = text.partition("..")
    return words.span(first, last)


def topics(finding: Finding, coverage: Finding, comparison: Finding) -> None:
    """Draw the share of each code, and of what nobody coded, as small charts side by side, with the comparison."""
    with st.grid(2, min_column_width=340, gap="medium"):
        for code in [*charts.codes_of(finding.rows)[:6], charts.NOT_CODED]:
            with st.container(border=True, height="stretch"):
                components.chart(
                    charts.topic_share(
                        finding.rows,
                        code=code,
                        as_of=finding.as_of,
                        coverage=coverage.rows,
                        comparison=comparison.rows,
                        look=components.look(),
                    ),
                    key=f"topic-{code}",
                    alt=f"Share of items about {code} per month",
                )
