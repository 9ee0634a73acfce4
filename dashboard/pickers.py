"""What a reader chooses with, and the parts that stand on several pages when there is nothing to choose from."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import components, data, words
from tracker import charts
from tracker.findings import Finding

Period = tuple[str, str]
WORLD = "./app/static/world-50m.json"


def periods(
    months: Sequence[str], payers: words.Rows, first: DeltaGenerator, second: DeltaGenerator, *, key: str
) -> tuple[Period, Period]:
    """Let the reader pick two periods of whole months; they begin before and since the latest new payer."""
    earlier, later = words.two_periods(months, payers)
    if len(months) < 2:
        return earlier, later
    return (
        first.select_slider(
            "First period", months, value=earlier, format_func=words.month, key=f"{key}-first"
        ),
        second.select_slider(
            "Second period", months, value=later, format_func=words.month, key=f"{key}-second"
        ),
    )


def one_of(label: str, choices: Mapping[str, str], *, key: str, first: str | None = None) -> str:
    """Let the reader pick one of the choices by its name; it begins with `first`, or the first of them."""
    options = list(choices)
    begin = options.index(first) if first is not None and first in choices else 0
    picked = st.selectbox(
        label, options, index=begin, format_func=lambda choice: choices[choice], key=key, width=360
    )
    return picked if picked is not None else options[begin]


def no_ads(*, small: bool = False) -> None:
    """Say that no ad was collected, that this is no zero, and how to bring some in; reports on advertisers name none."""
    if reports := data.finding("advertisers", limit="1").coverage.get("reports"):
        components.empty(
            "No ad itself has been collected yet",
            f"This is not a zero: {words.count(reports, 'report')} on advertisers came in, and such a report names who paid, "
            "not their ads. Import an export of an ad repository.",
            command="tracker import x_ads EXPORT.csv --scope handle=… --scope country=…",
            small=small,
        )
        return
    components.empty(
        "No ad has been collected yet",
        "This is not a zero: nobody has asked. Import an export of an ad repository, or look at the reconstruction "
        "that `tracker demo` makes.".replace("`", ""),
        command="tracker import x_ads EXPORT.csv --scope handle=… --scope country=…",
        small=small,
    )


def no_topics(items: str) -> None:
    """Say that nothing of this sort is there to code, and how to bring it in."""
    source = "page_snapshots SNAPSHOTS.parquet" if items == "posts" else "x_ads EXPORT.csv --scope handle=…"
    components.empty(
        f"No {items} have been collected yet",
        "Topics are counted from the words of ads and posts by the keywords of the codebook, which anyone can read.",
        command=f"tracker import {source}",
    )


def label_matrix(accounts: Finding) -> None:
    """Draw who bears a label and where, for the brands of which at least one account was checked."""
    checked = {row["brand"] for row in accounts.rows if row["label"] not in (None, "unknown")}
    if not accounts.rows:
        components.empty(
            "No account in the registry", "The seed list names the accounts to follow, each with a document.",
            command="tracker seeds load", small=True,
        )  # fmt: skip
        return
    rows = [{**row, "state": row["label"]} for row in accounts.rows if row["brand"] in checked]
    if not rows:
        components.empty(
            "No label has been checked", "No document or profile so far says whether a platform labels these accounts.",
            small=True,
        )  # fmt: skip
        return
    components.chart(
        charts.label_matrix(rows, as_of=accounts.as_of, look=components.look()),
        key="labels",
        alt="Brands against platforms, coloured by the label that readers see",
    )
    components.caption(
        "A paid check says that someone paid, not who.",
        f"{accounts.n - len(rows):,} of {accounts.n:,} accounts belong to brands that nobody checked and are not drawn.",
    )
    with st.expander("The labels as documents gave them"):
        st.dataframe(
            components.plain(("brand", "platform", "handle", "state", "document"), rows),
            hide_index=True,
            key="labels-rows",
        )


def country_map(ranks: Sequence[Mapping[str, Any]], finding: Finding, period: str) -> None:
    """Draw the map of the countries included, or say that none was named."""
    if not ranks:
        components.empty(
            f"No country is named, {period}",
            "The targeting of these ads names no country that we know.",
            small=True,
        )
        return
    components.chart(
        charts.country_map(
            ranks, shapes=WORLD, as_of=finding.as_of, n=finding.n, look=components.look(),
            title=f"Which countries are included, {period}?",
        ),
        key="map",
        alt=f"Map of the countries that the targeting includes, {period}",
    )  # fmt: skip
    components.caption(
        "Grey is not published, not “not targeted”.",
        "Borders as the Visionscarto atlas draws them; what is too small to see stands in the table.",
    )
