"""What the pages of the registry read and write: one account, the queue, decisions, withdrawals, objections.

Every write begins with the visitor's role and ends with the lake brought up to it.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import streamlit as st

from dashboard import auth, data
from tracker import accountdesk, desk, mirror, portrait, reviewdesk, settings
from tracker.analysis import accounts
from tracker.analysis.tables import Lake
from tracker.collect import sources
from tracker.collect.job import silent
from tracker.errors import BadInput

Row = dict[str, Any]
Done = TypeVar("Done")

LONGEST_NAME = 600


def account(name: str) -> Row:
    """Return an account or a brand with all that stands around it; raise `BadInput` when nothing is called so.

    The keys of `desk.show_account` and of `portrait.standing`.
    """
    if not name.isprintable() or len(name) > LONGEST_NAME:
        raise BadInput("a name that no account can have")
    engine = data.record()
    shown = desk.show_account(engine, name)
    return shown | portrait.standing(engine, shown)


def queue() -> list[Row]:
    """Return the accounts that wait for a decision, the longest first."""
    return reviewdesk.review_queue(data.record())


def decided() -> list[Row]:
    """Return the latest decisions, latest first."""
    return reviewdesk.decided(data.record())


def collected(account_ids: Collection[int]) -> tuple[list[Row], list[Row]]:
    """Return what was asked about accounts, by source and outcome, and how many ads and posts are held, by source."""
    opened, ids = data.lake(), tuple(sorted(account_ids))
    return _collected(opened.version, ids, opened) if opened and ids else ([], [])


def sources_of(platforms: Collection[str]) -> list[str]:
    """Return the names of the sources that can be asked about accounts on these platforms."""
    return [name for name in sources.names() if sources.load(name).platform in platforms]


def review(form: Mapping[str, Any]) -> reviewdesk.Reviewed:
    """Decide about a suspicion; raise `FormErrors` or `BadInput` for what is wrong with it, or `NotAllowed`."""
    return _written(reviewdesk.review, auth.signed(form, role="editor"))


def withdraw_claim(form: Mapping[str, Any]) -> Row:
    """Withdraw a claim and return it; raise `FormErrors` or `BadInput` for what is wrong with it, or `NotAllowed`."""
    return _written(reviewdesk.withdraw_claim, auth.signed(form, role="editor"))


def object_to_claim(form: Mapping[str, Any]) -> Row:
    """Attach an objection to a claim and return it; raise as `withdraw_claim` does."""
    return _written(reviewdesk.object_to_claim, auth.signed(form, role="editor"))


def merge(form: Mapping[str, Any]) -> Row:
    """Say that two accounts are one and return the step; raise as `withdraw_claim` does."""
    return _written(accountdesk.merge, auth.signed(form, role="editor"))


def split(form: Mapping[str, Any]) -> Row:
    """Make of a name of an account one of its own and return the step; raise as `withdraw_claim` does."""
    return _written(accountdesk.split, auth.signed(form, role="editor"))


def undo(form: Mapping[str, Any]) -> Row:
    """Take a merge or a split back and return the step that says so; raise as `withdraw_claim` does."""
    return _written(accountdesk.undo, auth.signed(form, role="editor"))


def _written(act: Callable[..., Done], form: Mapping[str, Any]) -> Done:
    engine = data.record()
    done = act(engine, form, now=datetime.now(UTC))
    mirror.refresh(engine, settings.load(), progress=silent)
    return done


@st.cache_data(max_entries=data.KEEP, show_spinner=False)
def _collected(version: str, ids: tuple[int, ...], _lake: Lake) -> tuple[list[Row], list[Row]]:
    tables = _lake.tables
    asked = _lake.rows(accounts.asked(tables["listings"], ids))
    held = [
        {"kind": kind, **row}
        for kind in ("ads", "posts")
        for row in _lake.rows(accounts.held(tables[kind], ids))
    ]
    return asked, held
