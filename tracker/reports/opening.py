"""The first lines of the report: the summary with its n's, the key figures, how to cite."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tracker.analysis.coverage import ANSWERED
from tracker.reports import words
from tracker.reports.content import KeyFigure
from tracker.reports.issue import Issue
from tracker.reports.sections import changes, coverage

Rows = list[dict[str, Any]]
MEANING = (
    "An account is “accepted” when a published document attributes it to a body (a seed, a list, a data release), "
    "or when a person has reviewed what the form brought; only accepted accounts are counted as state-linked. Every attribution names its publisher and date."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the week holds, of every account: its changes, the ads first shown in it, the answers about it, and
    what was decided."""

    changed: Rows
    ads: Rows
    answers: Rows
    decisions: Rows

    @property
    def account_ids(self) -> set[int | None]:
        """The accounts that the report speaks of."""
        return {row["account_id"] for row in (*self.changed, *self.ads, *self.answers, *self.decisions)}


def summary(issue: Issue, seen: Seen, *, about: str) -> str:
    """Tell the week in a few sentences, and on what ground; `about` is what its ads speak of."""
    ground = coverage.lead(issue, seen.answers)
    if coverage.state(seen.answers):
        return f"{_over(issue)}{ground}"
    told = [
        _ads(issue, seen.ads),
        about if _linked(issue, seen.ads) else "",
        _changes(issue, seen.changed),
        ground,
    ]
    return _over(issue) + " ".join(filter(None, told))


def key_figures(issue: Issue, seen: Seen) -> tuple[KeyFigure, ...]:
    """The four numbers of the first page."""
    ads, answers = seen.ads, seen.answers
    accepted = issue.accounts.count("state-linked")
    linked_ads = _linked(issue, ads)
    about = coverage.asked(issue, answers)
    read = sum(1 for row in answers if row["outcome"] in ANSWERED)
    unknown = "–" if coverage.state(answers) else None
    return (
        _changes_seen(issue, seen),
        KeyFigure(
            "Ads first shown",
            unknown or f"{len(linked_ads):,}",
            f"by {words.of(_accounts(linked_ads), accepted, 'accepted account')}",
            _payers(linked_ads),
        ),
        KeyFigure(
            "Accounts asked about",
            f"{len(about):,}",
            f"of {words.count(accepted, 'accepted account')}",
            f"{accepted - len(about):,} not asked about",
        ),
        KeyFigure(
            "Answers that can be read",
            f"{read:,}",
            f"of {words.count(len(answers), 'answer')}",
            _failures(answers),
        ),
    )


def _changes_seen(issue: Issue, seen: Seen) -> KeyFigure:
    if not seen.changed and not issue.looks():
        return KeyFigure("Changes seen", "–", "no source was asked this week", "so none could be seen")
    linked = _linked(issue, seen.changed)
    whole = issue.accounts.count("state-linked")
    return KeyFigure(
        "Changes seen",
        f"{len(linked):,}",
        f"in {words.of(_accounts(linked), whole, 'accepted account')}",
        f"{words.count(len(seen.changed) - len(linked), 'more', 'more')} in other accounts",
    )


def citation(issue: Issue) -> str:
    """Say how to cite the report so that another person can find the same data."""
    kind = "A reconstruction, not observations. " if issue.lake.notice else ""
    return (
        f"Influence tracker, weekly report {issue.week.name} ({issue.week.words}), data to "
        f"{words.time(issue.as_of)}, "
        f"lake version {issue.lake.version}. {kind}Cite an attribution with its publisher and date, "
        "and a single "
        "observation with the SHA-256 of its evidence, which the data files give in full."
    )


def _over(issue: Issue) -> str:
    if issue.as_of.date() > issue.week.sunday:
        return ""
    return f"The week is not over in the data, which end on {words.time(issue.as_of)}. "


def _ads(issue: Issue, ads: Rows) -> str:
    linked = _linked(issue, ads)
    if not linked:
        return "Nothing was seen of new ads: no ad of an accepted account was first shown."
    who = words.named(issue.accounts.named(row["account_id"] for row in linked))
    payers = sorted({row["payer"] for row in linked if row["payer"]})
    paid = sum(1 for row in linked if row["payer"])
    how_many = "" if paid == len(linked) else f"{paid:,} of them "
    by = f", {how_many}paid by {words.named(payers)}" if payers else "; no payer is published"
    verb = "was" if len(linked) == 1 else "were"
    return f"{words.counted(len(linked), 'ad')} of {who} {verb} first shown{by}."


def _changes(issue: Issue, changed: Rows) -> str:
    linked = _linked(issue, changed)
    if not linked:
        return changes.lead(issue, changed)
    kinds = Counter(row["what"] for row in linked)
    rarest = [f"{what} ({kinds[what]})" for what in dict.fromkeys(row["what"] for row in linked)]
    return f"{changes.lead(issue, changed)} The least expected: {words.named(rarest)}."


def _linked(issue: Issue, rows: Rows) -> Rows:
    return [row for row in rows if issue.accounts.group(row["account_id"]) == "state-linked"]


def _accounts(rows: Rows) -> int:
    return len({row["account_id"] for row in rows})


def _payers(ads: Rows) -> str:
    if not ads:
        return "none seen"
    paid = sum(1 for row in ads if row["payer"])
    return f"payer published for {paid:,} of {len(ads):,}"


def _failures(answers: Rows) -> str:
    failed = Counter(row["outcome"] for row in answers if row["outcome"] not in ANSWERED)
    named = [
        f"{number:,} {coverage.OUTCOMES.get(outcome, outcome)}" for outcome, number in sorted(failed.items())
    ]
    return ", ".join(named) if named else "none failed" if answers else "nothing was asked"
