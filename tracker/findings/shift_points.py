"""The finding of when shares of codes or words changed, by tests that are not told where to look."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
from ibis import _

from tracker.analysis import changepoints, columns, keywords, scope, votes
from tracker.analysis.scope import ItemType
from tracker.analysis.votes import Items, Timeline, Unit
from tracker.errors import BadInput
from tracker.findings import series
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, coder_of, ground
from tracker.findings.series import Series

UNCODED, RARE = "uncoded", "rare combinations"
FEWEST_OF_A_KIND = 5
METHOD = (
    "Share of {items} with {what}, for every {unit} that is over; near-copies of a text have one vote a month, on the "
    "day of the first. A scan takes the largest likelihood ratio over all dates with {shortest} periods on each side; a stretch with "
    "a change is searched again on both sides of it. p says how often chance does as much, in {permutations} random dealings "
    "(seed {seed}) of whole periods; under {many} periods of single votes, unless periods differ more than chance makes "
    "them. p_adjusted is p corrected for the number of rows (Benjamini and Hochberg). before and after hold for the "
    "stretch from the change before to the one after. detectable is the change of a share that would be found four times "
    "in five. Days that nobody asked about are left out and never read as zero."
)


def shift_points(question: Question) -> Finding:
    """Say when the share of a code or of words changed; without either, that of every code, their mix and the volume."""
    question = about(question)
    item_type = question.options.items
    dated = scope.dated(_items(question), question.scope)
    behind = ground(question, item_type, dated if item_type == "ad" else None)
    unit = unit_of(question.options.by)
    items = _read(question, dated)
    found = votes.timeline(
        items, behind.answers, unit=unit, since=question.scope.since, last=_last_day(question)
    )
    tested = list(_series(question, items, found))
    return answer(
        question,
        n=int(found.items.size),
        columns=series.COLUMNS,
        rows=series.judged([row for one in tested for row in one.rows(found)]),
        method=METHOD.format(
            items="ads" if item_type == "ad" else "posts",
            what=what(question),
            unit=unit,
            shortest=changepoints.SHORTEST,
            permutations=f"{changepoints.PERMUTATIONS:,}",
            seed=changepoints.SEED,
            many=changepoints.MANY,
        ),
        ground=behind,
        coverage=_facts(question, found),
        caveats=tuple(_caveats(items, found)),
    )


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
    coder = options.coder or coder_of(question.lake, options.items)
    return replace(question, options=options, scope=replace(limits, coder=coder))


def taking(question: Question) -> tuple[Items, Timeline]:
    """Return the items of a question, and what of them takes part in a test over time."""
    dated = scope.dated(_items(question), question.scope)
    behind = ground(question, question.options.items, None)
    items = _read(question, dated)
    unit, last = unit_of(question.options.by), _last_day(question)
    return items, votes.timeline(items, behind.answers, unit=unit, since=question.scope.since, last=last)


def marks_of(question: Question, items: Items, found: Timeline) -> dict[str, votes.Marks]:
    """Return for each code, or for the words asked about, which of the items that take part have it."""
    options = question.options
    if options.terms:
        return {", ".join(options.terms): _named(options.terms, items, found)}
    ids = items.ids[found.items].tolist()
    of_item = _codes_of_items(question, given=options.code)
    sets = [of_item.get(item, set()) for item in ids]
    wanted = {options.code} if options.code else set[str]().union(*sets)
    return {code: np.array([code in codes for codes in sets], dtype=np.bool_) for code in sorted(wanted)}


def _named(terms: tuple[str, ...], items: Items, found: Timeline) -> votes.Marks:
    coder = keywords.of_terms(terms)
    named = [bool(coder.code(items.texts[place])) for place in found.items.tolist()]
    return np.array(named, dtype=np.bool_)


def _codes_of_items(question: Question, *, given: str | None) -> dict[int, set[str]]:
    """Return the top-level codes of each item, and with them the code that is asked about."""
    table = question.lake.arrow(_codes(question))
    found: dict[int, set[str]] = {}
    for item, code, parent in zip(
        *(table[name].to_pylist() for name in ("item_id", "code", "parent")), strict=True
    ):
        found.setdefault(item, set()).update({parent} | ({code} & {given}))
    return found


def _more(question: Question) -> ItemType:
    counts = {}
    for item_type, make in (("ad", scope.ads), ("post", scope.posts)):
        dated = scope.dated(make(question.tables, question.scope), question.scope)
        counts[item_type] = int(question.rows(dated.aggregate(n=_.count()))[0]["n"])
    return "post" if counts["post"] > counts["ad"] else "ad"


def _items(question: Question) -> ibis.Table:
    make = scope.ads if question.options.items == "ad" else scope.posts
    return make(question.tables, question.scope)


def unit_of(by: tuple[str, ...]) -> Unit:
    """Return the periods that are asked for; raise `BadInput` for more than one kind."""
    if len(by) > 1:
        raise BadInput(f"{', '.join(by)}; expected one of day, week, month", field="by")
    return "day" if by == ("day",) else "week" if by == ("week",) else "month"


def _last_day(question: Question) -> date | None:
    """Return the last day that is over: the one before the data were last looked at, or the last one asked for."""
    if question.lake.as_of is None:
        return None
    over = question.lake.as_of.date() - timedelta(days=1)
    return min(over, question.scope.until) if question.scope.until else over


def _read(question: Question, dated: ibis.Table) -> Items:
    """Read items in order of their days; what has no text is known by its creative, or stands for itself."""
    creative = dated.creative_url if "creative_url" in dated.columns else ibis.null("string")
    itself = ibis.literal("item ").concat(dated.item_id.cast("string"))
    wanted = dated.mutate(words=ibis.coalesce(dated.text, creative, itself))
    if _by_hand(question):
        wanted = wanted.semi_join(_codes(question), "item_id")
    table = question.lake.arrow(
        wanted.select(
            "item_id", "day", "source", "words", account_id=ibis.coalesce(_.account_id, -1)
        ).order_by("day", "item_id")
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
        texts=tuple(table["words"].to_pylist()),
    )


def _codes(question: Question) -> ibis.Table:
    """Return `item_id`, `code`, `parent` of the items as the coder coded them."""
    options, coder = question.options, question.scope.coder
    coded = question.tables["codings"].filter(_.item_type == options.items, _.coder == coder)
    return coded.select("item_id", "code", parent=ibis.coalesce(_.parent, _.code)).distinct()


def _by_hand(question: Question) -> bool:
    """Say whether only the items that the coder coded count: what a person has not coded yet says nothing."""
    coder = question.scope.coder
    return not (question.options.terms or coder is None or coder.startswith(keywords.BY_KEYWORDS))


def what(question: Question) -> str:
    """Say in words what the items are counted by."""
    options = question.options
    if options.terms:
        return f"any of the words {', '.join(options.terms)}"
    return f"the code {options.code or 'of each row'} by {question.scope.coder or 'nobody yet'}"


def _series(question: Question, items: Items, found: Timeline) -> Iterator[Series]:
    options = question.options
    marks = marks_of(question, items, found)
    if not options.terms and not options.code:
        of_item = _codes_of_items(question, given=None)
        yield _of_sets(found, [of_item.get(item, set()) for item in items.ids[found.items].tolist()])
    for name, marked in marks.items():
        yield _of_marks(name, found, marked)
    if not options.terms and not options.code:
        yield series.of_volume(votes.volume(items, found))


def _of_marks(name: str, found: Timeline, marks: votes.Marks) -> Series:
    return series.of_share(name, found.labels, found.table((~marks).astype(np.int64), 2))


def _of_sets(found: Timeline, sets: list[set[str]]) -> Series:
    """Return the series of the mix: an item with several codes is of the kind that has them all."""
    names = [" + ".join(sorted(codes)) or UNCODED for codes in sets]
    often = Counter(name for name, vote in zip(names, found.vote.tolist(), strict=True) if vote)
    names = [name if often[name] >= FEWEST_OF_A_KIND else RARE for name in names]
    kinds = sorted(set(names))
    places = {name: place for place, name in enumerate(kinds)}
    category = np.array([places[name] for name in names], dtype=np.int64)
    return series.of_mix(found.labels, found.table(category, len(kinds)), kinds)


def _facts(question: Question, found: Timeline) -> dict[str, Any]:
    return {
        "coder": None if question.options.terms else question.scope.coder,
        "votes": int(found.vote.sum()),
        "near_copies": int((~found.vote).sum()),
        "periods": len(found.labels),
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
    if found.items.size > votes.MOST_COMPARED:
        yield f"Above {votes.MOST_COMPARED:,} items only texts that are the same have one vote, and p may be too small."
    yield (
        "Chance deals periods as if neighbours were not more alike than others: a story that lasts some days is a change. "
        "A test says when, not why."
    )
