"""The tree of bodies and the page around it."""

from typing import Any

from dashboard.bodies import Bodies, trees
from tests.dashboard import lakes
from tests.dashboard.conftest import OpenPage
from tests.dashboard.test_pages import html_of


def body(name: str, accounts: int = 0, below: int | None = None) -> dict[str, Any]:
    return {
        "id": name, "name": name.title(), "native_name": None, "kind": "icc", "level": "province", "accounts": accounts,
        "accepted_accounts": accounts, "accounts_below": accounts if below is None else below,
    }  # fmt: skip


def claim(
    subject: str, predicate: str, thing: str, *, kind: str = "organisation", **values: Any
) -> dict[str, Any]:
    return {
        "subject_type": kind, "subject": subject, "predicate": predicate, "object_type": "organisation",
        "object": thing, "grade": "moderate", **values,
    }  # fmt: skip


def account(key: str, brand: str | None, status: str) -> dict[str, Any]:
    return {"account": f"x:{key}", "brand_id": brand, "brand": "Hello" if brand else None, "status": status}


def test_a_tree_leads_from_the_organ_to_the_brand_with_its_accounts_and_a_link() -> None:
    tree = trees(
        Bodies(
            [body("organ", 0, 2), body("centre", 2)],
            [account("one", "hello", "accepted"), account("two", "hello", "under_review")],
            [
                claim("centre", "supervised_by", "organ"),
                claim("hello", "operated_by", "centre", kind="brand", subject_name="Hello"),
            ],
        )
    )

    assert tree.index("Organ") < tree.index("Centre") < tree.index("Hello")
    assert "no account known, 2 with those below" in tree
    assert (
        '<a href="account?id=hello">Hello</a> <span class="it-kind">brand · 2 accounts, 1 accepted</span>'
        in tree
    )
    assert '<span class="it-badge blue">supervised by, moderate</span>' in tree


def test_a_body_under_two_stands_under_both_and_its_own_are_drawn_once() -> None:
    tree = trees(
        Bodies(
            [body("one", 0, 9), body("two", 0, 8), body("centre", 3)], [],
            [
                claim("centre", "part_of", "one"), claim("centre", "supervised_by", "two"),
                claim("hello", "operated_by", "centre", kind="brand", subject_name="Hello"),
            ],
        )
    )  # fmt: skip

    assert tree.count("<b>Centre</b>") == 2
    assert "also under Two" in tree
    assert "also under One" in tree
    assert tree.count(">Hello</a>") == 1
    assert "what is below it stands under One" in tree


def test_a_claim_taken_back_leads_nowhere_and_a_disputed_one_says_so() -> None:
    tree = trees(
        Bodies(
            [body("group", 3), body("centre", 3)], [],
            [
                claim("eye", "operated_by", "group", kind="brand", disputed=True, objections=1),
                claim("eye", "operated_by", "centre", kind="brand", withdrawn=True),
            ],
        )
    )  # fmt: skip

    assert '<span class="it-badge ochre">disputed</span>' in tree
    assert "1 objection" in tree
    assert "Centre" not in tree


def test_a_payer_a_likeness_and_a_quotation_put_nothing_below_a_body() -> None:
    bodies = Bodies(
        [body("firm"), body("centre")], [],
        [claim("x:one", predicate, "firm", kind="account") for predicate in ("pays_for", "same_as", "quotes", "relays")],
    )  # fmt: skip

    assert (bodies.roots(), bodies.alone()) == ([], ["firm", "centre"])


def test_a_circle_of_claims_is_drawn_once_and_ends() -> None:
    bodies = Bodies(
        [body("ring", 1), body("round", 1)],
        [],
        [claim("ring", "part_of", "round"), claim("round", "part_of", "ring")],
    )

    tree = trees(bodies)

    assert len(bodies.roots()) == 1
    assert tree.count("<b>Ring</b>") + tree.count("<b>Round</b>") == 3


def test_ten_thousand_brands_under_one_body_do_not_flood_the_page() -> None:
    brands = [claim(f"brand-{number}", "operated_by", "centre", kind="brand") for number in range(10_000)]

    tree = trees(Bodies([body("centre", 1)], [], brands))

    assert tree.count("<li") == 61
    assert "9,940 more are not drawn here" in tree


def test_bodies_without_a_known_account_come_last_and_together() -> None:
    tree = trees(
        Bodies(
            [body("rich", 2), body("poor")], [],
            [claim("a", "operated_by", "rich", kind="brand"), claim("b", "operated_by", "poor", kind="brand")],
        )
    )  # fmt: skip

    assert (
        tree.index("Rich")
        < tree.index("1 more body, with brands of which no account is known")
        < tree.index("Poor")
    )


def test_only_the_first_bodies_stand_alone_and_large_ones_are_folded() -> None:
    names = [f"body-{number:02}" for number in range(30)]
    claims = [claim(f"brand-{name}", "operated_by", name, kind="brand") for name in names]
    many = [claim(f"part-{number}", "part_of", "body-00", kind="brand") for number in range(26)]

    tree = trees(Bodies([body(name, 40 - at) for at, name in enumerate(names)], [], [*claims, *many]))

    assert tree.startswith('<div class="it-tree"><details><summary><b>Body-00</b>')
    assert "5 more bodies, with fewer accounts below" in tree
    assert tree.count("<details open>") == 1


def test_the_page_says_a_document_counts_and_what_the_registry_knows_apart(hostile_pages: OpenPage) -> None:
    text = html_of(hostile_pages("organisations"))

    assert "according to ![x](" in text
    assert "3 known to us" in text
    assert "not counted" in text
    assert "Grey is none known to us" in text
    assert "Borders as Natural Earth draws them" in text
    assert "2 of 3 centres in 1 province." in text


def test_the_page_asks_only_this_site_for_its_shapes(hostile_pages: OpenPage) -> None:
    specs = [element.proto.spec for element in hostile_pages("organisations").get("vega_lite_chart")]

    assert len(specs) == 2
    assert [spec for spec in specs if "./app/static/china-provinces.json" in spec] != []


def test_a_lake_without_bodies_says_how_to_load_them(home: Any, open_page: OpenPage) -> None:
    lakes.write(home, as_of=None)

    text = html_of(open_page("organisations"))

    assert "No body in the registry" in text
    assert "<span>seeds</span> <span>load</span>" in text
