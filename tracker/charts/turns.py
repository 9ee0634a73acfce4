"""Where something changed: dashed rules over a chart over time, with what changed, p and n."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

import altair as alt

from tracker.charts.look import Look
from tracker.charts.months import STRIP_OFFSET, Rows, end_of, milliseconds, start_of, x_of

MOST_NAMED = 6
_LONGEST = 26
_NARROW = 520
"""The width in pixels under which a change has only its p beside it."""
_APART = 0.2
"""The part of the axis that the words of a change take; one without room on either side of its rule has none."""
_SIDES: tuple[tuple[Literal["left", "right"], int], ...] = (("left", 4), ("right", -4))


def change_marks(changes: Rows, by: str, months: Sequence[str], *, look: Look) -> list[alt.Chart]:
    """Return a dashed rule at every change with the codes, p and n; one beside a gap is grey and says so."""
    found = changes_at(changes, by)
    worded = [{**one, **side} for one, side in _worded(found, months)]
    place = {"x": x_of("when", months, offset=STRIP_OFFSET)}
    tips = [
        alt.Tooltip("period:N", title="from"), alt.Tooltip("series:N", title="changed"),
        alt.Tooltip("said:N", title="p, corrected"), alt.Tooltip("n:N", title="n before, after"), alt.Tooltip("gap:N"),
    ]  # fmt: skip
    tone = alt.Color(
        "tone:N", scale=alt.Scale(domain=["shift", "gap"], range=[look.ink, look.rule]), legend=None
    )
    rules = alt.Chart(alt.InlineData(values=found)).mark_rule(
        strokeDash=[5, 4], strokeWidth=1.6, y=-6, y2=alt.expr("height")
    )
    wide = (
        alt.Chart(alt.InlineData(values=found))
        .mark_rule(strokeWidth=12, opacity=0.001, cursor="pointer", y=-30, y2=alt.expr("height"))
        .encode(**place, tooltip=tips)
    )
    words = [
        alt.Chart(alt.InlineData(values=[one for one in worded if one["side"] == side]))
        .mark_text(
            y=-32, dx=dx, align=side, fontSize=11, fontWeight=600, lineHeight=13, baseline="top", lineBreak="\n",
            text=alt.expr(f"containerSize()[0] < {_NARROW} ? datum.brief : datum.words"),
        )
        .encode(**place, color=tone)
        for side, dx in _SIDES
    ]  # fmt: skip
    return [rules.encode(**place, color=tone), wide, *words]


def changes_at(changes: Rows, by: str) -> list[dict[str, Any]]:
    """Return the changes of one day together: `at`, the series with p and n, and the gap beside them if there is one."""
    at_day: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in changes:
        at_day[row["at"]].append(row)
    found = []
    for period, rows in sorted(at_day.items()):
        surest = min(rows, key=lambda row: (row["p_adjusted"], row["series"]))
        start = start_of(period) if by == "month" else date.fromisoformat(period)
        held = any(row["verdict"] == "shift" for row in rows)
        p = surest["p_adjusted"]
        found.append(
            {
                "kind": "change", "at": start.isoformat(), "code": "", "measured": False, "period": period, "when": milliseconds(start), "p": p,
                "series": ", ".join(dict.fromkeys(str(row["series"]) for row in rows)),
                "said": "< 0.001" if p < 0.001 else f"{p:.3f}", "n": f"{surest['n_before']:,}, {surest['n_after']:,}",
                "tone": "shift" if held else "gap",
                "gap": next((row["gap"] for row in rows if row.get("gap")), None) or "none",
            }
        )  # fmt: skip
    return found


def _worded(
    found: Sequence[dict[str, Any]], months: Sequence[str]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return the changes that have words, surest first, with the side of its rule on which there is room for these."""
    begin, end = milliseconds(start_of(months[0])), milliseconds(end_of(months[-1]))
    taken: list[tuple[float, float]] = []
    kept: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for one in sorted(found, key=lambda one: (one["p"], one["when"])):
        at = (one["when"] - begin) / (end - begin)
        for side, room in (("left", (at, at + _APART)), ("right", (at - _APART, at))):
            free = all(room[1] <= start or stop <= room[0] for start, stop in taken)
            if free and room[0] >= 0 and room[1] <= 1 and len(kept) < MOST_NAMED:
                taken.append(room)
                kept.append((one, {"side": side, **_words(one)}))
                break
    return kept


def _words(one: Mapping[str, Any]) -> dict[str, str]:
    """Return what stands beside the rule of a change, in two lines, and where there is little room in one."""
    p = one["said"] if one["said"].startswith("<") else f"= {one['said']}"
    lead = one["series"] if one["tone"] == "shift" else "beside a gap"
    lead = lead if len(lead) <= _LONGEST else f"{lead[: _LONGEST - 1]}…"
    return {"words": f"{lead}\np {p} · n {one['n'].replace(', ', ' + ')}", "brief": f"p {p}"}
