"""The stacked shares on the page of topics: over time, by account, operator or language, with changes, bursts and their items."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboard import components, data, itemlist, tables, words
from tracker import charts
from tracker.findings import Finding

Limits = Mapping[str, str | None]
BY = ("day", "week", "month")
PARTS = ("account", "operator", "language")
WHOLE = "nothing"
MOST_MONTHS_OF_WEEKS = 6
SHOWN = 14
LONGEST = 200
WHOLES = ("mix of codes", "items per day")
CHANGES = ("shift", "change beside a gap")


def asked_about(topics: Finding) -> Finding:
    """Return a finding of topics without the periods that nobody asked about: what is known of these came by accident."""
    return replace(topics, rows=_asked_about(topics.rows))


def by_what(months: Sequence[str]) -> tuple[str, str, str]:
    """Let the reader choose the periods, by what the chart is parted, and words to count instead of codes."""
    first, second, third = st.columns([2, 4, 3], gap="medium")
    usual = "month" if len(months) > MOST_MONTHS_OF_WEEKS else "week"
    with first:
        by = st.segmented_control("By", BY, default=usual, required=True, key="topics-unit")
    with second:
        part = st.segmented_control(
            "Side by side",
            [WHOLE, *PARTS],
            default=WHOLE,
            required=True,
            key="topics-part",
            format_func=_apart,
        )
    with third:
        typed = st.text_input(
            "Words instead of codes", max_chars=LONGEST, key="topics-words", placeholder="Ukraine, Russia"
        )
    return str(by), str(part), (typed or "").strip()


def over_time(coverage: Finding, *, by: str, part: str, limits: Limits) -> None:
    """Draw the shares, parted or not, what changed in them by which test, and the items of the mark that was clicked."""
    parted = part != WHOLE
    tested = data.finding("shift-points", **limits, by=f"{by},{part}" if parted else by)
    changes = sorted(
        (row for row in tested.rows if row["verdict"] in CHANGES),
        key=lambda row: (row[part] if parted else "", row["at"], row["p_adjusted"]),
    )
    names: list[str] = list(dict.fromkeys(row[part] for row in tested.rows)) if parted else [""]
    picked: list[tuple[Limits, Finding, Mapping[str, Any]]] = []
    with st.grid(2 if parted else 1, min_column_width=340, gap="medium"):
        for name in names:
            mine = {**limits, part: name} if parted else limits
            with st.container(border=True, height="stretch"):
                drawn = _one(
                    coverage, [row for row in changes if not parted or row[part] == name],
                    by=by, limits=mine, name=_called(part, name),
                )  # fmt: skip
            picked.append((mine, *drawn))
    if not names:
        components.empty(f"No {part} is named", f"None of these items has one; choose {WHOLE}.", small=True)
    with components.card("When did it change?", _verdict(tested, by)):
        chosen = _changed(changes, by=by, part=part if parted else "")
        components.caption("What a test does not say:", " ".join(tested.caveats).replace("`", ""))
        components.rows(tested, key="topics-changes", label="Every test, also those that found nothing")
    _behind(picked, chosen, by=by, part=part if parted else "", limits=limits)


def _one(
    coverage: Finding, changes: words.Rows, *, by: str, limits: Limits, name: str
) -> tuple[Finding, Mapping[str, Any]]:
    """Draw one stack of shares; return its finding and what was clicked."""
    topics = data.finding("mentions" if limits.get("terms") else "topics", **limits, by=by)
    rows = _asked_about(topics.rows)
    if not rows:
        components.empty(
            name or "Nothing to draw", "No item lies on a day that somebody asked about.", small=True
        )
        return topics, {}
    bursting = [
        row for row in data.finding("bursts", **_of_volume(limits), by=by).rows if row["verdict"] == "burst"
    ]  # fmt: skip
    noun = words.NOUNS[str(limits["items"])]
    picked = components.chart(
        charts.shares_stacked(
            rows, by=by, noun=noun, as_of=topics.as_of, changes=changes, bursts=bursting, title=name or str(limits.get("terms") or ""),
            coverage=_of_account(coverage, limits).rows, height=200 if name else 300, look=components.look(),
        ),
        key=f"stack-{by}-{name}",
        alt=f"{name or 'All'}: share of each code by {by}, with intervals, changes and bursts",
    )  # fmt: skip
    left = sum(row["n"] for row in {row[by]: row for row in topics.rows}.values()) - sum(
        row["n"] for row in {row[by]: row for row in rows}.values()
    )
    above = (
        "Bursts count every item." if limits.get("terms")
        else "A thin line is the 95 % interval of the share that it crosses, and may reach beyond 100 %; bars that do hold items with several codes."
    )  # fmt: skip
    more = f" {words.count(left, noun)} of periods that nobody asked about are not drawn." if left else ""
    components.caption("Click a mark for its items.", f"{above}{more}")
    return topics, picked


def _asked_about(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of periods that answers cover, or all where no answer says what it covers."""
    known = [row for row in rows if row["covered"]]
    return known or rows


def _of_volume(limits: Limits) -> Limits:
    return {name: value for name, value in limits.items() if name != "terms"}


def _of_account(coverage: Finding, limits: Limits) -> Finding:
    return data.finding(
        "coverage", account=limits["account"], group=limits["group"], operator=limits.get("operator")
    )


