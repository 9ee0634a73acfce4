"""A real Bluesky network: what becomes of posts and accounts there is told, with its cause, and nothing else."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect.lines import Line
from tests.collect.servers import FakeTime, client_of
from tests.peers.atproto import APPVIEW, PLC, Account, Network, guard_of, running
from tracker.collect.client import HttpClient
from tracker.domain import AccountRef, ImportReport

AT = "2026-09-{:02}T08:00:00.000Z"


class Watch(Line):
    """Asks about one account of a network, a day after the time before."""

    def __init__(self, engine: Engine, network: Network, account: Account):
        super().__init__(engine, network, "bluesky")  # type: ignore[arg-type]
        self.network, self.account = network, account
        self.held = {"BLUESKY_PLC": f"https://{PLC}", "BLUESKY_APPVIEW": "none"}
        if network.labeler:
            self.held |= {"BLUESKY_APPVIEW": f"https://{APPVIEW}", "BLUESKY_LABELERS": network.labeler}
        self._told = 0

    def look(self) -> ImportReport:
        """Look once more, and keep what was told before out of `changes`."""
        self.network.settle()
        self._told = int(self.rows("SELECT count(*) FROM change")[0][0])
        self.later += timedelta(days=1)
        name = self.account.handle
        known = self.rows(f"SELECT native_id FROM account WHERE key = '{name}'")
        return self.ask(
            AccountRef("bluesky", name, handle=name, native_id=known[0][0] if known else None), self.held
        )

    def _client(self, time: FakeTime, per_minute: int) -> HttpClient:
        guard = guard_of(self.network, self.account.handle)
        return client_of(self.network, (), time=time, per_minute=per_minute, guard=guard)  # type: ignore[arg-type]

    @property
    def changes(self) -> list[tuple[Any, ...]]:
        """What the last look told: type, subject, field, before and after."""
        asked = 'SELECT type, subject, field, "before", "after" FROM change ORDER BY id'
        return self.rows(asked)[self._told :]


def gone(subject: str, cause: str, what: str = "post") -> tuple[Any, ...]:
    return (f"{what}_gone", subject, "standing", None, cause)


def back(subject: str, cause: str, what: str = "post") -> tuple[Any, ...]:
    return (f"{what}_back", subject, "standing", cause, "present")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """The server of accounts and the directory alone."""
    with running(tmp_path_factory.mktemp("pds"), whole=False) as network:
        yield network


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """The whole of it, with the AppView and a labeler."""
    with running(tmp_path_factory.mktemp("network"), whole=True) as whole:
        yield whole


def test_a_real_server_of_accounts_tells_an_edit_a_deletion_and_a_takedown_apart(
    server: Network, engine: Engine
) -> None:
    river, lake = server.account("river"), server.account("lake")
    watch = Watch(engine, server, river)
    river.describe(displayName="River", description="News of the river")
    edited, deleted, hidden = (river.write(f"Words {day}", at=AT.format(day)) for day in (20, 21, 22))
    shared = river.repost(lake.write("Words of the lake", at=AT.format(19)), at=AT.format(23))

    first = watch.look()

    assert (first.outcome, first.new, watch.changes) == ("rows", 5, [])
    assert watch.rows("SELECT kind, count(*) FROM post_detail GROUP BY kind") == [("post", 3), ("repost", 1)]
    assert watch.rows("SELECT name, bio, handle FROM profile_snapshot") == [
        ("River", "News of the river", "river.test")
    ]

    river.edit(edited, "Other words")
    river.delete(deleted)
    server.take_down(hidden)
    watch.look()

    assert watch.changes == [
        ("post_edited", edited, "text", "Words 20", "Other words"),
        gone(deleted, "deleted"),
        gone(hidden, "taken_down"),
    ]

    server.take_down(hidden, applied=False)
    river.delete(shared)
    river.describe(displayName="River", description="Views of the river")
    watch.look()

    assert sorted(watch.changes) == sorted(
        [
            ("bio_edited", "bluesky:river.test", "bio", "News of the river", "Views of the river"),
            back(hidden, "taken_down"),
            gone(shared, "deleted"),
        ]
    )
    assert (watch.look().outcome, watch.changes) == ("rows", [])


def test_a_real_server_of_accounts_says_why_an_account_is_gone_and_no_post_is_called_gone(
    server: Network, engine: Engine
) -> None:
    account, subject = server.account("brook"), "bluesky:brook.test"
    watch = Watch(engine, server, account)
    account.write("Words", at=AT.format(20))
    watch.look()

    account.deactivate()
    assert (watch.look().outcome, watch.changes) == ("gone", [gone(subject, "deactivated", "account")])

    account.activate()
    assert (watch.look().outcome, watch.changes) == ("rows", [back(subject, "deactivated", "account")])

    server.take_down(account)
    assert (watch.look().outcome, watch.changes) == ("gone", [gone(subject, "taken_down", "account")])
    assert (watch.look().outcome, watch.changes) == ("gone", [])

    server.take_down(account, applied=False)
    assert (watch.look().outcome, watch.changes) == ("rows", [back(subject, "taken_down", "account")])


def test_an_account_that_deletes_all_its_posts_is_silent_for_certain(server: Network, engine: Engine) -> None:
    account = server.account("pond")
    watch = Watch(engine, server, account)
    post = account.write("Words", at=AT.format(20))
    watch.look()

    account.delete(post)

    assert (watch.look().outcome, watch.changes) == ("empty_confirmed", [gone(post, "deleted")])


def test_a_whole_network_tells_edits_deletions_takedowns_and_labels_and_nothing_else(
    network: Network, engine: Engine
) -> None:
    river, lake = network.account("river"), network.account("lake")
    watch = Watch(engine, network, river)
    subject, labeler = "bluesky:river.test", f"label by {network.labeler}"
    river.describe(displayName="River", description="News of the river")
    edited, deleted, hidden = (river.write(f"Words {day}", at=AT.format(day)) for day in (20, 21, 22))
    river.repost(lake.write("Words of the lake", at=AT.format(19)), at=AT.format(23))
    network.label(river, add="state-media")

    first = watch.look()

    assert (first.outcome, first.new, watch.changes) == ("rows", 5, [])
    assert watch.rows("SELECT kind, count(*) FROM post_detail GROUP BY kind") == [("post", 3), ("repost", 1)]
    assert ("state-media", network.labeler) in watch.rows("SELECT value, issuer FROM profile_label")

    river.edit(edited, "Other words")
    river.delete(deleted)
    network.take_down(hidden)
    network.label(river, add="spam", remove="state-media")
    watch.look()

    assert watch.changes == [
        ("post_edited", edited, "text", "Words 20", "Other words"),
        ("label_gone", subject, labeler, "state-media", None),
        ("label_new", subject, labeler, None, "spam"),
        gone(deleted, "deleted"),
        gone(hidden, "taken_down"),
    ]

    network.take_down(hidden, applied=False)
    network.label(river, remove="spam")
    network.label(f"at://{river.did}/app.bsky.actor.profile/self", add="parody")
    watch.look()

    assert watch.changes == [
        ("label_gone", subject, labeler, "spam", None),
        ("label_new", subject, labeler, None, "parody"),
        back(hidden, "taken_down"),
    ]

    watch.held = {name: value for name, value in watch.held.items() if name != "BLUESKY_LABELERS"}
    watch.held["BLUESKY_LABELERS"] = "did:plc:nobodynobodynobodynobody"
    watch.look()

    assert watch.changes == []
    assert watch.rows(
        "SELECT DISTINCT issuer, value FROM profile_label WHERE snapshot_id = (SELECT max(id) FROM profile_snapshot)"
    ) == [(river.did, "")]


def test_a_whole_network_says_why_an_account_is_gone(network: Network, engine: Engine) -> None:
    account, subject = network.account("brook"), "bluesky:brook.test"
    watch = Watch(engine, network, account)
    account.write("Words", at=AT.format(20))
    watch.look()

    account.deactivate()
    assert (watch.look().outcome, watch.changes) == ("gone", [gone(subject, "deactivated", "account")])

    account.activate()
    assert (watch.look().outcome, watch.changes) == ("rows", [back(subject, "deactivated", "account")])

    network.take_down(account)
    assert (watch.look().outcome, watch.changes) == ("gone", [gone(subject, "taken_down", "account")])

    network.take_down(account, applied=False)
    assert (watch.look().outcome, watch.changes) == ("rows", [back(subject, "taken_down", "account")])
