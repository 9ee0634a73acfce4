"""The published rules of claims: grades, chains, circles, disputes, and roles that stay apart."""

from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import CONTACT_KINDS, CONTACTS, EVIDENCE_KINDS, Claim, EvidenceItem, Predicate
from tracker.errors import BadInput
from tracker.registry.claims import GRADES, Link, Ways, chain, circle, disputed, grade

PUBLISHERS = {"press": "Example Press", "lab": "Example Lab", "press-again": " EXAMPLE  press"}


def item(kind: Any, document: str = "press", **others: Any) -> EvidenceItem:
    return EvidenceItem(document, "page 1", "Says so.", kind, **others)


def link(number: int, subject: str, predicate: str, thing: str, **others: Any) -> Link:
    return Link(
        number,
        ("organisation", subject),
        predicate,
        ("organisation", thing),
        others.pop("grade", "moderate"),
        **others,
    )


def claim(predicate: Predicate, kind: Any, further: tuple[EvidenceItem, ...] = ()) -> Claim:
    return Claim(
        "account",
        "x:a",
        predicate,
        "organisation",
        "b",
        "press",
        "page 1",
        "Says so.",
        kind=kind,
        further=further,
    )


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ((), "low"),
        ((item("contextual"),), "low"),
        ((item("behavioural"), item("contextual", "lab")), "low"),
        ((item("documented"),), "moderate"),
        ((item("technical"),), "moderate"),
        ((item("documented"), item("documented", "lab")), "moderate"),
        ((item("documented"), item("technical")), "moderate"),
        ((item("documented"), item("technical", "press-again")), "moderate"),
        ((item("documented", evidence="a" * 64), item("technical", "lab", evidence="a" * 64)), "moderate"),
        ((item("documented"), item("technical", "lab")), "high"),
        ((item("documented"), item("behavioural", "lab")), "high"),
        ((item("technical"), item("contextual", "lab")), "high"),
        ((item("documented"), item("engagement", "lab")), "moderate"),
        ((item("mention"), item("quotation", "lab")), "low"),
    ],
)  # fmt: skip
def test_a_grade_follows_from_the_evidence_by_the_published_rule(items: Any, expected: str) -> None:
    assert grade(items, PUBLISHERS) == expected


ITEMS = st.builds(
    EvidenceItem,
    st.sampled_from(sorted(PUBLISHERS)),
    st.just("page 1"),
    st.just("Says so."),
    st.sampled_from(EVIDENCE_KINDS + CONTACT_KINDS),
)


@given(st.lists(ITEMS, max_size=6), ITEMS)
def test_more_evidence_never_lowers_a_grade_and_contact_never_raises_it(
    items: list[EvidenceItem], another: EvidenceItem
) -> None:
    before, after = grade(items, PUBLISHERS), grade([*items, another], PUBLISHERS)

    assert GRADES.index(after) >= GRADES.index(before)
    assert another.kind in EVIDENCE_KINDS or after == before


@given(st.sampled_from(get_args(Predicate)), st.lists(ITEMS, min_size=1, max_size=6))
def test_no_mix_of_evidence_with_contact_in_it_makes_more_than_a_contact(
    predicate: Predicate, items: list[EvidenceItem]
) -> None:
    try:
        made = claim(predicate, items[0].kind, tuple(items[1:]))
    except BadInput:
        assert any(one.kind in CONTACT_KINDS for one in items)
        return

    kinds = {one.kind for one in made.items}
    assert "audience" not in kinds
    assert kinds <= set(EVIDENCE_KINDS) or predicate in CONTACTS


@pytest.mark.parametrize("kind", CONTACT_KINDS)
def test_contact_can_never_yield_an_operator(kind: Any) -> None:
    with pytest.raises(BadInput, match=f"{kind} can never support operated_by"):
        claim("operated_by", kind)
    with pytest.raises(BadInput, match=f"{kind} can never support operated_by"):
        claim("operated_by", "documented", (item(kind),))


@pytest.mark.parametrize("predicate", CONTACTS)
def test_a_quotation_may_support_a_contact_but_an_audience_sought_supports_nothing(predicate: Any) -> None:
    assert claim(predicate, "quotation").items[0].kind == "quotation"
    with pytest.raises(BadInput, match="audience can never support"):
        claim(predicate, "audience")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "hearsay"}, "kind"),
        ({"credibility": 0}, "credibility"),
        ({"credibility": 7}, "credibility"),
        ({"object_type": "account", "object": "x:a"}, "object"),
        ({"valid_from": date(2024, 2, 1), "valid_to": date(2024, 1, 1)}, "valid_to"),
    ],
)
def test_a_claim_that_cannot_be_is_refused_under_its_field(values: dict[str, Any], field: str) -> None:
    given_values: dict[str, Any] = {"object_type": "organisation", "object": "b", **values}

    with pytest.raises(BadInput) as refused:
        Claim(
            subject_type="account", subject="x:a", predicate="operated_by", document="press", place="1", says="So.",
            **given_values,
        )  # fmt: skip

    assert refused.value.field == field