def _verdict(tested: Finding, by: str) -> str:
    """Say how many tests were made together, that p is corrected for that, and what could not be told."""
    told = [row for row in tested.rows if row["p"] is not None]
    if not told:
        reasons = [row["reason"] for row in tested.rows if row["reason"]]
        return f"Not enough data to tell: {reasons[0] if reasons else f'no {by} is over'}."
    shifts, gaps = (sum(row["verdict"] == verdict for row in told) for verdict in CHANGES)
    blunt = sum(row["verdict"] == "not enough data to tell" for row in tested.rows)
    beside = f", {words.count(gaps, 'change')} beside a gap of ours" if gaps else ""
    untold = f"; of {blunt:,} too little is known" if blunt else ""
    return (
        f"{words.count(shifts, 'shift')}{beside} in {words.count(len(told), 'test')} made together; p is corrected for that "
        f"(Benjamini–Hochberg){untold}. The {by} that is not over is never tested."
    )


def _changed(changes: words.Rows, *, by: str, part: str) -> Mapping[str, Any] | None:
    """Draw the changes as a table; return the one whose items the reader wants to see."""
    if not changes:
        return None
    head = (
        *([part] if part else []),
        "from",
        "what",
        "before → after",
        "p",
        "n",
        "codes by",
        "gap beside it",
    )
    body = [_row(row, by=by, part=part) for row in changes[:SHOWN]]
    components.table(
        tables.html(head, body, classes=(*([""] if part else []), "keep", "", "num", "num", "num"))
    )
    number = st.pills(
        "Items of", range(min(SHOWN, len(changes))), key=f"changes-{by}-{part}",
        format_func=lambda place: _short(changes[place], by=by, part=part),
    )  # fmt: skip
    return None if number is None else changes[number]


def _row(row: Mapping[str, Any], *, by: str, part: str) -> tuple[Any, ...]:
    gap = row["gap"] or ("none" if row["coverage_before"] is not None else "not known")
    return (
        *([_called(part, row[part])] if part else []), _period(row["at"], by), row["series"], _moved(row),
        words.p_value(row["p_adjusted"]), f"{row['n_before']:,} + {row['n_after']:,}", row["coder"] or "every item",
        f"{gap}: the change may be one of what we saw" if row["verdict"] == CHANGES[1] else gap,
    )  # fmt: skip


def _moved(row: Mapping[str, Any]) -> str:
    """Say from which share (or number a day) to which; of the mix what moved most."""
    if row["before"] is None or row["after"] is None:
        top = row["top"][0] if row["top"] else None
        return f"{top['code']} {top['before']:.0%} → {top['after']:.0%}" if top else "–"
    of_share = row["series"] != "items per day"
    return (
        f"{row['before']:.0%} → {row['after']:.0%}"
        if of_share
        else f"{row['before']:.1f} → {row['after']:.1f}"
    )


def _short(row: Mapping[str, Any], *, by: str, part: str) -> str:
    whose = f"{_called(part, row[part])}: " if part else ""
    return f"{whose}{row['series']}, {_period(row['at'], by)}"


def _behind(
    picked: Sequence[tuple[Limits, Finding, Mapping[str, Any]]], change: Mapping[str, Any] | None, *, by: str,
    part: str, limits: Limits,
) -> None:  # fmt: skip
    """Draw the items of what was clicked: a segment, a burst, a change in a chart, or one chosen below the table."""
    for mine, topics, selection in picked:
        at, kind = (components.selected(selection, "mark", field) for field in ("at", "kind"))
        if at and kind:
            code = components.selected(selection, "mark", "code") or None
            by_hand = components.selected(selection, "mark", "measured") == "True"
            coder = "hand" if by_hand else topics.coverage.get("coder")
            _of_period(mine, at, by=by, code=code, coder=coder, kind=kind)
    if change is not None:
        mine = {**limits, part: change[part]} if part else limits
        code = None if change["series"] in WHOLES or limits.get("terms") else change["series"]
        _of_period(mine, change["at"], by=by, code=code, coder=change["coder"], kind="change")


def _of_period(limits: Limits, at: str, *, by: str, code: str | None, coder: str | None, kind: str) -> None:
    """Draw the items of a period, and for a change those of the period before beside them."""
    first, last = _bounds(at, by)
    code = None if limits.get("terms") else code
    asked = "uncoded" if code == charts.NOT_CODED else code
    about = f"{code or limits.get('terms')} · " if code or limits.get("terms") else ""
    fitting = {**limits, "code": asked, "coder": coder if asked else None}
    items = str(fitting.pop("items"))
    spans = [(first, last)]
    if kind == "change":
        spans.insert(0, _bounds((first - timedelta(days=1)).isoformat(), by))
    with components.card("Behind the mark", f"{kind} at {_period(at, by)}"):
        for begin, end in spans:
            word = "" if len(spans) == 1 else "before: " if end < first else "from then: "
            itemlist.listed(
                f"{word}{about}{_period(begin.isoformat(), by)}",
                items=items, since=begin.isoformat(), until=end.isoformat(), **fitting,
            )  # fmt: skip


def _bounds(at: str, by: str) -> tuple[date, date]:
    """Return the first and the last day of the period in which a day or a month lies."""
    day = date.fromisoformat(at if len(at) > len("2024-01") else f"{at}-01")
    if by == "month":
        first = day.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    first = day - timedelta(days=day.weekday()) if by == "week" else day
    return first, first + timedelta(days=6 if by == "week" else 0)


def _period(at: str, by: str) -> str:
    if by == "month":
        return words.month(at[:7])
    lead = "week of " if by == "week" else ""
    return f"{lead}{words.day(at)}"


def _apart(name: str) -> str:
    return name if name == WHOLE else f"by {name}"


def _called(part: str, name: str) -> str:
    """Return an account as a reader knows it; operators and languages stand as they are."""
    return words.account({"account": name}, data.brands()) if part == "account" and name else name
