"""Bluesky: who an account is, what it shows and writes, who labels it, and why a post is missing."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect import recorded
from tests.collect.lines import Line
from tests.collect.servers import (
    Asked,
    FaultServer,
    Told,
    client_of,
    data,
    login_page,
    throttled,
    web_guard_of,
)
from tracker.collect import parsers, reparse
from tracker.collect.sources import bluesky
from tracker.domain import (
    AccountRef,
    Count,
    Listing,
    Media,
    Post,
    PostDetails,
    Profile,
    Quarantined,
    Record,
    Scope,
    Sought,
)
from tracker.errors import BadInput
from tracker.settings import Settings

DID = "did:plc:riverriverriverriverrive"
LAKE = "did:plc:lakelakelakelakelakelake"
LABELER = "did:plc:labelerlabelerlabelerlab"
RIVER = AccountRef("bluesky", "river.example.org", handle="river.example.org", native_id=DID)
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
SINCE = datetime(2026, 9, 17, tzinfo=UTC)
HOSTS = ["public.api.bsky.app", "plc.directory", "pds.example.org", "labels.example.org", "river.example.org"]
PROFILE, FEED = "/xrpc/app.bsky.actor.getProfile", "/xrpc/app.bsky.feed.getAuthorFeed"
RECORD, RECORDS = "/xrpc/com.atproto.repo.getRecord", "/xrpc/com.atproto.repo.listRecords"
PROOF, STATUS = "/xrpc/com.atproto.sync.getRecord", "/xrpc/com.atproto.sync.getRepoStatus"
LABELS, POSTS = "/xrpc/com.atproto.label.queryLabels", "/xrpc/app.bsky.feed.getPosts"
WITH_LABELER = {"BLUESKY_LABELERS": LABELER}


def uri(key: str, did: str = DID, collection: str = "app.bsky.feed.post") -> str:
    return f"at://{did}/{collection}/{key}"


def document(did: str, kind: str, address: str) -> dict[str, Any]:
    return {
        "id": did,
        "alsoKnownAs": ["at://river.example.org"],
        "service": [{"id": kind, "serviceEndpoint": address}],
    }


def profile(**more: Any) -> dict[str, Any]:
    return {"did": DID, "handle": "river.example.org", "displayName": "River", "description": "News",
            "followersCount": 7, "postsCount": 2, "createdAt": "2026-01-05T08:00:00Z", "labels": [], **more}  # fmt: skip


def entry(key: str, day: int = 20, **record: Any) -> dict[str, Any]:
    said = {
        "$type": "app.bsky.feed.post",
        "text": f"Words {key}",
        "createdAt": f"2026-09-{day}T08:00:00Z",
        **record,
    }
    return {"post": {"uri": uri(key), "cid": f"version-{key}", "author": {"did": DID}, "record": said, "likeCount": 0,
                     "indexedAt": f"2026-09-{day}T08:00:01Z", "labels": []}}  # fmt: skip


def reposted(key: str) -> dict[str, Any]:
    theirs = {"uri": uri(key, LAKE), "cid": "v", "author": {"did": LAKE}, "record": {"text": "Of the lake"}}
    reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": {"did": DID}, "indexedAt": "2026-09-21T08:00:00Z",
              "uri": uri("r1", collection="app.bsky.feed.repost"), "cid": "repost-1"}  # fmt: skip
    return {"post": theirs, "reason": reason}


def parsed(*values: dict[str, Any]) -> list[Any]:
    known = document(DID, "#atproto_pds", "https://pds.example.org")
    records = [Record(line, one) for line, one in enumerate([known, *values], 1)]
    return list(bluesky.parse(records, Scope({}, NOW, RIVER)))


def posts(*values: dict[str, Any]) -> dict[str, Post]:
    return {item.key: item for item in parsed(*values) if isinstance(item, Post)}


def test_a_post_is_read_whole() -> None:
    facets = [
        {"features": [{"uri": "https://river.example/news?utm_source=x"}, {"tag": "river"}, {"did": LAKE}]}
    ]
    picture = {
        "$type": "app.bsky.embed.images",
        "images": [{"alt": "Dawn", "image": {"ref": {"$link": "picture1"}}}],
    }
    quoting = {
        "$type": "app.bsky.embed.recordWithMedia",
        "record": {"record": {"uri": uri("q", LAKE)}},
        "media": picture,
    }
    given = entry(
        "1", facets=facets, embed=quoting, langs=["en", "zh"], labels={"values": [{"val": "graphic"}]}
    )
    given["post"]["labels"] = [{"src": LABELER, "val": "spam"}, {"src": LABELER, "val": "old", "neg": True}]

    post = posts(given)[uri("1")]

    assert post == Post(
        Listing("bluesky|river.example.org|*", NOW, RIVER, complete_since=SINCE), uri("1"), RIVER, "Words 1",
        datetime(2026, 9, 20, 8, tzinfo=UTC), "2026-09-20T08:00:00Z", None,
        f"https://bsky.app/profile/{DID}/post/1", 2,
        PostDetails(
            kind="quote", language="en", quote_of=uri("q", LAKE), links=("https://river.example/news",), hashtags=("river",),
            mentions=(LAKE,), media=(Media("image", f"https://cdn.bsky.app/img/feed_fullsize/plain/{DID}/picture1", "Dawn"),),
            labels=(f"graphic by {DID}", f"spam by {LABELER}"), version="version-1", counts=(Count("likes", 0),),
            extra={"languages": ["en", "zh"], "indexed_at": "2026-09-20T08:00:01Z"},
        ),
    )  # fmt: skip


def test_a_record_says_the_same_whoever_hands_it_out() -> None:
    viewed = entry("1", reply={"parent": {"uri": uri("p", LAKE)}, "root": {"uri": uri("o", LAKE)}})
    kept = {"uri": uri("1"), "cid": "version-1", "value": viewed["post"]["record"]}

    by_appview, by_server = (posts(one)[uri("1")] for one in (viewed, kept))

    assert by_appview.details
    assert by_server.details
    assert (by_appview.text, by_appview.published_at, by_appview.url) == (
        by_server.text,
        by_server.published_at,
        by_server.url,
    )
    assert (by_server.details.kind, by_server.details.reply_to, by_server.details.root) == (
        "reply",
        uri("p", LAKE),
        uri("o", LAKE),
    )
    assert by_appview.details.version == by_server.details.version == "version-1"


def test_a_repost_is_an_entry_of_its_own_with_the_words_of_another() -> None:
    (post,) = posts(reposted("theirs")).values()

    assert (post.key, post.text) == (uri("r1", collection="app.bsky.feed.repost"), "Of the lake")
    assert post.details
    assert (post.details.kind, post.details.author, post.details.repost_of) == (
        "repost",
        LAKE,
        uri("theirs", LAKE),
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"uri": uri("1", LAKE), "value": {"text": "of somebody else"}}, "uri"),
        ({"uri": "https://bsky.app/1", "value": {}}, "uri"),
        ({"uri": uri("1"), "value": [1]}, "record"),
        ({"uri": uri("1"), "value": {"text": 7}}, "text"),
    ],
)
def test_an_entry_that_is_no_post_of_the_account_is_kept_apart(wrong: dict[str, Any], field: str) -> None:
    found = [item for item in parsed(wrong, entry("2")) if isinstance(item, Quarantined | Post)]

    assert [getattr(item, "field", "post") for item in found] == [field, "post"]


def test_labels_are_those_in_force_by_who_gave_them_and_a_labelers_own_word_goes_before() -> None:
    shown = [
        {"src": LABELER, "val": "old news"},
        {"src": LAKE, "val": "funny"},
        {"src": DID, "val": "!no-unauthenticated"},
    ]
    told = [{"src": LABELER, "val": "state-media"}, {"src": LABELER, "val": "spam", "neg": True}, {"src": LAKE, "val": "no"},
            {"src": LABELER, "val": "over", "exp": "2026-09-01T00:00:00Z"}]  # fmt: skip
    labeler = document(LABELER, "#atproto_labeler", "https://labels.example.org")

    (found,) = [
        item for item in parsed(profile(labels=shown), labeler, {"labels": told}) if isinstance(item, Profile)
    ]

    assert [(label.value, label.issuer) for label in found.labels] == [
        ("funny", LAKE), ("!no-unauthenticated", DID), ("state-media", LABELER),
    ]  # fmt: skip
    assert found.labelled_by == (DID, LABELER)
    assert (found.look.handle, found.look.name, found.verified, found.extra) == (
        "river.example.org", "River", "none", {"server": "https://pds.example.org"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "case", ["getAuthorFeed_p1", "getAuthorFeed_p2", "listRecords_p1", "listRecords_reposts"]
)
def test_recorded_lists_are_read_without_anything_kept_apart(case: str) -> None:
    known = recorded.one("bluesky/plc_did_document.json")
    bodies = (known, recorded.one("bluesky/getProfile.json"), recorded.one(f"bluesky/{case}.json"))
    scope = Scope(
        {},
        datetime(2026, 11, 22, tzinfo=UTC),
        AccountRef("bluesky", "river-icc.test", handle="river-icc.test"),
    )

    found = list(bluesky.parse([one for body in bodies for one in bluesky.records_in(body)], scope))

    read = [item for item in found if isinstance(item, Post)]
    assert [item for item in found if isinstance(item, Quarantined)] == []
    assert len(read) == len(list(bluesky.records_in(bodies[2]))) > 0
    assert all(post.published_at and post.details and post.details.version for post in read)
    assert [item.look.handle for item in found if isinstance(item, Profile)] == ["river-icc.test"]


def test_an_account_without_a_name_is_left_out_of_a_round() -> None:
    with pytest.raises(BadInput, match="is known"):
        bluesky.question(Scope({}, NOW, AccountRef("bluesky", "~river-says")))


# -- asking ------------------------------------------------------------------------------------------------------


@pytest.fixture
def line(engine: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        server.answers("/xrpc/com.atproto.identity.resolveHandle", data({"did": DID}))
        server.answers(f"/{DID}", data(document(DID, "#atproto_pds", "https://pds.example.org")))
        server.answers(
            f"/{LABELER}", data(document(LABELER, "#atproto_labeler", "https://labels.example.org"))
        )
        server.answers(PROFILE, data(profile()))
        server.answers(FEED, data({"feed": [entry("2"), entry("1")]}))
        yield Line(engine, server, "bluesky", HOSTS)


def changes(line: Line) -> list[tuple[Any, ...]]:
    return line.rows('SELECT type, "before", "after" FROM change ORDER BY id')


def test_a_handle_leads_to_an_identity_which_is_asked_for_from_then_on(line: Line) -> None:
    report = line.ask(AccountRef("bluesky", "river.example.org", handle="river.example.org"))

    assert (report.outcome, report.new, report.warnings) == ("rows", 3, ())
    assert line.rows("SELECT native_id FROM account") == [(DID,)]
    assert {asked.query["actor"] for asked in line.server.asked if asked.path in (PROFILE, FEED)} == {DID}


def test_a_feed_is_read_until_it_is_older_than_what_was_asked_for(line: Line) -> None:
    pages = {None: ([entry("3", 22)], "a"), "a": ([entry("2", 10)], "b"), "b": ([entry("1", 9)], None)}

    def feed(asked: Asked) -> Told:
        entries, after = pages[asked.query.get("cursor")]
        return data({"feed": entries, **({"cursor": after} if after else {})})

    line.server.answers(FEED, feed)

    assert line.ask(RIVER).outcome == "rows"
    assert line.posts() == 2


def test_a_feed_that_was_throttled_goes_on_at_its_cursor(line: Line) -> None:
    line.server.answers(FEED, data({"feed": [entry("2")], "cursor": "after-2"}), throttled())
    stopped = line.ask(RIVER)
    line.server.answers(FEED, data({"feed": [entry("1")]}))

    report = line.ask(RIVER)

    assert (stopped.outcome, report.outcome, line.posts()) == ("throttled", "rows", 2)
    assert line.server.asked[-1].query["cursor"] == "after-2"


def test_a_cursor_that_comes_again_ends_the_question(line: Line) -> None:
    line.server.answers(FEED, data({"feed": [entry("2")], "cursor": "same"}))

    report = line.ask(RIVER)

    assert (report.outcome, line.posts()) == ("error", 1)


@pytest.mark.parametrize("path", [PROFILE, FEED, f"/{DID}"])
def test_a_web_page_in_place_of_data_is_a_wall_and_says_nothing_of_the_account(line: Line, path: str) -> None:
    line.server.answers(path, login_page())

    assert line.ask(RIVER).outcome == "login_wall"
    assert changes(line) == []


def test_a_list_that_is_named_otherwise_is_an_error_that_names_what_came(line: Line) -> None:
    line.server.answers(FEED, data({"posts": [], "next": "a"}))

    report = line.ask(RIVER)

    assert (report.outcome, line.posts()) == ("error", 0)
    assert report.warnings[0].endswith("answered without a list 'feed': an object with next, posts")


def test_a_handle_that_leads_to_nobody_is_gone_without_a_cause(line: Line) -> None:
    line.server.answers(
        "/xrpc/com.atproto.identity.resolveHandle",
        data({"error": "InvalidRequest", "message": "Unable to resolve handle"}, 400),
    )
    line.server.answers(
        "/.well-known/atproto-did", Told(b"<html>a shop</html>", 200, {"Content-Type": "text/html"})
    )

    report = line.ask(AccountRef("bluesky", "river.example.org", handle="river.example.org"))

    assert (report.outcome, line.rows("SELECT standing FROM standing")) == ("gone", [("not_found",)])


@pytest.mark.parametrize(
    ("error", "status", "standing", "outcome"),
    [
        ({"error": "AccountDeactivated", "message": "Account is deactivated"}, None, "deactivated", "gone"),
        ({"error": "AccountTakedown", "message": "Account has been suspended"}, None, "taken_down", "gone"),
        ({"error": "InvalidRequest", "message": "Profile not found"}, {"active": False, "status": "takendown"}, "taken_down", "gone"),
        ({"error": "InvalidRequest", "message": "Profile not found"}, {"active": False, "status": "deleted"}, "deleted", "gone"),
        ({"error": "InvalidRequest", "message": "Profile not found"}, {"active": False, "status": "throttled"}, "unknown", "error"),
        ({"error": "InvalidRequest", "message": "Profile not found"}, {"active": True}, "unknown", "gone"),
        ({"error": "InternalServerError", "message": "Suspended animation"}, None, "unknown", "error"),
    ],
)  # fmt: skip
def test_how_an_account_stands_is_what_a_server_says_by_name_and_nothing_else(
    line: Line, error: dict[str, str], status: dict[str, Any] | None, standing: str, outcome: str
) -> None:
    line.ask(RIVER)
    line.later = timedelta(days=1)
    line.server.answers(PROFILE, data(error, 400))
    line.server.answers(STATUS, data({"did": DID, **(status or {})}))

    report = line.ask(RIVER)

    told = [] if standing == "unknown" else [("account_gone", None, standing)]
    assert (report.outcome, changes(line)) == (outcome, told)


def test_a_labeler_that_does_not_answer_takes_no_label_back(line: Line) -> None:
    line.server.answers(LABELS, data({"labels": [{"src": LABELER, "uri": DID, "val": "state-media"}]}))
    line.ask(RIVER, WITH_LABELER)
    line.later = timedelta(days=1)
    line.server.answers(LABELS, data({"error": "InternalServerError"}, 400))
    line.ask(RIVER, WITH_LABELER)
    silent = changes(line)
    line.later = timedelta(days=2)
    line.server.answers(LABELS, data({"labels": []}))

    line.ask(RIVER, WITH_LABELER)

    assert (silent, changes(line)) == ([], [("label_gone", "state-media", None)])
    assert {
        asked.headers.get("atproto-accept-labelers") for asked in line.server.asked if asked.path == FEED
    } == {LABELER}


def test_a_label_that_a_labeler_put_on_the_profile_is_one_of_the_account(line: Line) -> None:
    label = {"src": LABELER, "uri": f"at://{DID}/app.bsky.actor.profile/self", "val": "state-media"}
    line.server.answers(
        LABELS, lambda asked: data({"labels": [label] if asked.query["uriPatterns"] == label["uri"] else []})
    )

    line.ask(RIVER, WITH_LABELER)

    assert (LABELER, "state-media") in line.rows("SELECT issuer, value FROM profile_label")


def labelled_by(line: Line) -> list[list[tuple[str, str]]]:
    """The labels of each profile that was kept, by who gave them; an empty one is that of somebody who gave none."""
    rows = line.rows(
        "SELECT snapshot_id, issuer, value FROM profile_label ORDER BY snapshot_id, issuer, value"
    )
    return [[(issuer, value) for _, issuer, value in group] for _, group in groupby(rows, key=itemgetter(0))]


def test_a_labeler_that_the_appview_no_longer_looks_for_takes_no_label_back(line: Line) -> None:
    spam = [{"src": LABELER, "val": "spam"}]
    steps = [
        (spam, f"{LABELER};redact, {LAKE}"),
        ([], f"{LAKE}"),
        ([], f"{LABELER}, {LAKE}"),
        ([], f"{LAKE}, {LABELER}"),
    ]
    told = []
    for day, (labels, consulted) in enumerate(steps):
        heard = {"atproto_content_labelers": consulted}
        post = entry("1")
        post["post"]["labels"] = labels
        line.later = timedelta(days=day)
        line.server.answers(PROFILE, data(profile(labels=labels), **heard))
        line.server.answers(FEED, data({"feed": [post]}, **heard))
        before = len(changes(line))
        line.ask(RIVER)
        told.append(changes(line)[before:])

    assert told == [[], [], [("label_gone", "spam", None)], []]
    assert labelled_by(line) == [
        [(LABELER, "spam"), (LAKE, ""), (DID, "")],
        [(LAKE, ""), (DID, "")],
        [(LABELER, ""), (LAKE, ""), (DID, "")],
    ]


def test_a_label_of_a_post_is_taken_back_only_while_its_labeler_is_looked_for(line: Line) -> None:
    told = []
    for day, (labels, consulted) in enumerate(
        [(["spam"], LABELER), ([], ""), ([], LABELER), (["spam"], LABELER), ([], LABELER)]
    ):
        post = entry("1")
        post["post"]["labels"] = [{"src": LABELER, "val": one} for one in labels]
        line.later = timedelta(days=day)
        line.server.answers(FEED, data({"feed": [post]}, atproto_content_labelers=consulted))
        before = len(changes(line))
        line.ask(RIVER)
        told.append(changes(line)[before:])

    spam = f"spam by {LABELER}"
    assert told == [[], [], [], [("post_marked", None, spam)], [("post_marked", spam, None)]]


def test_whose_labels_were_looked_for_is_evidence_and_is_read_again_from_it(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day, consulted in enumerate((LABELER, "")):
        line.later = timedelta(days=day)
        line.server.answers(PROFILE, data(profile(), atproto_content_labelers=consulted))
        line.ask(RIVER, WITH_LABELER, account="bluesky:river.example.org")
    monkeypatch.setattr(parsers, "version", lambda: "a later one")

    again = reparse.compare(line.engine, Settings(home=tmp_path), now=lambda: NOW + timedelta(days=9))

    assert (again.queries, again.differences, again.failed) == (2, [], 0)
    assert line.rows(
        "SELECT DISTINCT headers FROM fetch WHERE origin LIKE '%getProfile%' ORDER BY headers"
    ) == [
        (json.dumps({"atproto-accept-labelers": LABELER, "atproto-content-labelers": one}),)
        for one in ("", LABELER)
    ]


def test_an_empty_feed_is_silence_only_where_the_accounts_own_server_states_it(line: Line) -> None:
    line.server.answers(FEED, data({"feed": []}))
    line.server.answers(RECORDS, data({"records": [{"uri": uri("1"), "value": {}}]}))
    unsure = line.ask(RIVER)
    line.later = timedelta(days=1)
    line.server.answers(RECORDS, data({"records": []}))

    sure = line.ask(RIVER)

    assert (unsure.outcome, sure.outcome) == ("empty_unverified", "empty_confirmed")


def test_settings_that_are_none_end_in_words(line: Line) -> None:
    wrong = line.ask(RIVER, {"BLUESKY_APPVIEW": "somewhere"})
    none = line.ask(RIVER, {"BLUESKY_LABELERS": "@labeler"})
    many = line.ask(
        RIVER, {"BLUESKY_LABELERS": ",".join(f"did:web:l{number}.example" for number in range(21))}
    )

    assert (wrong.outcome, none.outcome, many.outcome) == ("error", "error", "error")
    assert "21 labelers; at most 20" in many.warnings[0]
    assert "TRACKER_BLUESKY_APPVIEW" in wrong.warnings[0]
    assert "TRACKER_BLUESKY_LABELERS" in none.warnings[0]


# -- what is missing ---------------------------------------------------------------------------------------------

NOT_FOUND = {"error": "RecordNotFound", "message": "Could not locate record"}
CAR = {"Content-Type": "application/vnd.ipld.car"}


def test_a_repost_that_its_server_hides_is_told_from_one_that_was_deleted(line: Line) -> None:
    key = uri("r1", collection="app.bsky.feed.repost")
    line.server.answers(RECORD, data(NOT_FOUND, 400))
    line.server.answers(
        PROOF, Told(b"..\x65$type\x74app.bsky.feed.repost..", 200, CAR), Told(b"only the tree", 200, CAR)
    )

    with client_of(line.server, (), guard=web_guard_of(line.server, HOSTS)) as client:
        found = [
            one
            for _ in range(2)
            for one in bluesky.find([Sought(key, None)], Scope({}, NOW, RIVER), client, {})
        ]

    assert [one.standing for one in found] == ["taken_down", "deleted"]


@pytest.mark.parametrize(
    ("shown", "record", "proof", "labels", "standing"),
    [
        (True, (NOT_FOUND, 400), b"", [], "present"),
        (False, (NOT_FOUND, 400), b"only the tree", [], "deleted"),
        (False, (NOT_FOUND, 400), b"..\x65$type\x72app.bsky.feed.post..", [], "taken_down"),
        (False, ({"uri": uri("1"), "value": {}}, 200), b"", [], "unknown"),
        (
            False,
            ({"uri": uri("1"), "value": {}}, 200),
            b"",
            [{"src": LABELER, "val": "!takedown"}],
            "taken_down",
        ),
        (False, ({"uri": uri("1"), "value": {}}, 200), b"", [{"src": LAKE, "val": "!takedown"}], "unknown"),
        (False, ({"error": "InvalidRequest"}, 400), b"", [], "deactivated"),
    ],
)
def test_a_post_that_is_missing_is_asked_for_and_a_cause_is_only_what_a_server_shows(
    line: Line, shown: bool, record: tuple[Any, int], proof: bytes, labels: list[Any], standing: str
) -> None:
    server = line.server
    server.answers(POSTS, data({"posts": [{"uri": uri("1")}] if shown else []}))
    server.answers(RECORD, data(*record))
    server.answers(PROOF, Told(proof, 200, CAR))
    server.answers(STATUS, data({"did": DID, "active": False, "status": "deactivated"}))
    server.answers(LABELS, data({"labels": labels}))

    with client_of(server, (), guard=web_guard_of(server, HOSTS)) as client:
        (found,) = bluesky.find([Sought(uri("1"), None)], Scope({}, NOW, RIVER), client, WITH_LABELER)

    assert (found.key, found.standing) == (uri("1"), standing)
