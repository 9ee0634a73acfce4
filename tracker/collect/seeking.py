"""What follows a whole look at an account's posts: what it left out is asked for before anything is said of it.

A post that is missing from a list is *not seen*, and no more. Only the platform's answer to a direct question makes a
change of it, with the cause where the platform says one. Of an account that is gone itself, no post is called gone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from tracker.collect.job import Job
from tracker.domain import Change, Found, Sought, Standing
from tracker.errors import TrackerError
from tracker.store import compared, identity, registry, standings, writes
from tracker.store.standings import GONE, OF_THE_AUTHOR, Stood, Unseen

MOST_ASKED = 50
"""How many posts one query asks for; the rest waits for the next."""
_WHOLE = ("rows", "empty_confirmed")
_NO_CAUSE = "not_found"

Row = Mapping[str, Any]
Seek = Callable[[Sequence[Sought]], Iterator[tuple[Found, int]]]
"""Asks for posts; yields what was found with the evidence that holds the answer."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What an answer said of the account itself, in the platform's words, and the evidence that holds it."""

    standing: Standing
    said: str | None
    evidence_id: int


@dataclass(slots=True)
class Asked:
    """The posts that a look left out, and what direct questions brought of them."""

    missed: Sequence[Unseen]
    put: int = 0
    answers: list[tuple[Found, int]] = field(default_factory=list)


def look(
    session: Session, job: Job, query_id: int, stated: Stated | None, listings: Sequence[Row]
) -> list[Unseen]:
    """Write how the account stands after a look at its listings, and which posts are back; return those it left out."""
    listings = [row for row in listings if row["outcome"] in _WHOLE]
    writes.add_changes(session, query_id, [*_account(session, job, query_id, stated)])
    writes.add_changes(session, query_id, [*_back(session, query_id, listings)])
    return [] if stated and stated.standing in GONE else _missed(session, job, listings)


def ask_for(asked: Asked, seek: Seek | None) -> Iterator[str]:
    """Ask for posts that were left out, and yield why not for all; without `seek`, as for a file, for none."""
    posts = standings.in_turn(asked.missed)[:MOST_ASKED] if seek else []
    asked.put = len(posts)
    try:
        sought = {one.key: one for one in posts}
        for found, evidence_id in seek([Sought(one.key, one.url) for one in posts]) if seek and posts else ():
            if found.key in sought:
                asked.answers.append((found, evidence_id))
    except (TrackerError, OSError) as error:
        yield f"posts that the list left out could not all be asked for: {error}"


def settle(session: Session, job: Job, query_id: int, asked: Asked) -> str:
    """Write how the posts that were left out stand, and return it in words."""
    writes.add_changes(session, query_id, [*_found(session, job, query_id, asked.missed, asked.answers)])
    return f"{len(asked.missed):,} known posts were not listed; {asked.put:,} of them were asked for"


def _missed(session: Session, job: Job, listings: Sequence[Row]) -> list[Unseen]:
    """Return what listings left out, but for those that come in after a later one."""
    latest = [
        dict(row)
        for row in listings
        if row["complete_since"] is not None
        and not compared.has_later_listing(session, row["series"], row["observed_at"])
    ]
    return standings.unseen(session, latest, job.source.name)


# -- the account -------------------------------------------------------------------------------------------------


def _account(session: Session, job: Job, query_id: int, stated: Stated | None) -> Iterator[Change]:
    """Write how the account stands where that differs from before, and yield the change."""
    ref, at = job.scope.account, job.scope.observed_at
    number = None if stated is None or ref is None else registry.find_account(session, ref)
    if stated is None or number is None:
        return
    account = registry.account(session, registry.standing(session, number)) or {}
    ids = identity.ids_of(session, account["id"])
    before = standings.of_account(session, ids, at)
    if before and before[0]["standing"] == stated.standing:
        return
    stood = Stood(number, None, at, stated.standing, stated.said, stated.evidence_id)
    (added,) = standings.add(session, query_id, [stood])
    was = standings.decisive(before)
    sight = f"standing-{was['id']}" if was else standings.last_sight(session, ids, at)
    kind = _kind("account", was["standing"] if was else None, stated.standing)
    if kind and sight:
        yield _change(kind, at, account["id"], account["account"], was, stated.standing, (sight, added))


# -- its posts ---------------------------------------------------------------------------------------------------


def _back(session: Session, query_id: int, listings: Sequence[Row]) -> Iterator[Change]:
    """Write that posts which were missing are shown again, and yield the change of those that were gone."""
    rows = standings.shown_again(session, [dict(row) for row in listings])
    stood = [Stood(row["account_id"], row["post_id"], row["at"], "present") for row in rows]
    keys = standings.keys_of(session, [row["post_id"] for row in rows])
    for row, added in zip(rows, standings.add(session, query_id, stood), strict=True):
        if row["standing"] in GONE - OF_THE_AUTHOR:
            of = (f"standing-{row['id']}", added)
            yield _change("post_back", row["at"], row["account_id"], keys[row["post_id"]], row, "present", of)


def _found(
    session: Session, job: Job, query_id: int, missed: Sequence[Unseen], answered: Sequence[tuple[Found, int]]
) -> Iterator[Change]:
    """Write what direct questions brought, and that the rest was not seen; yield the posts that are gone."""
    by_key, told = {one.key: one for one in missed}, {found.key for found, _ in answered}
    left = [one for one in missed if one.key not in told and one.standing in (None, "present")]
    at, now = job.scope.observed_at, job.now()
    standings.add(session, query_id, [Stood(one.account_id, one.post_id, at, "not_seen") for one in left])
    asked = [by_key[found.key] for found, _ in answered]
    before = standings.of_posts(session, [one.post_id for one in asked])
    seen = standings.last_snapshots(session, [one.post_id for one in asked])
    stood = [
        Stood(one.account_id, one.post_id, now, found.standing, found.said, evidence_id)
        for one, (found, evidence_id) in zip(asked, answered, strict=True)
    ]
    added = standings.add(session, query_id, stood)
    for one, (found, _), number in zip(asked, answered, added, strict=True):
        was = standings.decisive(before.get(one.post_id, []))
        was = None if was and was["standing"] in OF_THE_AUTHOR else was
        kind = _kind("post", was["standing"] if was else "present", found.standing)
        if kind and found.standing not in OF_THE_AUTHOR:
            yield _change(
                kind, now, one.account_id, one.key, was, found.standing, (seen[one.post_id], number)
            )


# -- what is told ------------------------------------------------------------------------------------------------


def _kind(what: str, was: Standing | None, now: Standing) -> str | None:
    """Return the type of change, or `None`: gone, gone for another cause that the platform states, or back."""
    if now in GONE and (was not in GONE or now not in (was, _NO_CAUSE)):
        return f"{what}_gone"
    return f"{what}_back" if now == "present" and was in GONE else None


def _change(
    kind: str,
    at: datetime,
    account_id: int,
    subject: str,
    was: Row | None,
    now: Standing,
    of: tuple[str, int],
) -> Change:
    """Return that something is gone or back; a cause stands there only where the platform said it."""
    before = _cause(was["standing"]) if was and was["standing"] in GONE else None
    return Change(at, kind, account_id, subject, "standing", before, _cause(now), of[0], f"standing-{of[1]}")


def _cause(standing: Standing) -> str | None:
    return None if standing == _NO_CAUSE else standing