def test_a_chain_bears_as_much_as_its_weakest_link() -> None:
    links = [
        link(1, "a", "operated_by", "b", grade="high"),
        link(2, "b", "supervised_by", "c", grade="low"),
        link(3, "c", "part_of", "d"),
        link(4, "a", "pays_for", "e"),
        link(5, "d", "quotes", "f"),
    ]

    found = chain([("organisation", "a")], links)

    assert [one.id for one in found.links] == [1, 2, 3]
    assert found.confidence == "low"


def test_a_chain_takes_the_operator_and_then_the_better_grade() -> None:
    links = [
        link(1, "a", "supervised_by", "z", grade="high"),
        link(2, "a", "operated_by", "b", grade="low"),
        link(3, "b", "part_of", "y", grade="low"),
        link(4, "b", "supervised_by", "c"),
    ]

    assert [one.id for one in chain([("organisation", "a")], links).links] == [2, 4]


def test_a_chain_over_a_circle_ends_and_one_without_links_bears_nothing() -> None:
    links = [link(1, "a", "part_of", "b"), link(2, "b", "part_of", "a")]

    assert [one.id for one in chain([("organisation", "a")], links).links] == [1]
    assert chain([("organisation", "z")], links) == ((), None)


NODES = st.sampled_from("abcde")
LINKS = st.lists(
    st.builds(link, st.integers(1, 99), NODES, st.sampled_from(["operated_by", "part_of", "quotes"]), NODES),
    max_size=12,
)


@given(LINKS, NODES)
def test_a_chain_always_ends_without_passing_a_body_twice(links: list[Link], start: str) -> None:
    found = chain([("organisation", start)], links)

    passed = [one.object for one in found.links]
    assert len(passed) == len(set(passed))
    assert ("organisation", start) not in passed


def test_a_claim_that_closes_a_circle_is_found_with_its_way() -> None:
    links = [link(1, "b", "part_of", "c"), link(2, "c", "supervised_by", "a"), link(3, "c", "quotes", "d")]

    assert [name for _, name in circle(link(4, "a", "operated_by", "b"), links)] == ["a", "b", "c", "a"]
    assert circle(link(4, "d", "operated_by", "b"), links) == ()
    assert circle(link(4, "a", "quotes", "b"), links) == ()


def test_what_was_true_at_different_times_is_no_circle() -> None:
    early = link(1, "b", "part_of", "a", valid_to=date(2019, 12, 31))

    assert circle(link(2, "a", "part_of", "b", valid_from=date(2020, 1, 1)), [early]) == ()
    assert circle(link(2, "a", "part_of", "b", valid_from=date(2019, 12, 31)), [early]) != ()


def test_two_operators_of_one_subject_at_one_time_are_disputed() -> None:
    links = [
        link(1, "eye", "operated_by", "group"),
        link(2, "eye", "operated_by", "centre"),
        link(3, "ear", "operated_by", "group"),
        link(4, "eye", "part_of", "other"),
    ]

    assert disputed(links) == {1, 2}


@pytest.mark.parametrize(
    "second",
    [
        link(2, "eye", "operated_by", "group"),
        link(2, "eye", "operated_by", "above"),
        link(2, "eye", "operated_by", "alias"),
        link(2, "eye", "operated_by", "somebody"),
        link(2, "eye", "operated_by", "centre", valid_to=date(2019, 12, 31)),
        link(2, "eye", "relays", "centre"),
    ],
)
def test_what_does_not_contradict_is_not_disputed(second: Link) -> None:
    links = [
        link(1, "eye", "operated_by", "group", valid_from=date(2020, 1, 1)), second,
        link(3, "group", "supervised_by", "above"), link(4, "alias", "same_as", "group"),
    ]  # fmt: skip

    assert disputed(links, unnamed=[("organisation", "somebody")]) == frozenset()


def test_each_operator_that_a_disputed_claim_names_has_a_way_of_its_own() -> None:
    links = [
        link(1, "a", "operated_by", "press-group", grade="low"), link(2, "a", "operated_by", "media-group"),
        link(3, "press-group", "part_of", "party"), link(4, "media-group", "supervised_by", "city"),
        link(5, "a", "supervised_by", "somebody"),
    ]  # fmt: skip

    ways = Ways(links).chains([("organisation", "a")], disputed(links))

    assert [([step.id for step in way.links], way.confidence) for way in ways] == [
        ([2, 4], "moderate"),
        ([1, 3], "low"),
    ]


def test_without_a_dispute_there_is_one_way() -> None:
    links = [link(1, "a", "operated_by", "b"), link(2, "a", "part_of", "c")]

    ways = Ways(links).chains([("organisation", "a")], disputed(links))

    assert [[step.id for step in way.links] for way in ways] == [[1]]
