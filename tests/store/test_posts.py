"""What posts say and count is kept whenever it differs, and told apart: an edit, a mark, a number that moved."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from tracker.domain import LEAD, AccountRef, Count, Listing, Media, Post, PostDetails
from tracker.store import posts, registry, writes
from tracker.store.engine import unit_of_work
from tracker.store.posts import Place, write_posts

START = datetime(2026, 10, 1, 12, tzinfo=UTC)
RIVER = AccountRef("bluesky", "river.test", handle="river.test")
SAID = PostDetails(
    title="Boats", language="en", links=("https://river.example/a",), hashtags=("boats",),
    media=(Media("image", "https://cdn.example/1.jpg?sig=a", "a boat"),), version="cid-1", extra={"via": "web"},
)  # fmt: skip

See = Callable[..., writes.Counts]


@pytest.fixture
def see(engine_of: Engine) -> See:
    """Write what one look showed of the posts of one account, `day` days after the first."""

    def look(*shown: Post, day: int = 0) -> writes.Counts:
        at = START + timedelta(days=day)
        listing = Listing("example|river", at, RIVER)
        with unit_of_work(engine_of) as session:
            query = writes.start_query(
                session, "example", {}, digest="d", observed_at=at, started_at=at, evidence_id=None,
                tool_version="0",
            )  # fmt: skip
            account = registry.resolve_account(session, RIVER, status="accepted", at=at)
            (number,) = writes.add_listings(session, query, [(listing, account)])
            return write_posts(
                session, query, "example", posts=shown, place_of=lambda _post: Place(account, number, at)
            )

    return look


def post(key: str, words: str, details: PostDetails | None = SAID) -> Post:
    return Post(Listing("example|river", START, RIVER), key, RIVER, words, START, details=details)


def rows(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


CHANGES = 'SELECT type, subject, field, "before", "after" FROM change ORDER BY id'


def test_what_a_post_says_beside_its_text_comes_back_as_it_was(engine_of: Engine, see: See) -> None:
    whole = replace(
        SAID, kind="reply", edited_at=START, author="did:1", reply_to="a", root="b", repost_of="c", quote_of="d",
        mentions=("@lake",), labels=("spam",), withheld_in=("DE",),
    )  # fmt: skip

    see(post("1", "words", whole))

    with Session(engine_of) as session:
        (number,) = session.execute(text("SELECT id FROM post_snapshot")).scalars().all()
        assert posts.content_of(session, number) == ("words", whole)
    assert rows(engine_of, "SELECT kind, language FROM post") == [("reply", "en")]


def test_a_post_of_which_only_text_is_read_has_no_row_beside_it(engine_of: Engine, see: See) -> None:
    see(post("1", "words", None))

    assert rows(engine_of, "SELECT COUNT(*) FROM post_detail") == [(0,)]
    assert rows(engine_of, "SELECT kind, language FROM post") == [(None, None)]


def test_counters_are_kept_when_they_move_and_are_no_edit(engine_of: Engine, see: See) -> None:
    for day, counts in enumerate(
        [
            (Count("likes", 1), Count("views", None, "4.2K")),
            (Count("likes", 1), Count("views", 4200, "4.2K")),
            (Count("likes", 3),),
        ]
    ):
        see(post("1", "words", replace(SAID, counts=counts)), day=day)

    assert rows(engine_of, "SELECT COUNT(*) FROM post_snapshot") == [(1,)]
    assert rows(engine_of, CHANGES) == []
    assert rows(engine_of, "SELECT name, value, as_published FROM post_count ORDER BY name, observed_at") == [
        ("likes", 1, None), ("likes", 3, None), ("views", None, "4.2K"), ("views", 4200, "4.2K"),
    ]  # fmt: skip


def test_a_counter_larger_than_a_column_is_kept_in_words(engine_of: Engine, see: See) -> None:
    see(post("1", "words", replace(SAID, counts=(Count("likes", 10**30),))))

    assert rows(engine_of, "SELECT value, as_published FROM post_count") == [(None, str(10**30))]


def test_one_edit_of_the_words_is_one_change_whatever_moves_with_it(engine_of: Engine, see: See) -> None:
    see(post("1", "words"))

    counts = see(
        post("1", "other words", replace(SAID, version="cid-2", edited_at=START, links=(), hashtags=())),
        day=1,
    )

    assert counts == writes.Counts(changed=1)
    assert rows(engine_of, CHANGES) == [("post_edited", "1", "text", "words", "other words")]
    assert rows(engine_of, "SELECT COUNT(*) FROM post_snapshot") == [(2,)]


@pytest.mark.parametrize(
    ("differs", "told"),
    [
        ({"title": "Ships"}, [("post_edited", "title", "Boats", "Ships")]),
        ({"links": ("https://x.example/",)}, [("post_edited", "links", "https://river.example/a", "https://x.example/")]),
        ({"version": "cid-2"}, [("post_edited", "version", "cid-1", "cid-2")]),
        ({"media": (Media("image", None, "a lake"),)}, [("post_edited", "media", "image: a boat", "image: a lake")]),
        ({"labels": ("spam",)}, [("post_marked", "labels", None, "spam")]),
        ({"withheld_in": ("FR", "DE")}, [("post_marked", "withheld_in", None, "DE\nFR")]),
        ({"extra": {"via": "app"}}, []),
        ({"hashtags": ()}, []),
    ],
)  # fmt: skip
def test_what_else_a_post_says_is_a_snapshot_and_told_where_it_is_the_author_s(
    engine_of: Engine, see: See, differs: dict[str, Any], told: list[tuple[str, ...]]
) -> None:
    see(post("1", "words"))

    see(post("1", "words", replace(SAID, **differs)), day=1)

    assert rows(engine_of, "SELECT COUNT(*) FROM post_snapshot") == [(2,)]
    assert [(kind, *rest) for kind, _, *rest in rows(engine_of, CHANGES)] == told


@pytest.mark.parametrize(
    "differs",
    [{"media": (Media("image", "https://cdn.example/1.jpg?sig=b", "a boat"),)}, {"language": "fr"}],
)
def test_what_platforms_change_by_themselves_is_no_other_content(
    engine_of: Engine, see: See, differs: dict[str, Any]
) -> None:
    see(post("1", "words"))

    counts = see(post("1", "words", replace(SAID, **differs)), day=1)

    assert counts == writes.Counts(unchanged=1)
    assert rows(engine_of, "SELECT COUNT(*) FROM post_snapshot") == [(1,)]


def test_a_repost_whose_original_was_edited_is_no_edit_of_the_account(engine_of: Engine, see: See) -> None:
    repost = replace(SAID, kind="repost", repost_of="at://other/1")
    see(post("1", "their words", repost))

    see(post("1", "their other words", replace(repost, version="cid-2")), day=1)

    assert rows(engine_of, "SELECT COUNT(*) FROM post_snapshot") == [(2,)]
    assert rows(engine_of, CHANGES) == []


def test_what_was_not_read_before_is_no_edit(engine_of: Engine, see: See) -> None:
    see(post("1", "words", None))

    see(post("1", "words"), day=1)
    see(post("1", "words", replace(SAID, version=None)), day=2)
    see(post("1", "words"), day=3)

    assert rows(engine_of, CHANGES) == []


def test_a_picture_at_the_head_of_a_post_is_compared_once_both_looks_have_read_one(
    engine_of: Engine, see: See
) -> None:
    def headed(words: str) -> PostDetails:
        return replace(SAID, media=(Media(LEAD, "https://cdn.example/lead.jpg", words), *SAID.media))

    see(post("a", "Boats."))
    see(post("a", "Boats.", headed("Dawn")), day=1)
    see(post("a", "Boats.", headed("Dusk")), day=2)

    assert rows(engine_of, 'SELECT field, "before", "after" FROM change') == [
        ("media", "lead image: Dawn\nimage: a boat", "lead image: Dusk\nimage: a boat")
    ]


def test_a_look_that_comes_in_late_tells_nothing(engine_of: Engine, see: See) -> None:
    see(post("1", "second words", replace(SAID, counts=(Count("likes", 5),))), day=2)

    see(post("1", "first words", replace(SAID, counts=(Count("likes", 2),))), day=1)
    see(post("1", "second words", replace(SAID, counts=(Count("likes", 5),))), day=3)

    assert rows(engine_of, CHANGES) == []
    assert rows(engine_of, "SELECT value FROM post_count ORDER BY observed_at") == [(2,), (5,)]
    assert rows(engine_of, "SELECT COUNT(*) FROM post_snapshot") == [(2,)]
