"""People on both databases: a role is bound once, to the provider's id, and every step stands in the trail."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session

from tracker import people
from tracker.errors import BadInput
from tracker.registry.people import Identity
from tracker.store import tables
from tracker.store.tables import table_of

NOW = datetime(2026, 5, 1, tzinfo=UTC)
AUDIT = table_of(tables.Audit)


def let_in(engine: Engine, name: str, role: str) -> None:
    form = {"email": f"{name}@example.org", "name": name.title(), "role": role, "by": "Root"}
    people.add(engine, form, now=NOW)


def role_of(engine: Engine, subject: str, email: str | None = None) -> str | None:
    found = people.arrive(engine, Identity(subject, email), now=NOW)
    return found["role"] if found else None


def trail(engine: Engine) -> list[tuple[Any, ...]]:
    with Session(engine) as session:
        rows = session.execute(
            select(AUDIT.c.actor, AUDIT.c.action, AUDIT.c.subject, AUDIT.c.details).order_by(AUDIT.c.id)
        )
        return [tuple(row) for row in rows]


def test_a_role_is_found_by_a_checked_address_once_and_by_the_subject_ever_after(engine_of: Engine):
    let_in(engine_of, "ana", "editor")

    assert role_of(engine_of, "p|1") is None
    assert role_of(engine_of, "p|1", "ana@example.org") == "editor"
    assert role_of(engine_of, "p|1") == "editor"
    assert role_of(engine_of, "p|1", "another@example.org") == "editor"


def test_an_address_that_later_belongs_to_somebody_else_opens_nothing(engine_of: Engine):
    let_in(engine_of, "ana", "editor")
    role_of(engine_of, "p|1", "ana@example.org")

    assert role_of(engine_of, "p|2", "ana@example.org") is None
    assert role_of(engine_of, "p|1") == "editor"


def test_somebody_who_is_known_does_not_get_the_role_of_an_address_they_took_over(engine_of: Engine):
    let_in(engine_of, "ana", "viewer")
    let_in(engine_of, "ben", "admin")
    role_of(engine_of, "p|1", "ana@example.org")

    assert role_of(engine_of, "p|1", "ben@example.org") == "viewer"


def test_somebody_who_is_not_in_the_list_has_no_role_and_leaves_no_row(engine_of: Engine):
    assert role_of(engine_of, "p|9", "mallory@example.org") is None
    assert (people.listed(engine_of), trail(engine_of)) == ([], [])


def test_another_role_counts_at_once_and_a_removed_person_has_none(engine_of: Engine):
    let_in(engine_of, "root", "admin")
    let_in(engine_of, "ana", "editor")
    role_of(engine_of, "p|1", "ana@example.org")

    people.change_role(engine_of, {"email": "ANA@example.org", "role": "viewer", "by": "Root"}, now=NOW)
    changed = role_of(engine_of, "p|1")
    people.remove(engine_of, {"email": "ana@example.org", "by": "Root"}, now=NOW)

    assert changed == "viewer"
    assert role_of(engine_of, "p|1", "ana@example.org") is None
    assert [person["email"] for person in people.listed(engine_of)] == ["root@example.org"]


def test_somebody_who_comes_back_is_bound_anew(engine_of: Engine):
    let_in(engine_of, "root", "admin")
    let_in(engine_of, "ana", "editor")
    role_of(engine_of, "p|1", "ana@example.org")
    people.remove(engine_of, {"email": "ana@example.org", "by": "Root"}, now=NOW)

    let_in(engine_of, "ana", "viewer")

    assert role_of(engine_of, "p|1") is None
    assert role_of(engine_of, "p|2", "ana@example.org") == "viewer"
    assert role_of(engine_of, "p|1", "ana@example.org") is None


def test_after_a_change_of_provider_somebody_is_bound_anew_when_an_admin_says_so(engine_of: Engine):
    let_in(engine_of, "root", "admin")
    role_of(engine_of, "old|1", "root@example.org")
    before = role_of(engine_of, "new|7", "root@example.org")

    people.rebind(engine_of, {"email": "root@example.org", "by": "Root"}, now=NOW)

    assert before is None
    assert role_of(engine_of, "new|7", "root@example.org") == "admin"
    assert role_of(engine_of, "old|1", "root@example.org") is None
    assert trail(engine_of)[2] == (
        "Root",
        "to be bound anew",
        "person:root@example.org",
        {"subject": "old|1"},
    )


def test_the_last_admin_can_be_neither_removed_nor_given_another_role(engine_of: Engine):
    let_in(engine_of, "root", "admin")
    let_in(engine_of, "ana", "editor")

    with pytest.raises(BadInput, match="the last admin"):
        people.remove(engine_of, {"email": "root@example.org", "by": "Ana"}, now=NOW)
    with pytest.raises(BadInput, match="the last admin"):
        people.change_role(engine_of, {"email": "root@example.org", "role": "viewer", "by": "Ana"}, now=NOW)
    people.change_role(engine_of, {"email": "ana@example.org", "role": "admin", "by": "Root"}, now=NOW)
    people.remove(engine_of, {"email": "root@example.org", "by": "Ana"}, now=NOW)

    assert [(person["email"], person["role"]) for person in people.listed(engine_of)] == [
        ("ana@example.org", "admin")
    ]


def test_somebody_who_is_in_already_or_is_not_is_named(engine_of: Engine):
    let_in(engine_of, "ana", "editor")

    with pytest.raises(BadInput, match="in the list already, as editor"):
        let_in(engine_of, "ana", "admin")
    with pytest.raises(BadInput, match="nobody in the list has the address ben@"):
        people.remove(engine_of, {"email": "ben@example.org", "by": "Root"}, now=NOW)


def test_every_step_stands_in_the_trail(engine_of: Engine):
    let_in(engine_of, "root", "admin")
    let_in(engine_of, "ana", "editor")
    role_of(engine_of, "p|1", "ana@example.org")
    role_of(engine_of, "p|1", "ana@example.org")
    people.change_role(engine_of, {"email": "ana@example.org", "role": "viewer", "by": "Root"}, now=NOW)
    people.remove(engine_of, {"email": "ana@example.org", "by": "Root"}, now=NOW)

    assert trail(engine_of)[1:] == [
        ("Root", "let in", "person:ana@example.org", {"role": "editor", "name": "Ana"}),
        ("ana@example.org", "signed in first", "person:ana@example.org", {"subject": "p|1"}),
        ("Root", "changed role", "person:ana@example.org", {"before": "editor", "after": "viewer"}),
        ("Root", "removed", "person:ana@example.org", {"role": "viewer"}),
    ]


def test_two_admins_who_remove_each_other_at_once_leave_one(engine_of: Engine):
    for name in ("ana", "ben"):
        let_in(engine_of, name, "admin")
    start = Barrier(2)

    def remove(name: str) -> str:
        start.wait(timeout=30)
        try:
            people.remove(engine_of, {"email": f"{name}@example.org", "by": "Root"}, now=NOW)
        except BadInput as error:
            return error.found
        return "removed"

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(remove, ("ana", "ben")))

    assert sorted(words.partition(" ")[2][:17] for words in ended) == ["", "is the last admin"]
    assert len(people.listed(engine_of)) == 1


def test_the_same_person_let_in_twice_at_once_is_one(engine_of: Engine):
    start = Barrier(2)

    def add(role: str) -> str:
        start.wait(timeout=30)
        try:
            let_in(engine_of, "ana", role)
        except BadInput as error:
            return error.found
        return "let in"

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(add, ("viewer", "viewer")))

    assert len(people.listed(engine_of)) == 1
    assert sorted(words == "let in" for words in ended) == [False, True]
    assert len(trail(engine_of)) == 1
