"""The finding of what is said: the share of items with each code by month, week or day, as people coded them.

A keyword count is shown where nobody coded, and is never called a share.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import ibis
from ibis import _

from tracker.analysis import keywords, months, prevalence, scope, topics
from tracker.analysis.coverage import Answers
from tracker.analysis.intervals import Interval
from tracker.analysis.scope import BY_HAND
from tracker.findings import handcoded, machines, periods
from tracker.findings.finding import Finding
from tracker.findings.handcoded import ByHand
from tracker.findings.periods import UNITS, Group, Key, unit_of
from tracker.findings.question import Question, answer, coder_of, ground

NOT_KNOWN = Interval(0.0, 0.0, 1.0)
METHOD = (
    "Shares are of the {items} of each {unit} as people coded them: where all were coded, exact with a 95 % Wilson interval; "
    "else from those of a random sample, with the finite population in the interval and, from 30 coded items on, with what {helper} "
    "says of every item (difference estimator; model names it, and share_by_former what the machine before it, former_model, "
    "would give). No item is judged by what learnt from it. A keyword count ({coder}) is no share: it says in how many {items} a word of the code "
    "occurs. An item with several codes counts in each, so shares may add up to more than 1. n counts every item, n_coded those "
    "that the share rests on; uncoded_share is the part that carries no code. covered is the part of the days that answers cover."
)
COLUMNS = (
    "code", "items", "n", "share", "lower", "upper", "uncoded_share", "measure", "n_coded", "alpha", "codebook_version",
    "covered", "share_before", "reason", "not_represented", "model", "former_model", "share_by_former",
)  # fmt: skip


def shares(question: Question) -> Finding:
    """Return the share of items with each code, with the uncoded part beside it."""
    options = question.options
    unit = next((name for name in UNITS if name in options.by), "month")
    by_account = "account" in options.by
    machine = _machine(question)
    items = _items(question)
    dated = scope.dated(items, question.scope)
    keys = ["ym" if unit == "month" else "day", *(["account_id"] if by_account else [])]
    codes = topics.coded(question.tables["codings"], options.items, coder=machine, level=options.level)
    counts = _by_unit(question.rows(topics.counts(dated, codes, keys)), unit)
    groups = periods.groups(question, dated, unit, by_account=by_account)
    hand = _by_hand(question, dated, unit, by_account=by_account)
    helpers = machines.found(
        question, dated, keys, lambda row: unit_of(row, unit), known=hand.items, coder=machine, counts=counts
    )
    stands = ground(question, options.items, dated if options.items == "ad" else None)
    rows = list(_rows(groups, counts, hand, helpers, unit=unit, by=machine, answers=stands.answers))
    if options.coder == BY_HAND:
        rows = [row for row in rows if row["share"] is not None]
    if by_account:
        rows = _with_names(question, rows)
    noun = "ads" if options.items == "ad" else "posts"
    return answer(
        question,
        n=sum(group.n for group in groups.values()),
        columns=_columns(unit, by_account=by_account),
        rows=rows,
        method=METHOD.format(
            items=noun,
            unit=unit,
            coder=machine or "nobody yet",
            helper=helpers.model["model"] if helpers.model else machine or "nobody yet",
        ),
        ground=stands,
        coverage={
            "uncoded": sum(row["items"] for row in counts if row["code"] is None),
            "coder": machine,
            "level": options.level,
            "undated": int(
                question.rows(items.filter(_.day.isnull()).aggregate(items=_.count()))[0]["items"]
            ),
            **_facts(hand),
            "model": helpers.model["model"] if helpers.model else None,
            "model_sha256": helpers.model["digest"] if helpers.model else None,
            "model_trained_at": helpers.model["trained_at"] if helpers.model else None,
        },
        caveats=tuple(_caveats(rows, hand, helpers)),
    )


def _machine(question: Question) -> str | None:
    """Return whose counts stand where nobody coded: the newest keywords, unless another coder is asked for."""
    asked = question.options.coder
    return asked if asked and asked != BY_HAND else coder_of(question.lake, question.options.items)


def _by_hand(question: Question, dated: ibis.Table, unit: str, *, by_account: bool) -> ByHand:
    """Return what people coded; nothing where a machine's counts are asked for by name."""
    if question.options.coder not in (None, BY_HAND):
        return ByHand({}, {}, (), {}, 0, 0, None)
    return handcoded.read(question, dated, lambda row: unit_of(row, unit), by_account=by_account)


def _facts(hand: ByHand) -> dict[str, Any]:
    return {
        "coded_by_hand": sum(len(items) for items in hand.coded.values()),
        "adjudicated": hand.adjudicated,
        "waiting_for_a_third_person": hand.open,
        "to_be_recoded": sum(len(items) for items in hand.to_recode.values()),
        "codebook_version": hand.version,
    }


