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
from tracker.collect import profile_looks
from tracker.domain import Change
from tracker.errors import BadInput
from tracker.nearby import named_account
from tracker.registry.handles import account_ref
from tracker.registry.looks import LookForm, look_form, screenshot_kind
from tracker.store import evidence, identity, profiles, reads, writes
from tracker.store.engine import unit_of_work

SOURCE = profiles.BY_HAND
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
    before, late = profile_looks.looks_before(session, account, seen.observed_at)
    number = profiles.add_look(session, account["id"], query, seen)
    found = [] if late else profile_looks.differing(before, seen, source=SOURCE)
    changes = tuple(profile_looks.change(account, row, number, seen.observed_at, one) for row, one in found)
    writes.add_changes(session, query, changes)
    notices = [*profile_looks.learn(session, account, seen), *([profile_looks.LATE] if late else [])]
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


def _check_handle(account: Row, form: LookForm) -> None:
    if form.handle is not None:
        account_ref(form.handle, account["platform"], field="handle")


def _snapshot_of(session: Session, account: Row, query_id: int) -> str:
    looks = profiles.looks_of(session, identity.ids_of(session, account["id"]))
    return next(str(row["snapshot"]) for row in looks if row["query_id"] == query_id)


def _digest(account: Row, form: LookForm) -> str:
    words = json.dumps(["look", account["id"], asdict(form.look)], default=str, sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()
