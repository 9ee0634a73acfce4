"""The finding of when shares of codes or words changed, by tests that are not told where to look."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
from ibis import _

from tracker.analysis import changepoints, columns, copies, keywords, scope, votes
from tracker.analysis.columns import Ints
from tracker.analysis.scope import ItemType
from tracker.analysis.votes import Items, Timeline, Unit
from tracker.errors import BadInput
from tracker.findings import parts, series, voices
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground
from tracker.findings.series import Series, Votes
from tracker.findings.voices import Heard

UNCODED, RARE = "uncoded", "rare combinations"
FEWEST_OF_A_KIND = 5
METHOD = (
    "Share of {items} with {what}, for every {unit} that is over; near-copies of a text have one vote a month, on the "
    "day of the first. A scan takes the largest likelihood ratio over all dates with {shortest} periods on each side; a stretch with "
    "a change is searched again on both sides of it. p says how often chance does as much, in {permutations} random dealings "
    "(seed {seed}) of whole periods; under {many} periods of single votes, unless periods differ more than chance makes "
    "them. p_adjusted is p corrected for the number of rows (Benjamini and Hochberg). before and after hold for the "
    "stretch from the change before to the one after. Codes are those of one coder, by hand where people coded at least half of the "
    "periods that have items, else by keywords. p_alike is p of the same test among the accounts that were asked about alike before "
    "and after, and nearly always next to the change, where others were not: a change that these do not show is none but a change "
    "beside a gap. detectable is the change of a share that would be found four times "
    "in five. Days that nobody asked about are left out and never read as zero."
)


def shift_points(question: Question) -> Finding:
    """Say when the share of a code or of words changed; without either, that of every code, their mix and the volume.

    By account, operator or language each is tested by itself, and p corrected for all of them together.
    """
    question = about(question)
    item_type, part = question.options.items, parts.part_of(question.options.by)
    asked, left = parts.parted(question, part) if part else ([("", question)], 0)
    tests = [(name, *_tested(one)) for name, one in asked]
    rows = series.judged([row | {"part": name} for name, told, *_ in tests for row in told])
    dated = scope.dated(items_of(question), question.scope) if item_type == "ad" else None
    coders = [said.coder for *_, said, _found, _caveats in tests]
    return answer(
        question,
        n=sum(int(said.part.items.size) for *_, said, _found, _caveats in tests),
        columns=(part, *series.COLUMNS) if part else series.COLUMNS,
        rows=[row | {part or "part": row["part"]} for row in rows],
        method=METHOD.format(
            items="ads" if item_type == "ad" else "posts",
            what=what(question, ", ".join(sorted({one for one in coders if one}))),
            unit=unit_of(question.options.by),
            shortest=changepoints.SHORTEST,
            permutations=f"{changepoints.PERMUTATIONS:,}",
            seed=changepoints.SEED,
            many=changepoints.MANY,
        ),
        ground=ground(question, item_type, dated),
        coverage=_together([_facts(said, found) for *_, said, found, _caveats in tests])
        | {"tests": sum(row["p"] is not None for row in rows)}
        | ({"items_in_no_part": left} if part else {}),
        caveats=tuple(dict.fromkeys(line for *_, caveats in tests for line in caveats)),
    )


def _tested(question: Question) -> tuple[list[dict[str, Any]], Heard, Timeline, tuple[str, ...]]:
    """Return the rows of one question before they are judged, what they rest on, and what must be said of it."""
    items, found = taking(question)
    said = voices.heard(question, items, found)
    rows = [row for one in _series(question, items, found, said) for row in one.rows(found)]
    caveats = (*said.caveats(found.unit), *_caveats(items, found))
    return _with_coder(rows, items, said), said, found, caveats


def _together(facts: list[dict[str, Any]]) -> dict[str, Any]:
    """Add up the facts of parts; a coder or a version that differs between them is told as a list."""
    found: dict[str, Any] = {}
    for name in facts[0] if facts else ():
        values = [one[name] for one in facts]
        numbers = [value for value in values if isinstance(value, int)]
        added = len(numbers) == len(values) and name != "codebook_version" and len(values) > 1
        distinct = list(dict.fromkeys(values))
        found[name] = sum(numbers) if added else distinct[0] if len(distinct) == 1 else distinct
    return found


def about(question: Question) -> Question:
    """Return the question about ads or posts, whichever there are more of unless one is named, whatever their codes."""
    options, limits = question.options, replace(question.scope, code=None)
    if options.account and options.outlet:
        raise BadInput("an account is named as well; expected one of the two", field="outlet")
    if options.code and options.terms:
        raise BadInput("a code is named as well; expected one of the two", field="terms")
    question = replace(question, scope=limits)
    if not options.items_named:
        options = replace(options, items=_more(question))
    return replace(question, options=options, scope=limits)


def taking(question: Question, *, anchor: date | None = None) -> tuple[Items, Timeline]:
    """Return the items of a question, whoever coded them, and what of them takes part in a test over time.

    With `anchor` weeks and months are counted from that day both ways.
    """
    behind = ground(question, question.options.items, None)
    items = _read(question, scope.dated(items_of(question), question.scope))
    unit, last = unit_of(question.options.by), _last_day(question)
    return items, votes.timeline(
        items, behind.answers, unit=unit, since=question.scope.since, last=last, anchor=anchor
    )


def marks_of(question: Question, items: Items, said: Heard) -> dict[str, votes.Marks]:
    """Return for each code, or for the words asked about, which of the items that take part have it."""
    options = question.options
    if options.terms:
        return {", ".join(options.terms): _named(options.terms, items, said.part)}
    sets = _sets(items, said)
    wanted = {options.code} if options.code else set[str]().union(*sets)
    return {code: np.array([code in codes for codes in sets], dtype=np.bool_) for code in sorted(wanted)}


def _named(terms: tuple[str, ...], items: Items, found: Timeline) -> votes.Marks:
    coder = keywords.of_terms(terms)
    named = [bool(coder.code(items.texts[place])) for place in found.items.tolist()]
    return np.array(named, dtype=np.bool_)


def _sets(items: Items, said: Heard) -> list[frozenset[str]]:
    """Return the codes of each item that takes part."""
    return [said.codes.get(item, frozenset()) for item in items.ids[said.part.items].tolist()]


def _more(question: Question) -> ItemType:
    counts = {}
    for item_type, make in (("ad", scope.ads), ("post", scope.posts)):
        dated = scope.dated(make(question.tables, question.scope), question.scope)
        counts[item_type] = int(question.rows(dated.aggregate(n=_.count()))[0]["n"])
    return "post" if counts["post"] > counts["ad"] else "ad"


def items_of(question: Question) -> ibis.Table:
    """Return the ads or posts of a question."""
    make = scope.ads if question.options.items == "ad" else scope.posts
    return make(question.tables, question.scope)


def unit_of(by: tuple[str, ...]) -> Unit:
    """Return the periods that are asked for; raise `BadInput` for more than one kind."""
    units = tuple(name for name in by if name not in parts.PARTS)
    if len(units) > 1:
        raise BadInput(f"{', '.join(units)}; expected one of day, week, month", field="by")
    return "day" if units == ("day",) else "week" if units == ("week",) else "month"


def _last_day(question: Question) -> date | None:
    """Return the last day that is over: the one before the data were last looked at, or the last one asked for."""
    if question.lake.as_of is None:
        return None
    over = question.lake.as_of.date() - timedelta(days=1)
    return min(over, question.scope.until) if question.scope.until else over


def _read(question: Question, dated: ibis.Table) -> Items:
    """Read items in order of their days, with their words only where words are asked about."""
    words = ("text",) if question.options.terms else ()
    table = question.lake.arrow(
        copies.shared(dated.mutate(account_id=ibis.coalesce(_.account_id, -1)))
        .select("item_id", "day", "source", "account_id", *copies.SHARED, *words)
        .order_by("day", "item_id")
    )
    sources, source = columns.labels(table["source"])
    accounts, account = columns.numbered(columns.ints(table["account_id"]))
    pairs, lane = columns.numbered(source * max(1, accounts.size) + account)
    return Items(
        ids=columns.ints(table["item_id"]),
        days=columns.days(table["day"]),
        lanes=tuple(
            (int(accounts[pair % accounts.size]), sources[pair // accounts.size]) for pair in pairs.tolist()
        ),
        lane=lane,
        units=copies.units(table),
        texts=tuple(text or "" for text in table["text"].to_pylist()) if words else (),
    )


def what(question: Question, coder: str | None) -> str:
    """Say in words what the items are counted by."""
    options = question.options
    if options.terms:
        return f"any of the words {', '.join(options.terms)}"
    return f"the code {options.code or 'of each row'} by {coder or 'nobody yet'}"


def _series(question: Question, items: Items, found: Timeline, said: Heard) -> Iterator[Series]:
    options, lane = question.options, items.lane[said.part.items]
    everything = not options.terms and not options.code
    if everything:
        yield _of_sets(said.part, lane, _sets(items, said))
    for name, marks in marks_of(question, items, said).items():
        yield series.of_share(name, Votes(said.part, lane, (~marks).astype(np.int64), 2))
    if everything:
        yield series.of_volume(votes.volume(items, found))


def _of_sets(part: Timeline, lane: Ints, sets: list[frozenset[str]]) -> Series:
    """Return the series of the mix: an item with several codes is of the kind that has them all."""
    names = [" + ".join(sorted(codes)) or UNCODED for codes in sets]
    often = Counter(name for name, vote in zip(names, part.vote.tolist(), strict=True) if vote)
    names = [name if often[name] >= FEWEST_OF_A_KIND else RARE for name in names]
    kinds = sorted(set(names))
    places = {name: place for place, name in enumerate(kinds)}
    category = np.array([places[name] for name in names], dtype=np.int64)
    return series.of_mix(Votes(part, lane, category, len(kinds)), kinds)


def _with_coder(rows: list[dict[str, Any]], items: Items, said: Heard) -> list[dict[str, Any]]:
    """Say of each row whose codings it reads, which part of its votes carries no code, and how far coders agree on it."""
    if said.coder is None:
        return rows
    bare = np.array([not codes for codes in _sets(items, said)], dtype=np.int64)
    without = said.part.table(bare, 2)
    told = []
    for row in rows:
        if row["series"] == series.VOLUME:
            told.append(row)
            continue
        stretch = slice(*(_place(said.part, row[end]) for end in ("stretch_from", "stretch_to")))
        counts = without[stretch.start : None if stretch.stop is None else stretch.stop + 1].sum(axis=0)
        share = float(counts[1] / counts.sum()) if counts.any() else None
        told.append(
            row | {"coder": said.coder, "uncoded_share": share, "alpha": said.alphas.get(row["series"])}
        )
    return told


def _place(part: Timeline, label: str | None) -> int | None:
    return None if label is None else part.labels.index(label)


def _facts(said: Heard, found: Timeline) -> dict[str, Any]:
    return {
        "coder": said.coder,
        "codebook_version": said.version,
        "coded_by_hand": int(said.part.items.size) if said.by_hand else 0,
        "periods_not_coded_by_hand": said.of - said.coded if said.by_hand else 0,
        "votes": int(said.part.vote.sum()),
        "near_copies": int((~said.part.vote).sum()),
        "periods": len(said.part.labels),
        "periods_not_asked_about": len(found.calendar.labels) - len(found.labels),
        "left_out_on_days_not_asked_about": found.unasked,
        "left_out_in_the_unfinished_period": found.unfinished,
    }


def _caveats(items: Items, found: Timeline) -> Iterator[str]:
    if items.ids.size and not found.stated:
        yield (
            "Answers cover fewer than half of the days of these items: days with items stand for those asked about, and a "
            "change may be one of what was kept."
        )
    yield (
        "Chance deals periods as if neighbours were not more alike than others: a story that lasts some days is a change. "
        "A test says when, not why."
    )