def _caveats(rows: Sequence[Mapping[str, Any]], hand: ByHand, helpers: machines.Machines) -> Iterator[str]:
    if any(row["measure"] == "keyword count" for row in rows):
        yield (
            "A keyword count is no share: uncoded means that no keyword of the codebook occurs, which says nothing of "
            "what the item is about."
        )
    if any(row["share"] is not None for row in rows):
        yield "Intervals cover chance, not mistakes of coders: alpha says how far these agree."
    if unknown := _unknown(rows):
        yield (
            f"{unknown:,} later items are not represented: they came in after the samples were drawn, and the intervals hold whatever "
            "they say. `tracker coding extend SAMPLE` draws from them at the same rate."
        )
    if any(row["measure"] == "stratified sample" for row in rows):
        yield "A stratified sample joins several samples, each weighted by the items that it could have drawn from."
    if helpers.model and any(row["model"] == helpers.model["model"] for row in rows):
        yield (
            f"The model {helpers.model['model']} of {helpers.model['trained_at'][:10]} narrows the intervals; it never makes a "
            "share. share_by_former is what each share was before it."
        )
    if helpers.waiting:
        yield f"The model {helpers.waiting}."
    if hand.open:
        yield f"{hand.open:,} coded items wait for a third person; until then the first coder’s word counts."
    yield "Near-copies of one creative count each."


def _unknown(rows: Sequence[Mapping[str, Any]]) -> int:
    """Count the items that no sample stands for, those of a period once."""
    unit = next((name for name in UNITS if rows and name in rows[0]), "month")
    return sum({(row[unit], row.get("account_id")): row["not_represented"] for row in rows}.values())


def _items(question: Question) -> ibis.Table:
    make = scope.ads if question.options.items == "ad" else scope.posts
    return make(question.tables, question.scope)


def _columns(unit: str, *, by_account: bool) -> tuple[str, ...]:
    first = ("week", "iso_week") if unit == "week" else (unit,)
    return (*first, *(("account", "account_status") if by_account else ()), *COLUMNS)


def _by_unit(rows: Iterable[Mapping[str, Any]], unit: str) -> list[dict[str, Any]]:
    """Name the unit of each row and add up the days of a week."""
    added: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for row in rows:
        added[unit_of(row, unit), row.get("account_id"), row.get("code")]["items"] += row.get("items") or 0
    return [
        {"unit": key[0], "account_id": key[1], "code": key[2]} | dict(values) for key, values in added.items()
    ]


def _rows(
    groups: Mapping[Key, Group], counts: Sequence[Mapping[str, Any]], hand: ByHand, helpers: machines.Machines, *,
    unit: str, by: str | None, answers: Answers,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Yield a row for every period that has items and every code that occurs anywhere."""
    said = {(row["unit"], row["account_id"], row["code"]): row["items"] for row in counts}
    codes = sorted(({row["code"] for row in counts} | hand.codes) - {None})
    covered = periods.covered(answers, groups, unit)
    for key, group in groups.items():
        at = handcoded.point(hand, key, group)
        shared: dict[str, Any] = {
            unit: key[0], "account_id": key[1], "n": group.n, "n_coded": len(at.members), "not_represented": at.unknown,
            "covered": covered.get(key[0]),
        }  # fmt: skip
        if unit == "week":
            shared["iso_week"] = months.iso_week(date.fromisoformat(key[0]))
        for code in codes:
            marked = said.get((*key, code), 0)
            figures = (
                _share(hand, key, group, at, code, helpers)
                if at.members
                else _count(marked, said.get((*key, None), 0), group.n, by=by, hand=hand, reason=at.reason)
            )
            yield shared | {"code": code} | figures


def _share(
    hand: ByHand, key: Key, group: Group, at: handcoded.Point, code: str, helpers: machines.Machines
) -> dict[str, Any]:
    machine, former = helpers.for_code(code)
    found, earlier = (
        handcoded.share(hand, key, at, group, code, machine=machine, before=before)
        for before in (False, True)
    )
    interval, before = found.interval or NOT_KNOWN, earlier.interval or NOT_KNOWN
    helped = machine is not None and found.measure == "random sample and model"
    was = handcoded.share(hand, key, at, group, code, machine=former) if helped and former else None
    return {
        "items": handcoded.hits(hand, key, at, code), "share": interval.share, "lower": interval.lower,
        "upper": interval.upper, "uncoded_share": handcoded.without_any(hand, key, at), "measure": found.measure,
        "alpha": hand.alphas.get(code), "codebook_version": hand.version, "share_before": before.share, "reason": None,
        "model": machine.name if machine and helped else None, "former_model": former.name if former and helped else None,
        "share_by_former": was.interval.share if was and was.interval else None,
    }  # fmt: skip


def _count(
    items: int, without: int, n: int, *, by: str | None, hand: ByHand, reason: str | None
) -> dict[str, Any]:
    """Return a machine's count of a code, with the words why it is no share."""
    refused = prevalence.counted_only(by or "nobody")
    version = by.removeprefix(keywords.BY_KEYWORDS) if by and by.startswith(keywords.BY_KEYWORDS) else ""
    return {
        "items": items, "share": None, "lower": None, "upper": None, "uncoded_share": without / n,
        "measure": refused.measure, "alpha": None, "codebook_version": int(version) if version.isdigit() else hand.version,
        "share_before": None, "reason": f"{refused.reason}: {reason}", "model": None, "former_model": None,
        "share_by_former": None,
    }  # fmt: skip


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
