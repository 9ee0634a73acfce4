"""Findings of who pays: which bodies the names of payers may be, and payers that several accounts share."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from ibis import _

from tracker.analysis import organisations, payers, scope
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground
from tracker.registry.lookalikes import mixed_words
from tracker.registry.payers import Body, as_written, matches

Row = Mapping[str, Any]
_PAID = ("payer", "beneficiary")


def candidates(question: Question) -> Finding:
    """List which bodies of the registry the names of payers and beneficiaries may be, with reasons and doubts."""
    named = _named(question)
    known, paying = _bodies(question), _paying(question)
    places = {row["place"] for row in question.rows(question.tables["organisations"]) if row["place"]}
    rows, unmatched, mixed = [], [], []
    for (role, name), sides in sorted(named.items()):
        accounts = [side["account"] for side in sides]
        pays = {body for account in accounts for body in paying[account]} if role == "payer" else set()
        found = matches(name, known.values(), paying=pays, places=places)
        shown = {"role": role, "payer": name, "accounts": accounts, "ads": sum(side["ads"] for side in sides)}
        mixed += [name] if mixed_words(name) else []
        unmatched += [] if found else [name]
        rows += [
            shown
            | {
                "organisation": one.body, "organisation_name": known[one.body].names[0], "by": one.by,
                "state": "resolved" if one.resolved else "candidate", "score": one.score,
                "reasons": list(one.reasons), "against": list(one.against), "mixed_script": bool(mixed_words(name)),
            }
            for one in found
        ]  # fmt: skip
    rows.sort(
        key=lambda row: (
            row["state"] != "resolved",
            -row["score"],
            -row["ads"],
            row["payer"],
            row["organisation"],
        )
    )
    return answer(
        question,
        n=len(named),
        columns=(
            "payer", "organisation", "organisation_name", "state", "by", "score", "reasons", "against", "accounts", "ads",
            "role", "mixed_script",
        ),
        rows=rows,
        method=(
            "Names of payers and beneficiaries as published, against the names of the bodies of the registry. `claim` and "
            "`alias` resolve: the same letters as a document gives. The others are candidates for a person: `folded` "
            "(legal form, punctuation, order), `transliterated` (spelt in Latin letters, trades such as 营销 translated), "
            "`look_alike`, `same_as` (a live claim says that the body is another one)."
        ),
        ground=ground(question, "ad"),
        coverage={
            "names": len(named),
            "states": dict(sorted(Counter(row["state"] for row in rows).items())),
            "unmatched": len(unmatched),
            "mixed_script": sorted(mixed),
        },
        caveats=("A candidate says that names are alike, not that they are one body. A payer is not an operator.",),
    )  # fmt: skip


def shared(question: Question) -> Finding:
    """List the payers that paid for the ads of several accounts, those of most accounts first."""
    groups = defaultdict[str, list[Row]](list)
    for row in _paid(question, "payer"):
        groups[as_written(row["payer"])].append(row)
    several = [rows for rows in groups.values() if len({row["account"] for row in rows}) > 1]
    rows = sorted(
        (_shared(rows) for rows in several),
        key=lambda row: (-len(row["accounts"]), -row["ads"], row["payer"]),
    )
    return answer(
        question,
        n=sum(row["ads"] for row in rows),
        columns=(
            "payer", "accounts", "account_statuses", "ads_each", "ads", "first_shown", "last_shown", "spellings",
        ),
        rows=rows,
        method=(
            "Payers as published, the same but for case, width, punctuation and spaces, whose ads are those of more than "
            "one account; `ads_each` counts the ads of each account in the order of `accounts`."
        ),
        ground=ground(question, "ad"),
        coverage={"payers": len(groups), "shared": len(rows)},
        caveats=("A shared payer is a lead, not evidence: an agency places ads for clients who need not know each other.",),
    )  # fmt: skip


def _shared(rows: list[Row]) -> dict[str, Any]:
    ads, statuses = Counter[str](), dict[str, str | None]()
    for row in rows:
        ads[row["account"]] += row["ads"]
        statuses[row["account"]] = row["account_status"]
    ordered = sorted(ads, key=lambda account: (-ads[account], account))
    return {
        "payer": max(rows, key=lambda row: (row["ads"], row["payer"]))["payer"],
        "spellings": sorted({row["payer"] for row in rows}),
        "accounts": ordered,
        "account_statuses": [statuses[account] for account in ordered],
        "ads_each": [ads[account] for account in ordered],
        "ads": ads.total(),
        "first_shown": min((row["first_shown"] for row in rows if row["first_shown"]), default=None),
        "last_shown": max((row["last_shown"] for row in rows if row["last_shown"]), default=None),
    }


def _paid(question: Question, role: str) -> list[dict[str, Any]]:
    """Return who stands in a role for which account, where both are known, with `payer` for either role."""
    items = scope.ads(question.tables, question.scope)
    limits = question.scope
    asked = items if limits.since is None and limits.until is None else scope.dated(items, limits)
    counted = payers.payers(asked.mutate(payer=asked[role]).filter(_.payer.notnull()))
    named = scope.with_account(counted, question.tables["accounts"]).filter(_.account.notnull())
    return question.rows(named.order_by("payer", "account"))


def _named(question: Question) -> dict[tuple[str, str], list[dict[str, Any]]]:
    named = defaultdict[tuple[str, str], list[dict[str, Any]]](list)
    for role in _PAID:
        for row in _paid(question, role):
            named[role, row["payer"]].append(row)
    return named


def _bodies(question: Question) -> dict[str, Body]:
    """Return the bodies of the registry by id, with what they are called and which a claim says they are."""
    same = defaultdict[str, dict[str, str]](dict)
    for row in question.rows(organisations.same(question.tables["claims"])):
        words = f"a claim of grade {row['grade']} says that {row['one_name']} is {row['other_name']}"
        same[row["one"]][row["other"]] = same[row["other"]][row["one"]] = words
    return {
        row["organisation_id"]: Body(
            row["organisation_id"],
            tuple(
                name
                for name in (row["name"], row["native_name"], *(row["aliases"] or "").split("\n"))
                if name
            ),
            same[row["organisation_id"]],
        )
        for row in question.rows(question.tables["organisations"])
    }


def _paying(question: Question) -> defaultdict[str, set[str]]:
    """Return, by account, the bodies that a live claim says pay for it or for its brand."""
    found = defaultdict[str, set[str]](set)
    for row in question.rows(organisations.paying(question.tables["claims"], question.tables["accounts"])):
        found[row["account"]].add(row["body"])
    return found
