"""The finding of what is said: the share of items that carry each code, by month, week or day."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import ibis
from ibis import _

from tracker.analysis import months, scope, topics
from tracker.analysis.intervals import wilson
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, coder_of, ground

UNITS = ("month", "week", "day")
METHOD = (
    "Share of the {items} of each {unit} that carry a code by {coder}; an item with several codes counts once in each "
    "of them, so shares may add up to more than 1. n counts every item of the {unit}, coded or not. Bounds are "
    "95 % Wilson intervals: they cover chance, not mistakes of the coder."
)


def shares(question: Question) -> Finding:
    """Return the share of items with each code, with the uncoded part beside it."""
    options = question.options
    unit = next((name for name in UNITS if name in options.by), "month")
    by_account = "account" in options.by
    coder = options.coder or coder_of(question.lake, options.items)
    items = _items(question)
    dated = scope.dated(items, question.scope)
    codes = topics.coded(question.tables["codings"], options.items, coder=coder, level=options.level)
    keys = ["ym" if unit == "month" else "day", *(["account_id"] if by_account else [])]
    totals = _by_unit(question.rows(topics.totals(dated, keys)), unit)
    counts = _by_unit(question.rows(topics.counts(dated, codes, keys)), unit)
    rows = _rows(totals, counts, unit=unit)
    if by_account:
        rows = _with_names(question, rows)
    noun = "ads" if options.items == "ad" else "posts"
    return answer(
        question,
        n=sum(row["n"] for row in totals),
        columns=_columns(unit, by_account=by_account),
        rows=rows,
        method=METHOD.format(items=noun, unit=unit, coder=coder or "nobody yet"),
        ground=ground(question, options.items, dated if options.items == "ad" else None),
        coverage={
            "uncoded": sum(row["items"] for row in counts if row["code"] is None),
            "coder": coder,
            "level": options.level,
            "undated": int(
                question.rows(items.filter(_.day.isnull()).aggregate(items=_.count()))[0]["items"]
            ),
        },
        caveats=(
            "Uncoded is not a topic: no keyword of the codebook occurs, which says nothing of what the item is about.",
            "Near-copies of one creative count each.",
        ),
    )


def _items(question: Question) -> ibis.Table:
    make = scope.ads if question.options.items == "ad" else scope.posts
    return make(question.tables, question.scope)


def _columns(unit: str, *, by_account: bool) -> tuple[str, ...]:
    first = ("week", "iso_week") if unit == "week" else (unit,)
    account = ("account", "account_status") if by_account else ()
    return (*first, *account, "code", "items", "n", "share", "lower", "upper", "uncoded_share")


def _by_unit(rows: Iterable[Mapping[str, Any]], unit: str) -> list[dict[str, Any]]:
    """Name the unit of each row and add up the days of a week."""
    added: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for row in rows:
        key = (_unit_of(row, unit), row.get("account_id"), row.get("code"))
        for name in ("n", "items"):
            added[key][name] += row.get(name) or 0
    return [
        {"unit": key[0], "account_id": key[1], "code": key[2]} | dict(values) for key, values in added.items()
    ]


def _unit_of(row: Mapping[str, Any], unit: str) -> str:
    if unit == "month":
        return months.text(row["ym"])
    day = date.fromisoformat(row["day"])
    return (months.monday(day) if unit == "week" else day).isoformat()


def _rows(
    totals: Sequence[Mapping[str, Any]], counts: Sequence[Mapping[str, Any]], *, unit: str
) -> list[dict[str, Any]]:
    """Return a row for every unit that has items and every code that occurs anywhere."""
    codes = sorted({row["code"] for row in counts} - {None})
    hits = {(row["unit"], row["account_id"], row["code"]): row["items"] for row in counts}
    rows = []
    for total in sorted(totals, key=lambda row: (row["unit"], row["account_id"] or 0)):
        uncoded = hits.get((total["unit"], total["account_id"], None), 0)
        for code in codes:
            items = hits.get((total["unit"], total["account_id"], code), 0)
            interval = wilson(items, total["n"])
            row = {unit: total["unit"], "account_id": total["account_id"], "code": code, "items": items}
            row["n"] = total["n"]
            row["share"] = interval.share if interval else None
            row["lower"] = interval.lower if interval else None
            row["upper"] = interval.upper if interval else None
            row["uncoded_share"] = uncoded / total["n"]
            if unit == "week":
                row["iso_week"] = months.iso_week(date.fromisoformat(total["unit"]))
            rows.append(row)
    return rows


def _with_names(question: Question, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    accounts = question.rows(question.tables["accounts"].select("account_id", "account", "status"))
    names = {row["account_id"]: row for row in accounts}
    nameless = {"account": None, "status": None}
    return [
        row
        | {
            "account": names.get(row["account_id"], nameless)["account"],
            "account_status": names.get(row["account_id"], nameless)["status"],
        }
        for row in rows
    ]
