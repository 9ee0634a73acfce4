"""What X's interface for developers says when it is asked about one account: its user, its posts, and problems. Pure.

An edited post gets another id; it is known here by the first of its history, and the latest is its version.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tracker.collect import x_api_cells
from tracker.collect.moments import iso_moment
from tracker.collect.post_cells import identified, objects, words
from tracker.collect.post_files import PostFile
from tracker.collect.timelines import Timeline
from tracker.domain import (
    AccountRef,
    Answer,
    Listing,
    Outcome,
    Page,
    PlatformLabel,
    Post,
    Profile,
    Record,
    Standing,
)
from tracker.errors import BadInput

Values = Mapping[str, Any]
_OUTCOMES: Mapping[Standing, Outcome] = {"protected": "refused", "unknown": "error"}


def history_of(values: Values) -> tuple[str, ...]:
    """Return the ids that a post had, the first one first."""
    given = values.get("edit_history_tweet_ids")
    ids = [one for one in given if isinstance(one, str)] if isinstance(given, list) else []
    return tuple(ids) or tuple(filter(None, [words(values, "id")]))


def standing_of(problem: Values) -> Standing:
    """Return what a problem says of a user or a post: a suspension is named in its words, and nothing else is a cause."""
    kind, detail = words(problem, "type") or "", words(problem, "detail") or ""
    if "has been suspended" in detail:
        return "suspended"
    if kind.endswith("/not-authorized-for-resource"):
        return "protected"
    return "not_found" if kind.endswith("/resource-not-found") else "unknown"


def profile(record: Record, timeline: Timeline) -> Profile:
    """Return a user; an affiliation is a label by the platform, by the words of its badge."""
    user = dict(record.values)
    read = x_api_cells.profile(record, user, PostFile(timeline.source, timeline.scope), None)
    badge = words(user, "affiliation.description")
    kept = {"pinned": words(user, "pinned_tweet_id"), "subscription": words(user, "subscription_type")}
    return replace(
        read, listing=timeline.profile(), account=timeline.account, labelled_by=("platform",),
        labels=(PlatformLabel(badge, kind="affiliation"),) if badge else (),
        extra={**read.extra, **{name: value for name, value in kept.items() if value}},
    )  # fmt: skip


def post(record: Record, listing: Listing, account: AccountRef) -> Post:
    """Return a post, a reply, a quote or a repost; refuse one of somebody else."""
    values, writer = dict(record.values), words(record.values, "author_id")
    key = identified(record, "id", next(iter(history_of(values)), values.get("id")))
    version = identified(record, "id", values.get("id"))
    if writer not in (None, account.native_id):
        raise BadInput(f"a post of {writer}, not of {account.native_id}", line=record.line, field="author_id")
    when = iso_moment(values.get("created_at"), latest=listing.observed_at)
    told = replace(x_api_cells.details(values, version), version=version)
    told = replace(told, extra={name: value for name, value in told.extra.items() if name != "edits"})
    url = f"https://x.com/{account.handle or 'i'}/status/{version}"
    text = x_api_cells.text(values)
    return Post(listing, key, account, text, when.at, when.printed, None, url, record.line, told)


def refusal(answer: Answer, values: object) -> Page:
    """Return what the problems of an answer say; of one that is no success, its status says how the question ends."""
    problems = objects(values, "errors")
    said = next((words(one, "detail", "message", "title") for one in problems), None) or words(
        values, "detail", "title"
    )
    if answer.status != 200:
        return Page(answer, message=f"answered {answer.status}{f': {said}' if said else ''}")
    standing: Standing = next((standing_of(one) for one in problems), "unknown")
    outcome = _OUTCOMES.get(standing, "gone")
    return Page(answer, outcome=outcome, standing=standing, message=said or "an answer without data")
