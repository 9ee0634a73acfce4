"""The finding that tells an account which stopped from one that we stopped seeing."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from ibis import _

from tracker.analysis import coverage, scope, silence
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground

COLUMNS = (
    "at", "type", "account", "source", "until", "days", "expected", "p", "asked", "outcome", "last_post", "goes_on",
    "account_status",
)  # fmt: skip
METHOD = (
    "silence: days that we saw and on which an account posted nothing, against its own rhythm: posts of a day as "
    f"gamma-Poisson with mean and scatter of the last {silence.BASELINE} days seen; told when p <= {silence.ALPHA:g}, and "
    "when the stretch is longer than any in those days. expected is how many posts that rhythm gives. It takes "
    f"{silence.FEWEST_DAYS} days and {silence.FEWEST_POSTS} posts to know a rhythm. A file covers the days stated for it, "
    "else from the first to the last post that it holds. blindness: after an answer, "
    f"{silence.BLIND_AFTER} days or more on which a source that is asked live gave none; asked counts the days on which it "
    "was asked, outcome is how the last question ended, None that nobody asked. at and until are days (UTC), both in; "
    "today is no day until it is over."
)


def stopped(question: Question) -> Finding:
    """List since when an account is silent, and since when we are blind; `until` is the day that is today."""
    today = question.options.until or (question.lake.as_of or datetime.now(UTC)).date()
    names = {
        row["account_id"]: row
        for row in question.rows(question.tables["accounts"].select("account_id", "account", "status"))
    }
    found = [*_silences(question, today), *_blindness(question, today)]
    rows = [
        {**row, "account": names.get(row["account_id"], {}).get("account"),
         "account_status": names.get(row["account_id"], {}).get("status")}
        for row in found
        if question.options.since is None or row["at"] >= question.options.since.isoformat()
    ]  # fmt: skip
    rows.sort(key=lambda row: (row["at"], row["type"], row["account"] or "", row["source"] or ""))
    return answer(
        question, n=len(rows), columns=COLUMNS, rows=rows, method=METHOD, ground=ground(question, "post"),
        caveats=(
            "A silence says that nothing was published where we look, not why; an archive that lacks days looks alike.",
            "Accounts without a known rhythm are not told of.",
        ),
    )  # fmt: skip


def _listings(question: Question) -> Any:
    """Return the answers about posts of the accounts in scope, whatever the days."""
    limits = scope.Scope(
        account_ids=question.scope.account_ids, group=question.scope.group, source=question.scope.source
    )
    found = scope.listings(question.tables, limits)
    return found.semi_join(question.tables["posts"].select("source").distinct(), "source")


def _silences(question: Question, today: date) -> Iterator[dict[str, Any]]:
    listings = _listings(question)
    spans: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for row in question.lake.arrow(silence.seen_spans(listings)).to_pylist():
        spans[row["account_id"]].append((row["first"], row["last"]))
    limits = scope.Scope(
        account_ids=question.scope.account_ids, group=question.scope.group, source=question.scope.source
    )
    posts: dict[int, dict[date, int]] = defaultdict(dict)
    counted = silence.posts_by_day(scope.posts(question.tables, limits))
    for row in question.lake.arrow(counted).to_pylist():
        posts[row["account_id"]][row["day"]] = row["posts"]
    for account_id, mine in spans.items():
        before = {day: number for day, number in posts[account_id].items() if day < today}
        for one in silence.silences(before, silence.days_of(mine, today)):
            yield {
                "account_id": account_id, "at": one.first.isoformat(), "type": "silence", "source": None,
                "until": one.last.isoformat(), "days": one.days, "expected": round(one.expected, 1), "p": one.p,
                "asked": one.days, "outcome": None, "goes_on": not one.ended,
                "last_post": max(day for day in before if day < one.first).isoformat(),
            }  # fmt: skip


def _blindness(question: Question, today: date) -> Iterator[dict[str, Any]]:
    lanes: dict[tuple[int, str], dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
    put = silence.asked_live(_listings(question).filter(_.outcome != coverage.LEFT_OUT))
    for row in question.lake.arrow(put).to_pylist():
        lanes[row["account_id"], row["source"]][row["day"]].add(row["outcome"])
    for (account_id, source), outcomes in lanes.items():
        for one in silence.blindness(outcomes, today):
            yield {
                "account_id": account_id, "at": one.first.isoformat(), "type": "blindness", "source": source,
                "until": one.last.isoformat(), "days": one.days, "expected": None, "p": None, "asked": one.put,
                "outcome": one.outcome, "goes_on": not one.ended, "last_post": None,
            }  # fmt: skip
