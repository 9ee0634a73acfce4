"""What a person saw on a profile, entered by hand with a screenshot: evidence, snapshot and changes, as from a source."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from tracker import __version__
from tracker.domain import Change, Look
from tracker.errors import BadInput
from tracker.nearby import named_account
from tracker.registry.handles import account_ref
from tracker.registry.looks import Difference, LookForm, differences, look_form, screenshot_kind
from tracker.store import evidence, identity, profiles, reads, registry, writes
from tracker.store.engine import unit_of_work

SOURCE = "by_hand"
COMPARED = ("label", "discloses", "handle", "name", "bio")
"""What is compared between two looks, in the order of reporting."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Looked:
    """What entering a look did: its snapshot, whether it is new, the changes that it showed, and what to know."""

    snapshot: str
    account: str
    new: bool
    changes: tuple[Change, ...] = ()
    notices: tuple[str, ...] = ()


def look(engine: Engine, raw: Mapping[str, Any], screenshot: bytes | None, *, now: datetime) -> Looked:
    """Keep what somebody saw on a profile, with the screenshot as evidence, and say what changed since the look before.

    Fields: `account`, `observed_on`, `by`, and at least one of `label` (with `label_words`), `bio`, `discloses` (with
    `discloses_words`), `handle`, `name`. The same look entered twice is kept once. Raise `FormErrors` for wrong
    fields, and `BadInput` for a screenshot that is none or an account that nobody knows.
    """
    form = look_form(raw, now=now)
    if not screenshot:
        raise BadInput("is needed: a picture or a PDF of the profile on that day", field="screenshot")
    kind = screenshot_kind(screenshot)
    with unit_of_work(engine) as session:
        account = named_account(session, form.account)
        if account is None:
            raise BadInput(
                f"no account is called {form.account[:80]!r}; expected PLATFORM:HANDLE", field="account"
            )
        _check_handle(account, form)
        kept = evidence.keep(session, screenshot, name=f"screenshot.{kind}")
        digest = _digest(account, form)
        done = reads.finished_like(session, SOURCE, digest, kept)
        if done is not None:
            return Looked(
                _snapshot_of(session, account, int(str(done["query_id"]))), account["account"], new=False
            )
        return _keep(session, account, form, digest=digest, kept=kept, now=now)


def _keep(session: Session, account: Row, form: LookForm, *, digest: str, kept: int, now: datetime) -> Looked:
    seen = form.look
    query = writes.start_query(
        session, SOURCE, {"account": account["account"], "by": form.by}, digest=digest, observed_at=seen.observed_at,
        started_at=now, evidence_id=kept, tool_version=__version__,
    )  # fmt: skip
    evidence.add_fetch(
        session, query, fetched_at=now, origin=f"hand:{form.by}", http_status=None, evidence_id=kept
    )
    before, late = _before(session, account, seen)
    number = profiles.add_look(session, account["id"], query, seen)
    changes = tuple(_change(account, row, number, seen, one) for row, one in _differing(before, seen, late))
    writes.add_changes(session, query, changes)
    notices = [
        *_learn(session, account, seen),
        *(["a later look is in the record already: nothing was compared"] if late else []),
    ]
    writes.finish_query(
        session,
        query,
        "rows",
        finished_at=now,
        read=1,
        counts=writes.Counts(new=1),
        quarantined=0,
        warnings=notices,
    )
    return Looked(f"profile-{number}", account["account"], True, changes, tuple(notices))


def _before(session: Session, account: Row, seen: Look) -> tuple[list[Row], bool]:
    """Return the earlier looks, the latest first, and whether a later one is there."""
    looks = profiles.looks_of(session, identity.ids_of(session, account["id"]))
    earlier = [row for row in looks if row["observed_at"] <= seen.observed_at]
    return earlier[::-1], len(earlier) < len(looks)


def _differing(before: list[Row], seen: Look, late: bool) -> list[tuple[Row, Difference]]:
    """Return what differs from the latest look that looked at the same field, each with that look."""
    found: dict[str, tuple[Row, Difference]] = {}
    compared: set[str] = set()
    for row in [] if late else before:
        known = {
            name for name in ("label", "bio", "discloses", "handle", "name") if row[name] is not None
        } - compared
        for one in differences(profiles.look_of(row), seen):
            if one.field in known:
                found[one.field] = (row, one)
        compared |= known - ({"label"} if row["label"] == "unknown" else set())
    return [found[name] for name in COMPARED if name in found]


def _change(account: Row, before: Row, number: int, seen: Look, one: Difference) -> Change:
    return Change(
        seen.observed_at, one.type, account["id"], account["account"], one.field, one.before, one.after,
        before["snapshot"], f"profile-{number}",
    )  # fmt: skip


def _learn(session: Session, account: Row, seen: Look) -> list[str]:
    """Let the account be found by a handle that was seen on it, unless another account bears it."""
    if seen.handle is None:
        return []
    ref = account_ref(seen.handle, account["platform"], field="handle")
    bearer = registry.find_account(session, ref)
    if bearer is not None and registry.standing(session, bearer) != account["id"]:
        other = registry.account(session, bearer) or {}
        return [f"{other['account']} bears this handle in the registry; if they are one account, merge them"]
    registry.learn_name(session, account, ref.key)
    return []


def _check_handle(account: Row, form: LookForm) -> None:
    if form.handle is not None:
        account_ref(form.handle, account["platform"], field="handle")


def _snapshot_of(session: Session, account: Row, query_id: int) -> str:
    looks = profiles.looks_of(session, identity.ids_of(session, account["id"]))
    return next(str(row["snapshot"]) for row in looks if row["query_id"] == query_id)


def _digest(account: Row, form: LookForm) -> str:
    words = json.dumps(["look", account["id"], asdict(form.look)], default=str, sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()
