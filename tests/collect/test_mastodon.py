"""Servers with Mastodon's interface: accounts and their posts, what moderators did, and what is closed to strangers."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect import recorded
from tests.collect.lines import Line
from tests.collect.servers import (
    Answering,
    Asked,
    FakeTime,
    FaultServer,
    Told,
    client_of,
    data,
    login_page,
    never_resolved,
    redirect,
    throttled,
    web_guard_of,
)
from tests.peers.mastodon import HOST, Person, Server, running
from tracker.collect.client import HttpClient
from tracker.collect.guard import WebGuard
from tracker.collect.sources import mastodon
from tracker.domain import (
    AccountRef,
    Count,
    ImportReport,
    Listing,
    Media,
    PlatformLabel,
    Post,
    PostDetails,
    Profile,
    Quarantined,
    Record,
    Scope,
    Sought,
)  # fmt: skip
from tracker.errors import BadInput

NAME = AccountRef("mastodon", f"river@{HOST}", handle=f"River@{HOST}")
RIVER = AccountRef("mastodon", f"river@{HOST}", handle=f"River@{HOST}", native_id=f"7@{HOST}")
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
LOOKUP, ACCOUNT = "/api/v1/accounts/lookup", "/api/v1/accounts/7"
STATUSES, ONE = "/api/v1/accounts/7/statuses", "/api/v1/statuses/31"


def account(**more: Any) -> dict[str, Any]:
    return {"id": "7", "username": "River", "acct": "River", "display_name": "River", "note": "<p>News &amp; views</p>",
            "uri": f"https://{HOST}/users/river", "followers_count": 0, "statuses_count": 2, **more}  # fmt: skip


def status(number: int, day: int = 20, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "created_at": f"2026-09-{day}T08:00:00.000Z", "url": f"https://{HOST}/@River/{number}",
            "content": f"<p>Words {number}</p>", "account": {"id": "7", "acct": "River"}, **more}  # fmt: skip


def parsed(*values: dict[str, Any]) -> list[Any]:
    records = [Record(line, one) for line, one in enumerate([account(), *values], 1)]
    return list(mastodon.parse(records, Scope({}, NOW, NAME)))


def posts(*values: dict[str, Any]) -> list[Post]:
    return [item for item in parsed(*values) if isinstance(item, Post)]


def test_a_post_is_read_whole_and_says_when_it_was_edited() -> None:
    content = f'<p>The <a href="https://{HOST}/tags/bridge">#bridge</a> is open: <a href="https://news.example/b?utm_source=m">here</a></p>'
    given = status(
        31, content=content, spoiler_text="Bridges", language="en", edited_at="2026-09-20T09:00:00.000Z", sensitive=True,
        visibility="unlisted", replies_count=0, favourites_count=3, tags=[{"name": "bridge", "url": f"https://{HOST}/tags/bridge"}],
        mentions=[{"acct": "Lake@lake.example", "url": "https://lake.example/@Lake"}], in_reply_to_id=None,
        media_attachments=[{"type": "image", "url": f"https://{HOST}/m.jpg", "description": "Dawn"}],
        card={"url": "https://news.example/b"}, quote={"state": "accepted", "quoted_status": {"uri": "https://lake.example/9"}},
    )  # fmt: skip

    (post,) = posts(given)

    assert post == Post(
        Listing(f"mastodon|river@{HOST}|*", NOW, RIVER, complete_since=datetime(2026, 9, 17, tzinfo=UTC)), "31", RIVER,
        "The #bridge is open: here", datetime(2026, 9, 20, 8, tzinfo=UTC), "2026-09-20T08:00:00.000Z", None,
        f"https://{HOST}/@River/31", 2,
        PostDetails(
            kind="quote", title="Bridges", language="en", edited_at=datetime(2026, 9, 20, 9, tzinfo=UTC),
            quote_of="https://lake.example/9", links=("https://news.example/b",), hashtags=("bridge",),
            mentions=("lake@lake.example",), media=(Media("image", f"https://{HOST}/m.jpg", "Dawn"),), labels=("sensitive",),
            version="2026-09-20T09:00:00.000Z", counts=(Count("replies", 0), Count("likes", 3)),
            extra={"visibility": "unlisted", "quote_state": "accepted"},
        ),
    )  # fmt: skip


def test_replies_and_reposts_are_kept_apart_from_posts() -> None:
    theirs = status(
        5,
        account={"id": "9", "acct": "lake@lake.example"},
        uri="https://lake.example/5",
        content="<p>Of the lake</p>",
    )

    reply, repost = posts(status(32, in_reply_to_id="30"), status(33, reblog=theirs, content=""))

    assert reply.details
    assert (reply.details.kind, reply.details.reply_to) == ("reply", "30")
    assert repost.details
    assert (repost.details.kind, repost.details.author, repost.details.repost_of, repost.text, repost.details.counts) == (
        "repost", "lake@lake.example", "https://lake.example/5", "Of the lake", (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("quote", "of"),
    [
        ({"state": "deleted", "quoted_status": None}, None),
        ({"state": "unauthorized", "quoted_status": None}, None),
        ({"state": "accepted", "quoted_status_id": "77"}, "77"),
    ],
)
def test_a_quotation_that_is_not_shown_is_a_quotation(quote: dict[str, Any], of: str | None) -> None:
    (post,) = posts(status(31, quote=quote))

    assert post.details
    assert (post.details.kind, post.details.quote_of, post.details.extra["quote_state"]) == (
        "quote",
        of,
        quote["state"],
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"id": None}, "id"),
        ({"id": 1e21}, "id"),
        ({"account": {"id": "8"}}, "account"),
        ({"content": [1]}, "content"),
    ],
)
def test_a_post_that_cannot_be_read_for_certain_is_kept_apart(wrong: dict[str, Any], field: str) -> None:
    found = parsed({**status(31), **wrong})

    assert [item.field for item in found if isinstance(item, Quarantined)] == [field]


def test_a_profile_names_what_moderators_state_and_which_links_lead_back() -> None:
    fields = [
        {
            "name": "Site",
            "value": '<a href="https://river.example/">river</a>',
            "verified_at": "2026-01-01T00:00:00Z",
        }
    ]
    record = Record(1, account(limited=True, bot=True, fields=fields, roles=[{"name": "Admin"}]))

    (profile,) = [
        item for item in mastodon.parse([record], Scope({}, NOW, NAME)) if isinstance(item, Profile)
    ]

    assert (profile.look.handle, profile.look.name, profile.look.bio) == (
        f"River@{HOST}",
        "River",
        "News & views",
    )
    assert (profile.labels, profile.labelled_by) == ((PlatformLabel("limited"),), ("platform",))
    assert profile.counts == (Count("followers", 0), Count("posts", 2))
    assert profile.links == ("https://river.example/",)
    assert (profile.extra["verified_links"], profile.extra["bot"], profile.extra["roles"]) == (
        ["https://river.example/"], True, ["Admin"],
    )  # fmt: skip


def test_recorded_answers_of_a_real_server_are_read() -> None:
    answers = [
        one
        for case in ("fetch_next_previous", "account_lookup")
        for one in json.loads(recorded.one(f"mastodon/{case}.json"))
    ]
    bodies = [
        json.dumps(one["response"]["body"]).encode() for one in answers if one["response"]["status"] == 200
    ]
    records = [record for body in bodies for record in mastodon.records_in(body)]

    found = list(mastodon.parse(records, Scope({}, datetime(2026, 11, 22, tzinfo=UTC), NAME)))

    assert [item for item in found if isinstance(item, Quarantined)] == []
    assert {post.text[:4] for post in found if isinstance(post, Post)} == {"Toot"}
    assert [item.look.name for item in found if isinstance(item, Profile)] == ["John Lennon"]


def test_an_account_without_a_name_is_left_out_of_a_round() -> None:
    with pytest.raises(BadInput, match="is known"):
        mastodon.question(Scope({}, NOW, AccountRef("mastodon", "~river-says")))


# -- asking ------------------------------------------------------------------------------------------------------


@pytest.fixture
def line(engine: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        server.answers(LOOKUP, data(account()))
        server.answers(ACCOUNT, data(account()))
        server.answers(STATUSES, data([status(32), status(31)]))
        yield Line(engine, server, "mastodon", [HOST])


def changes(line: Line) -> list[tuple[Any, ...]]:
    return line.rows('SELECT type, field, "before", "after" FROM change ORDER BY id')


def older(number: int) -> str:
    return f'<https://elsewhere.example/api/v1/accounts/7/statuses?limit=40&max_id={number}>; rel="next", <https://{HOST}/p>; rel="prev"'


def test_a_link_that_no_longer_leads_back_is_a_change_of_verification(line: Line) -> None:
    field = {"name": "Site", "value": '<a href="https://river.example/">river</a>'}
    told = []
    for day, proven in enumerate(("2026-01-01T00:00:00Z", None)):
        line.later = timedelta(days=day)
        line.server.answers(ACCOUNT, data(account(fields=[{**field, "verified_at": proven}])))
        line.ask(RIVER)
        told.append(changes(line))

    assert told == [[], [("verification_changed", "verified", "proven: https://river.example/", "none")]]


def test_a_name_leads_to_a_number_which_is_asked_for_from_then_on(line: Line) -> None:
    first = line.ask(NAME)
    line.later = timedelta(days=1)

    second = line.ask(RIVER)

    assert (first.outcome, first.new, second.outcome, second.unchanged) == ("rows", 3, "rows", 3)
    assert line.rows("SELECT native_id FROM account") == [(f"7@{HOST}",)]
    assert [asked.path for asked in line.server.asked] == [LOOKUP, STATUSES, ACCOUNT, STATUSES]


def test_pages_follow_by_what_the_server_names_and_end_where_posts_are_older_than_asked_for(
    line: Line,
) -> None:
    def listed(asked: Asked) -> Told:
        before = asked.query.get("max_id")
        page = {None: [status(33, 22)], "33": [status(20, 10)], "20": [status(10, 9)]}[before]
        return data(page, Link=older(int(page[-1]["id"])))

    line.server.answers(STATUSES, listed)

    assert (line.ask(NAME).outcome, line.posts()) == ("rows", 2)
    assert {asked.path for asked in line.server.asked} == {LOOKUP, STATUSES}


def test_a_list_that_was_throttled_goes_on_at_its_place(line: Line) -> None:
    line.server.answers(STATUSES, data([status(33, 22)], Link=older(33)), throttled())
    stopped = line.ask(NAME)
    line.server.answers(STATUSES, data([status(31)]))

    report = line.ask(NAME)

    assert (stopped.outcome, report.outcome, line.posts()) == ("throttled", "rows", 2)
    assert line.server.asked[-1].query["max_id"] == "33"


def test_a_limit_that_is_used_up_is_waited_for_until_the_time_that_the_server_names(line: Line) -> None:
    limit = {
        "X_RateLimit_Limit": "300",
        "X_RateLimit_Remaining": "0",
        "X_RateLimit_Reset": "2026-10-01T12:00:40.000Z",
    }
    line.server.answers(LOOKUP, data(account(), **limit))

    report = line.ask(NAME)

    assert (report.outcome, [round(seconds) for seconds in line.slept]) == ("rows", [40])


def test_an_object_in_place_of_posts_is_an_error_that_names_what_came(line: Line) -> None:
    line.server.answers(STATUSES, data({"statuses": [status(31)], "next": 7}))

    report = line.ask(NAME)

    assert (report.outcome, line.posts()) == ("error", 0)
    assert report.warnings[0] == "a list of posts was expected: an object with next, statuses"


def test_a_list_that_goes_round_in_a_circle_ends(line: Line) -> None:
    line.server.answers(STATUSES, data([status(33, 22)], Link=older(33)))

    assert (line.ask(NAME).outcome, line.posts()) == ("error", 1)


@pytest.mark.parametrize(
    ("told", "outcome", "standing"),
    [
        (data({"error": "Record not found"}, 404), "gone", "not_found"),
        (data({"error": "Gone"}, 410), "gone", "deleted"),
        (data(account(suspended=True)), "gone", "suspended"),
        (data({"error": "This API requires an authenticated user"}, 401), "login_wall", None),
        (data({"error": "Suspended by robots"}, 403), "refused", None),
        (login_page(), "login_wall", None),
        (login_page(404), "login_wall", None),
        (data({"surprise": 1}), "error", None),
    ],
)
def test_how_an_account_stands_is_what_its_server_states(
    line: Line, told: Told, outcome: str, standing: str | None
) -> None:
    line.ask(NAME)
    line.later = timedelta(days=1)
    line.server.answers(ACCOUNT, told)

    report = line.ask(RIVER)

    cause = None if standing == "not_found" else standing
    assert (report.outcome, changes(line)) == (
        outcome,
        [("account_gone", "standing", None, cause)] if standing else [],
    )


def test_an_account_that_moved_says_so_and_its_posts_are_still_read(line: Line) -> None:
    line.ask(NAME)
    line.later = timedelta(days=1)
    line.server.answers(
        ACCOUNT,
        data(account(moved={"uri": "https://lake.example/users/river", "acct": "River@lake.example"})),
    )

    report = line.ask(RIVER)

    assert (report.outcome, changes(line)) == ("rows", [("account_gone", "standing", None, "moved")])
    assert line.rows("SELECT said FROM standing ORDER BY id") == [
        (None,), ("moved to river@lake.example, https://lake.example/users/river",),
    ]  # fmt: skip
    assert (
        "https://lake.example/users/river" in line.rows("SELECT extra FROM profile_snapshot")[-1][0]
    ) is True


def test_an_empty_list_is_silence_only_where_the_server_counts_no_post(line: Line) -> None:
    line.server.answers(STATUSES, data([]))
    unsure = line.ask(NAME)
    line.server.answers(LOOKUP, data(account(statuses_count=0)))
    line.later = timedelta(days=1)

    sure = line.ask(NAME)

    assert (unsure.outcome, sure.outcome) == ("empty_unverified", "empty_confirmed")


@pytest.mark.parametrize(
    ("told", "standing"),
    [
        (data(status(31)), "present"),
        (data({"error": "Record not found"}, 404), "not_found"),
        (data({"error": "Gone"}, 410), "deleted"),
        (data({"error": "This API requires an authenticated user"}, 401), "login_wall"),
        (login_page(404), "unknown"),
        (data(status(30)), "unknown"),
    ],
)
def test_a_post_that_is_missing_is_asked_for_by_its_number(line: Line, told: Told, standing: str) -> None:
    line.server.answers(ONE, told)

    with client_of(line.server, (), guard=web_guard_of(line.server, [HOST])) as client:
        (found,) = mastodon.find([Sought("31", None)], Scope({}, NOW, RIVER), client, {})

    assert (found.key, found.standing) == ("31", standing)


# -- a name that belongs to another host -------------------------------------------------------------------------

DOMAIN, WEBFINGER = "example.org", "/.well-known/webfinger"
RIVERS = AccountRef("mastodon", f"river@{DOMAIN}", handle=f"River@{DOMAIN}")


def jrd(server: str = HOST, subject: str = f"acct:River@{DOMAIN}", scheme: str = "https") -> dict[str, Any]:
    page = {"rel": "http://webfinger.net/rel/profile-page", "href": f"{scheme}://{server}/@River"}
    return {"subject": subject, "links": [page, {"rel": "self", "type": "application/activity+json",
            "href": f"{scheme}://{server}/users/River"}]}  # fmt: skip


def at_the_domain(there: Told, elsewhere: Told) -> Answering:
    return lambda asked: there if asked.headers["host"] == DOMAIN else elsewhere


def private(host: str, port: int) -> list[str]:
    return ["10.0.0.1"] if host == "inner.example" else never_resolved(host, port)


class Led(Line):
    """Asks where the host of a name and the server that holds its account are two; other names lead inside."""

    def _client(self, time: FakeTime, per_minute: int) -> HttpClient:
        guard = web_guard_of(self.server, [HOST, DOMAIN], private)
        return client_of(self.server, (), time=time, per_minute=per_minute, guard=guard)


@pytest.fixture
def led(engine: Engine) -> Iterator[Led]:
    with FaultServer() as server:
        server.answers(LOOKUP, at_the_domain(login_page(404), data(account())))
        server.answers(WEBFINGER, data(jrd()))
        server.answers(ACCOUNT, data(account()))
        server.answers(
            STATUSES, data([status(32, mentions=[{"acct": "Lake"}]), status(31)], Link=older(31)), data([])
        )
        yield Led(engine, server, "mastodon")


def paths(line: Line) -> list[tuple[str, str]]:
    return [(asked.headers["host"], asked.path) for asked in line.server.asked]


def test_a_name_of_another_host_leads_to_the_server_that_holds_it_and_is_asked_there_from_then_on(
    led: Led,
) -> None:
    first = led.ask(RIVERS)
    way, asked = paths(led), [one.query for one in led.server.asked[1:3]]
    led.later = timedelta(days=1)
    led.server.asked.clear()
    led.server.answers(STATUSES, data([status(32, mentions=[{"acct": "Lake"}]), status(31)]))

    second = led.ask(replace(RIVERS, native_id=f"7@{HOST}"))

    assert (first.outcome, first.new, second.outcome, second.unchanged) == ("rows", 3, "rows", 3)
    assert way == [(DOMAIN, LOOKUP), (DOMAIN, WEBFINGER), (HOST, LOOKUP), (HOST, STATUSES), (HOST, STATUSES)]
    assert asked == [{"resource": f"acct:River@{DOMAIN}"}, {"acct": f"River@{DOMAIN}"}]
    assert paths(led) == [(HOST, ACCOUNT), (HOST, STATUSES)]
    assert led.rows("SELECT key, native_id FROM account") == [(f"river@{DOMAIN}", f"7@{HOST}")]
    assert led.rows("SELECT handle FROM profile_snapshot") == [(f"River@{DOMAIN}",)]
    assert (f'["lake@{DOMAIN}"]',) in led.rows("SELECT mentions FROM post_detail")
    assert changes(led) == []


def test_a_question_that_was_interrupted_behind_webfinger_goes_on_there(led: Led) -> None:
    led.server.answers(LOOKUP, at_the_domain(login_page(404), throttled()))
    stopped = led.ask(RIVERS)
    led.server.answers(LOOKUP, data(account()))
    led.server.asked.clear()

    report = led.ask(RIVERS)

    assert (stopped.outcome, report.outcome, paths(led)[0]) == ("throttled", "rows", (HOST, LOOKUP))
    assert led.rows("SELECT native_id FROM account") == [(f"7@{HOST}",)]


def test_a_host_that_sends_webfinger_on_is_followed_and_an_alias_is_looked_up_by_its_own_name(
    led: Led,
) -> None:
    onward = redirect(f"https://{HOST}{WEBFINGER}?resource=acct:River@{DOMAIN}", 301)
    led.server.answers(WEBFINGER, at_the_domain(onward, data(jrd(subject=f"acct:River@{HOST}"))))

    report = led.ask(RIVERS)

    assert report.outcome == "rows"
    assert [one.query for one in led.server.asked if one.path == LOOKUP] == [
        {"acct": "river"},
        {"acct": "River"},
    ]


@pytest.mark.parametrize(
    ("webfinger", "outcome"),
    [
        (data({}, 404), "login_wall"),
        (login_page(), "login_wall"),
        (data([1]), "login_wall"),
        (data({"subject": 7, "links": {"rel": "self"}}), "login_wall"),
        (data(jrd("localhost")), "login_wall"),
        (data(jrd(scheme="file")), "login_wall"),
        (data(jrd(f"somebody@{HOST}")), "login_wall"),
        (data(jrd(DOMAIN)), "login_wall"),
        (redirect("https://169.254.169.254/latest"), "login_wall"),
        (redirect("http://[::ffff:127.0.0.1]/"), "login_wall"),
        (data(jrd("169.254.169.254")), "error"),
        (data(jrd("127.0.0.1:22")), "error"),
        (data(jrd("inner.example")), "error"),
    ],
)
def test_a_host_that_leads_nowhere_or_inside_is_not_followed(led: Led, webfinger: Told, outcome: str) -> None:
    led.server.answers(WEBFINGER, webfinger)

    report = led.ask(RIVERS)

    assert (report.outcome, led.posts(), led.rows("SELECT * FROM standing")) == (outcome, 0, [])
    assert {host for host, _ in paths(led)} == {DOMAIN}


@pytest.mark.parametrize(
    "theirs", [data(account(acct=f"River@{DOMAIN}")), data({"error": "Record not found"}, 404)]
)
def test_a_server_that_does_not_know_the_name_as_its_own_is_not_believed_to_hold_it(
    led: Led, theirs: Told
) -> None:
    led.server.answers(LOOKUP, at_the_domain(login_page(404), theirs))

    report = led.ask(RIVERS)

    assert (report.outcome, led.posts(), led.rows("SELECT * FROM standing")) == ("error", 0, [])
    assert f"{HOST}, to which WebFinger leads, does not hold River@{DOMAIN}" in report.warnings[0]


# -- another's server --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as one:
        yield one


class Watch(Line):
    """Asks about one person of the server, a day after the time before."""

    def __init__(
        self, engine: Engine, server: Server, person: Person, *, at: str = HOST, doors: Mapping[str, int] = {}
    ):
        super().__init__(engine, server, "mastodon")  # type: ignore[arg-type]
        self.name, self._told, self._doors = f"{person.name}@{at}", 0, {HOST: server.port, **doors}

    def _client(self, time: FakeTime, per_minute: int) -> HttpClient:
        guard = WebGuard(resolve=never_resolved, loopback=self._doors)
        return client_of(self.server, (), time=time, per_minute=per_minute, guard=guard)

    def look(self) -> ImportReport:
        """Look once more, and keep what was told before out of `told`."""
        self._told = len(changes(self))
        self.later += timedelta(days=1)
        known = self.rows(f"SELECT native_id FROM account WHERE key = '{self.name}'")
        return self.ask(
            AccountRef("mastodon", self.name, handle=self.name, native_id=known[0][0] if known else None)
        )

    @property
    def told(self) -> list[tuple[Any, ...]]:
        return changes(self)[self._told :]


def test_a_server_of_others_tells_edits_deletions_limits_and_suspensions_and_nothing_else(
    server: Server, engine: Engine
) -> None:
    ada, grace, number = server.ada, server.grace, server.ada.number
    watch = Watch(engine, server, ada)
    edited, deleted = ada.write("The bridge is open."), ada.write("It rains.")
    ada.repost(grace.write("Of grace"))

    first = watch.look()

    assert (first.outcome, watch.told) == ("rows", [])
    assert ("repost", f"grace@{HOST}") in watch.rows("SELECT kind, author FROM post_detail")

    ada.edit(edited, "The bridge is shut.")
    ada.delete(deleted)
    watch.look()

    assert watch.told == [
        ("post_edited", "text", "The bridge is open.", "The bridge is shut."),
        ("post_gone", "standing", None, None),
    ]

    grace.moderate(number, "silence")
    watch.look()
    limited = watch.told
    grace.moderate(number, "unsilence")
    watch.look()

    assert limited == [("label_new", "label by platform", None, "limited")]
    assert watch.told == [("label_gone", "label by platform", "limited", None)]

    grace.moderate(number, "suspend")
    gone = watch.look()
    suspended = watch.told
    grace.moderate(number, "unsuspend")
    back = watch.look()

    assert (gone.outcome, suspended) == ("gone", [("account_gone", "standing", None, "suspended")])
    assert (back.outcome, watch.told) == ("rows", [("account_back", "standing", "suspended", "present")])
    assert (watch.look().outcome, watch.told) == ("rows", [])


def test_a_server_of_others_that_breaks_changes_nothing(server: Server, engine: Engine) -> None:
    watch = Watch(engine, server, server.grace)
    watch.look()
    server.fail("/api/v1/accounts/*/statuses", "ratelimit")
    throttled = watch.look()
    server.fail("/api/v1/accounts/*/statuses", "malformed")
    malformed = watch.look()

    assert (throttled.outcome, malformed.outcome, watch.look().outcome) == ("throttled", "error", "rows")
    assert changes(watch) == []


def test_a_name_of_another_host_is_found_on_a_server_of_others_by_its_own_webfinger(
    server: Server, engine: Engine
) -> None:
    with FaultServer() as domain:
        onward = f"https://{HOST}{WEBFINGER}?resource=acct:ada@{HOST}"
        domain.answers(WEBFINGER, redirect(onward, 301))
        domain.answers(LOOKUP, login_page(404))
        watch = Watch(engine, server, server.ada, at=DOMAIN, doors={DOMAIN: domain.port})

        report = watch.look()

    assert report.outcome == "rows"
    assert watch.rows("SELECT key, native_id FROM account") == [
        (f"ada@{DOMAIN}", f"{server.ada.number}@{HOST}")
    ]
    assert watch.rows("SELECT handle FROM profile_snapshot") == [(f"ada@{DOMAIN}",)]
    assert (watch.look().outcome, watch.told) == ("rows", [])
