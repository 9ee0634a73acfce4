"""Fields that come or go in what is asked live are told by source and kind of record, although another kind bears them too."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect import test_bluesky, test_mastodon
from tests.collect.lines import Line
from tests.collect.servers import FaultServer, data
from tests.collect.test_sources import BODIES
from tests.peers.mastodon import HOST
from tracker.collect import sources, writing
from tracker.collect.batches import Tally
from tracker.collect.job import Job, silent
from tracker.domain import AccountRef, ImportReport, Record, Scope
from tracker.store import writes
from tracker.store.engine import unit_of_work

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
DID = "did:plc:riverriverriverriverrive"
KEPT = f"at://{DID}/app.bsky."
KINDS: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "bluesky": {
        "identity": {"service": [{"id": "#atproto_pds"}], "id": DID}, "labels": {"labels": [{"src": DID}], "cursor": "1"},
        "profile": {"did": DID, "labels": [{"src": DID}], "createdAt": "2026"},
        "repository": {"active": True, "did": DID}, "own profile": {"uri": f"{KEPT}actor.profile/self", "value": {"createdAt": "2026"}},
        "post": {"post": {"uri": f"{KEPT}feed.post/1", "record": {"text": "Hello"}}, "feedContext": "a"},
        "repost": {"post": {"uri": f"{KEPT}feed.post/1"}, "reason": {"$type": "app.bsky.feed.defs#reasonRepost"}, "feedContext": "a"},
        "post record": {"uri": f"{KEPT}feed.post/1", "value": {"createdAt": "2026"}},
        "repost record": {"uri": f"{KEPT}feed.repost/1", "value": {"createdAt": "2026"}},
    },
    "mastodon": {
        "account": {"id": "7", "username": "river", "url": "https://a.example/@river", "created_at": "2026"},
        "status": {"id": "9", "content": "Hello", "url": "https://a.example/@river/9", "created_at": "2026"},
    },
    "x_posts": {
        "user": {"id": "7", "username": "river", "created_at": "2026", "withheld": {"scope": "user"}},
        "post": {"id": "9", "text": "Hello", "created_at": "2026", "withheld": {"scope": "post"}},
    },
    "tiktok_research": {"user": {"display_name": "River", "bio_url": "https://river.example"}, "video": {"id": 9, "username": "river"}},
    "youtube_api": {
        "youtube#channel": {"kind": "youtube#channel", "id": "UC7", "snippet": {"title": "River"}},
        "youtube#video": {"kind": "youtube#video", "id": "9", "snippet": {"title": "Hello"}},
    },
    **{
        name: {
            "site": {"name": "River", "description": "News", "url": "https://river.example"},
            "post": {"id": 9, "link": "https://river.example/9", "title": {"rendered": "Hello"}},
            "entry": {"kind": "entry", "id": "9", "title": "Hello"}, "feed": {"kind": "feed", "title": "River"},
        }
        for name in ("wordpress", "sites")
    },
    "feeds": {"feed": {"kind": "feed", "title": "River"}, "entry": {"kind": "entry", "title": "Hello"}},
    "youtube": {"feed": {"kind": "feed", "title": "River"}, "entry": {"kind": "entry", "title": "Hello"}},
    "telegram": {"channel": {"kind": "channel", "title": "River"}, "message": {"kind": "message", "text": "Hello"}},
}  # fmt: skip
"""The kinds of records that the answers of a source hold; those of the others are all of one."""
LIVE = [name for name in sources.names() if sources.live(sources.load(name))]


def answered(engine: Engine, name: str, records: Sequence[Mapping[str, Any]]) -> ImportReport:
    """Close a query whose answers held these records."""
    job = Job(engine, sources.load(name), Scope({}, NOW), lambda: NOW, silent)
    found = (Record(line, values) for line, values in enumerate(records, 1))
    list(job.fields.noting(found, columns=False, shape=sources.shape_of(job.source)))
    with unit_of_work(engine) as session:
        number = writes.start_query(
            session, name, {}, digest="d", observed_at=NOW, started_at=NOW, evidence_id=None, tool_version="0"
        )
        end = writing.End("rows", len(records), ())
        return writing.close(session, job, number, Tally(), end, name="everything", listings=())


@pytest.mark.parametrize("name", LIVE)
def test_a_field_that_one_kind_of_record_gets_or_loses_is_told(engine: Engine, name: str) -> None:
    whole = dict(KINDS.get(name, {"": BODIES[name]}))
    lost = {
        kind: [key for key, value in values.items() if value not in (None, "", [])][-1]
        for kind, values in whole.items()
    }
    other = {
        kind: {key: value for key, value in values.items() if key != lost[kind]} | {"brand_new": {"mark": 1}}
        for kind, values in whole.items()
    }
    for _ in range(writing.ENOUGH):
        answered(engine, name, [*whole.values()])

    told = {kind: answered(engine, name, [*{**whole, kind: other[kind]}.values()]).warnings for kind in whole}

    def of(kind: str) -> str:
        return f" ({kind})" if kind else ""

    assert told == {
        kind: (
            f"fields that no earlier answer of this source had: brand_new{of(kind)}",
            f"fields that every earlier answer of this source had, and this one has not: {lost[kind]}{of(kind)}",
        )
        for kind in whole
    }


def test_what_goes_with_its_object_is_not_missed_by_itself(engine: Engine) -> None:
    post = {"post": {"uri": "at://a", "record": {"text": "Hello", "embed": {"images": [{"alt": "Dawn"}]}}}}
    bare = {"post": {"uri": "at://a", "record": {"text": "Hello"}}}
    for _ in range(writing.ENOUGH):
        answered(engine, "bluesky", [post])

    report = answered(engine, "bluesky", [bare])

    assert report.warnings == (
        "fields that every earlier answer of this source had, and this one has not: post.record.embed (post)",
    )


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def asked(line: Line, account: AccountRef) -> list[str]:
    line.later += timedelta(days=1)
    return [words for words in line.ask(account).warnings if words.startswith("fields that")]


def test_a_counter_that_bluesky_no_longer_gives_is_told_with_the_answer(
    engine: Engine, server: FaultServer
) -> None:
    server.answers(f"/{DID}", data(test_bluesky.document(DID, "#atproto_pds", "https://pds.example.org")))
    line = Line(engine, server, "bluesky", test_bluesky.HOSTS)
    profile, entry = test_bluesky.profile(), test_bluesky.entry("1")
    server.answers(test_bluesky.PROFILE, data(profile))
    server.answers(test_bluesky.FEED, data({"feed": [entry]}))
    early = [asked(line, test_bluesky.RIVER) for _ in range(writing.ENOUGH)]
    del profile["followersCount"]
    entry["post"]["record"]["embed"] = {"$type": "app.bsky.embed.gallery", "items": [{"alt": "Dawn"}]}
    server.answers(test_bluesky.PROFILE, data(profile))
    server.answers(test_bluesky.FEED, data({"feed": [entry]}))

    late = asked(line, test_bluesky.RIVER)

    assert early == [[], [], []]
    assert late == [
        "fields that no earlier answer of this source had: post.record.embed (post)",
        "fields that every earlier answer of this source had, and this one has not: followersCount (profile)",
    ]
    assert line.rows("SELECT shape, field, what FROM field_drift ORDER BY shape") == [
        ("post", "post.record.embed", "new"),
        ("profile", "followersCount", "lost"),
    ]


def test_an_address_that_mastodon_gives_of_accounts_alone_is_missed_at_posts(
    engine: Engine, server: FaultServer
) -> None:
    line = Line(engine, server, "mastodon", [HOST])
    server.answers(test_mastodon.ACCOUNT, data(test_mastodon.account(url=f"https://{HOST}/@River")))
    server.answers(test_mastodon.STATUSES, data([test_mastodon.status(31)]))
    early = [asked(line, test_mastodon.RIVER) for _ in range(writing.ENOUGH)]
    status = {name: value for name, value in test_mastodon.status(31).items() if name != "url"}
    server.answers(test_mastodon.STATUSES, data([status]))

    late = asked(line, test_mastodon.RIVER)

    assert early == [[], [], []]
    assert late == ["fields that every earlier answer of this source had, and this one has not: url (status)"]
