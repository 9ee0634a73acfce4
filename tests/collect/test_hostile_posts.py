"""Whatever stands at whatever place of an answer about posts: it is read, or kept apart, and never breaks the reading."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from tests.collect import test_bluesky, test_mastodon, test_tiktok_research, test_x_posts, test_youtube_api
from tracker.collect import sources
from tracker.domain import AccountRef, Listing, Notice, Post, Profile, Quarantined, Record, Scope
from tracker.errors import BadInput

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
JUNK = (None, True, 1e300, "\ud800\x00", [], {}, [1], {"x": 1})


def bluesky() -> list[dict[str, Any]]:
    own = test_bluesky
    facets = [{"features": [{"uri": "https://river.example/"}, {"tag": "river"}, {"did": own.LAKE}]}]
    images = {"images": [{"alt": "Dawn", "image": {"ref": {"$link": "p"}}}]}
    embed = {"record": {"record": {"uri": own.uri("q", own.LAKE)}}, "media": images}
    post = own.entry("1", facets=facets, embed=embed, langs=["en", "zh"], tags=["a"], labels={"values": [{"val": "v"}]},
                     reply={"parent": {"uri": own.uri("p")}, "root": {"uri": own.uri("r")}})  # fmt: skip
    post["post"]["labels"] = [{"src": own.LABELER, "val": "spam", "exp": "2027-01-01T00:00:00Z"}]
    verified = {"verifications": [{"issuer": own.LAKE}], "verifiedStatus": "valid"}
    return [
        own.document(own.DID, "#atproto_pds", "https://pds.example.org"),
        own.profile(labels=[{"src": own.LAKE, "val": "x"}], verification=verified, associated={"labeler": True}),
        own.document(own.LABELER, "#atproto_labeler", "https://labels.example.org"),
        {"labels": [{"src": own.LABELER, "val": "state-media"}]},
        post, own.reposted("2"), {"uri": own.uri("3"), "cid": "c", "value": post["post"]["record"]},
    ]  # fmt: skip


def mastodon() -> list[dict[str, Any]]:
    own = test_mastodon
    more = {
        "spoiler_text": "s", "language": "en", "edited_at": "2026-09-20T09:00:00Z", "tags": [{"name": "b", "url": "https://a.example/b"}],
        "mentions": [{"acct": "lake", "url": "https://a.example/@lake"}], "media_attachments": [{"type": "image", "url": "https://a.example/i"}],
        "card": {"url": "https://a.example/c"}, "quote": {"state": "accepted", "quoted_status": {"uri": "u"}},
        "poll": {"options": [{"title": "t", "votes_count": 1}]}, "application": {"name": "n"}, "replies_count": 1, "in_reply_to_id": "9",
    }  # fmt: skip
    fields = [
        {"name": "n", "value": '<a href="https://a.example/">a</a>', "verified_at": "2026-01-01T00:00:00Z"}
    ]
    person = own.account(
        fields=fields, roles=[{"name": "r"}], moved={"uri": "u"}, limited=True, avatar="https://a.example/a"
    )
    return [person, own.status(31, **more), own.status(32, reblog=own.status(5))]


def x_posts() -> list[dict[str, Any]]:
    own = test_x_posts
    entities = {
        "urls": [{"expanded_url": "https://a.example/"}],
        "hashtags": [{"tag": "t"}],
        "mentions": [{"username": "u"}],
    }
    user = own.user(
        affiliation={"description": "d"}, entities={"url": {"urls": [{"expanded_url": "https://a.example/"}]}}
    )
    post = own.tweet(
        2, entities=entities, note_tweet={"text": "long", "entities": entities}, withheld={"country_codes": ["IN"]}, lang="en",
        referenced_tweets=[{"type": "quoted", "id": "5"}], media=[{"type": "photo", "url": "https://a.example/p"}],
    )  # fmt: skip
    return [user, post]


def youtube_api() -> list[dict[str, Any]]:
    own = test_youtube_api
    details = {"duration": "PT3M", "regionRestriction": {"blocked": ["DE"]}}
    return [
        own.channel(),
        own.video("riverAAAA01", contentDetails=details, status={"privacyStatus": "public"}),
    ]


def tiktok_research() -> list[dict[str, Any]]:
    own = test_tiktok_research
    more = {
        "hashtag_names": ["a"],
        "video_mention_list": ["b"],
        "video_label": {"content": "c"},
        "voice_to_text": "d",
        "effect_ids": ["1"],
    }
    return [
        {"display_name": "River", "bio_description": "b", "follower_count": 7, "is_verified": True},
        own.video(1, **more),
    ]


WHOLE = [(bluesky, test_bluesky.RIVER), (mastodon, test_mastodon.RIVER), (x_posts, test_x_posts.RIVER),
         (youtube_api, test_youtube_api.RIVER), (tiktok_research, test_tiktok_research.RIVER)]  # fmt: skip


def mutated(value: Any) -> Iterator[Any]:
    """Yield a value with each thing in it, at any depth, put in place of by each kind of junk."""
    yield from JUNK
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for place, inner in list(pairs):
        for other in mutated(inner):
            whole = dict(value) if isinstance(value, dict) else list(value)
            whole[place] = other
            yield whole


@pytest.mark.parametrize(("make", "account"), WHOLE, ids=[make.__name__ for make, _ in WHOLE])
def test_junk_at_any_place_of_an_answer_breaks_nothing(make: Any, account: AccountRef) -> None:
    source, bodies, tried = sources.load(make.__name__), make(), 0

    for place, body in enumerate(bodies):
        for other in mutated(body):
            if isinstance(other, dict):
                records = [
                    Record(line, one)
                    for line, one in enumerate([*bodies[:place], other, *bodies[place + 1 :]], 1)
                ]
                found = list(source.parse(iter(records), Scope({}, NOW, account)))
                tried += 1
                assert {type(item) for item in found} <= {Listing, Post, Profile, Quarantined, Notice}
                assert all(
                    isinstance(item.key, str) and isinstance(item.text, str)
                    for item in found
                    if isinstance(item, Post)
                )

    assert tried > 50
    posts = [
        item
        for item in source.parse(iter([Record(1, one) for one in bodies]), Scope({}, NOW, account))
        if isinstance(item, Post)
    ]
    assert len(cast("list[Post]", posts)) > 0


def answers() -> dict[str, Any]:
    """One whole answer of each source, as it comes."""
    media = {
        "media": [{"media_key": "3_1", "url": "https://a.example/p"}],
        "users": [{"id": "77"}],
        "tweets": [{"id": "5"}],
    }
    attached = {"attachments": {"media_keys": ["3_1"]}, "referenced_tweets": [{"type": "quoted", "id": "5"}]}
    return {
        "bluesky": {"feed": [test_bluesky.entry("1")], "cursor": "c"},
        "mastodon": [test_mastodon.status(31)],
        "x_posts": {
            "data": [test_x_posts.tweet(1, **attached)],
            "includes": media,
            "meta": {"result_count": 1},
        },
        "youtube_api": {
            "kind": "youtube#videoListResponse",
            "items": [test_youtube_api.video("riverAAAA01")],
        },
        "tiktok_research": {
            "data": {"videos": [test_tiktok_research.video(1)], "has_more": True},
            "error": {"code": "ok"},
        },
    }


@pytest.mark.parametrize("name", [make.__name__ for make, _ in WHOLE])
def test_junk_at_any_place_of_a_body_gives_records_or_words_and_nothing_else(name: str) -> None:
    read, tried = cast("Any", sources.records_in(sources.load(name))), 0

    for other in mutated(answers()[name]):
        tried += 1
        try:
            found = list(read(json.dumps(other).encode()))
        except BadInput:
            continue
        assert all(isinstance(record, Record) and isinstance(record.values, dict) for record in found)

    assert tried > 50
