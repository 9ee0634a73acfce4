"""A claim that was taken back carries nothing; a disputed one says so."""

from typing import Any

from dashboard import claims


def claim(number: int, target: str, **more: Any) -> dict[str, Any]:
    return {
        "claim_id": number, "subject_type": "brand", "subject": "river-views", "predicate": "operated_by",
        "object_type": "organisation", "object": target, "object_name": target.title(), "grade": "moderate", **more,
    }  # fmt: skip


ACCOUNTS = [{"account": "x:riverviews", "brand_id": "river-views", "brand": "River Views", "platform": "x"}]


def test_a_withdrawn_claim_is_no_link_of_the_chain() -> None:
    withdrawn = claim(1, "harbour", withdrawn=True)

    chain = claims._chain("river-views", ACCOUNTS, [withdrawn, claim(2, "lake", withdrawn=False)])

    assert [link["object"] for link in chain] == ["lake"]


def test_what_became_of_a_claim_stands_beside_it_as_text() -> None:
    said = claims._standing(
        claim(
            1, "harbour", withdrawn=True, withdrawn_by="A. Reader", withdrawn_on="2024-10-02",
            withdrawn_reason="<b>wrong brand</b>", disputed=True, objections=1, objection="We are not",
        )
    )  # fmt: skip

    assert "withdrawn by A. Reader" in said
    assert "&lt;b&gt;wrong brand&lt;/b&gt;" in said
    assert "disputed" in said
    assert "1 objection, the latest: We are not" in said
