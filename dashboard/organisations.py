"""What the page of organisations draws: the tree, the centres by province, level and year, and published figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard import bodies, components, tables, words
from tracker import charts
from tracker.findings import Finding

Rows = Sequence[Mapping[str, Any]]

PROVINCES = "./app/static/china-provinces.json"
LISTED = 10
"""How many provinces the table beside the map shows."""
COUNTED = {
    "icc": "centres",
    "cities_with_icc": "cities with a centre",
    "provinces_with_icc": "provinces with a centre",
    "cloaked_accounts": "cloaked accounts",
    "accounts": "accounts for readers abroad",
}
LEVELS = {
    "province": "at the level of provinces",
    "city": "at the level of cities",
    "county": "at the level of counties",
    "district": "at the level of districts",
    "below_province": "in cities or below",
}


def line(found: Finding) -> str:
    """Say how many bodies there are, how many of them are centres, and until when."""
    centres = sum(row["kind"] == "icc" for row in found.rows)
    return (
        f"{words.count(found.n, 'body', 'bodies')} · {centres:,} of them centres for international communication"
        f" (ICCs) · {charts.until(found.as_of)}"
    )


def tree_line(found: Finding, accounts: Rows) -> str:
    """Say what the tree holds and how it is read."""
    attributed = sum(1 for row in accounts if row.get("operator"))
    return (
        "By claims of documents that nobody took back; each step says by which relation, and how well supported · "
        f"{attributed:,} of {words.count(len(accounts), 'account')} attributed"
    )


def tree(found: Finding, accounts: Rows, claims: Rows) -> None:
    """Draw who is said to stand under whom, and name those that no claim connects."""
    registry = bodies.Bodies(found.rows, accounts, claims)
    components.table(bodies.trees(registry))
    alone = [str(registry.known[one]["name"]) for one in registry.alone()]
    if alone:
        shown = "; ".join(tables.shown(name, 60) for name in alone[:12])
        more = f"; {len(alone) - 12:,} more" if len(alone) > 12 else ""
        lead = f"{words.count(len(alone), 'body stands', 'bodies stand')} alone:"
        components.caption(lead, f"no claim puts anything above or below {shown}{more}.")


def province_map(found: Finding) -> None:
    """Draw the map of the centres that are known, with whose borders it shows."""
    components.chart(
        charts.province_map(
            charts.province_ranks(found.rows), shapes=PROVINCES, as_of=found.as_of, look=components.look()
        ),
        key="provinces",
        alt="Map of China's provinces by the number of centres that documents name; the table beside it has the same",
    )
    components.caption(
        "Grey is none known to us, never “none”.",
        "Borders as Natural Earth draws them, by who controls a place in fact, not by who claims it: Aksai Chin and "
        "Shaksgam lie within Xinjiang, Arunachal Pradesh does not lie in Tibet; Hong Kong and Macao stand apart; Taiwan, "
        "the islands of the South China Sea and any line across it are not drawn. The map takes no side.",
    )


def ranks(found: Finding) -> None:
    """Draw the provinces ranked by the centres that are known, by level."""
    ranked = charts.province_ranks(found.rows)
    most = max((row["centres"] for row in ranked), default=1)
    body = [
        (
            Markup("{} <span class='it-none'>{}</span>").format(row["province"], row["native"]),
            row["centres"],
            tables.bar(row["centres"] / most),
            ", ".join(f"{row[word]} {word}" for word in charts.LEVEL_WORDS if row[word]),
        )
        for row in ranked[:LISTED]
    ]
    components.table(
        tables.html(("province", "centres", "", "by level"), body, classes=("", "num", "bar", ""))
    )
    placed = sum(row["centres"] for row in ranked)
    known = sum(row["kind"] == "icc" for row in found.rows)
    components.caption(
        f"{placed:,} of {words.count(known, 'centre')} in {words.count(len(ranked), 'province')}.",
        "Only centres that a document names; many more are said to exist.",
    )
    columns = ("id", "province", "native", "centres", *charts.LEVEL_WORDS)
    components.frame_of(columns, ranked, key="province-ranks", label="All provinces with a centre")


def years(found: Finding) -> None:
    """Draw the centres by year and level, and the levels with how many have a known year."""
    if charts.founded_by_year(found.rows):
        components.chart(
            charts.centres_by_year(found.rows, as_of=found.as_of, look=components.look()),
            key="founded",
            alt="Number of centres by year of founding and level",
        )
    components.table(tables.html(("level", "centres", "with a known year"), _by_level(found.rows), narrow="plain",
                                 classes=("", "num", "num")))  # fmt: skip
    components.caption(
        "A year without a bar is not a year without a founding:",
        "for the centres left out, no document that was read gives the year. Years are as exact as their document.",
    )


def figures(found: Finding) -> None:
    """Draw what documents count, each with its publisher, beside what the registry knows of the same thing."""
    body = [
        (
            _counted(row),
            Markup("<b>{}</b> according to {}, {}<br><span class='it-none'>{}</span>").format(
                row["as_published"], row["publisher"], _dated(row), row["says"]
            ),
            "not counted" if row["known"] is None else f"{row['known']:,} known to us",
        )
        for row in sorted(found.rows, key=_order)
    ]
    components.table(
        tables.html(
            ("what is counted", "a document says", "the registry"), body, classes=("", "half", "keep")
        )
    )
    components.caption("Two different things:", " ".join(found.caveats))


def _by_level(rows: Rows) -> list[tuple[str, int, int]]:
    centres = [(charts.level_of(row), row["founded"]) for row in rows if row["kind"] == "icc"]
    return [
        (word, len(found), sum(charts.year_of(founded) is not None for founded in found))
        for word in charts.LEVEL_WORDS
        if (found := [founded for level, founded in centres if level == word])
    ]


def _order(row: Mapping[str, Any]) -> tuple[bool, int, bool, int]:
    """Return the order of figures: centres first, the whole country before its parts, the largest first."""
    known = list(COUNTED)
    place = known.index(row["counted"]) if row["counted"] in known else len(known)
    return row["known"] is None, place, row["place"] != "China", -(row["lower"] or 0)


def _counted(row: Mapping[str, Any]) -> str:
    level = LEVELS.get(str(row["level"]), "")
    what = COUNTED.get(str(row["counted"]), str(row["counted"]).replace("_", " "))
    return " ".join(part for part in (what, f"in {row['place']}", level) if part)


def _dated(row: Mapping[str, Any]) -> str:
    day = row["on"] or row["published_on"]
    return words.day(day) if day else "no date given"
