"""A model narrows a share that people coded, is named with it, never makes one, and is a coder apart in reliability."""

from datetime import datetime
from typing import Any

import pytest

from tests.analysis.lakes import MakeLake
from tests.analysis.test_findings_reliability import DIFFERING, measured, pairs
from tests.analysis.test_findings_topics import answer, by_hand, columns

NOW, BEFORE = "use-multilingual-v3 aaaaaaaaaaaa", "use-multilingual-v3 bbbbbbbbbbbb"


def trained(name: str, state: str, day: int = 2, version: int = 2) -> dict[str, Any]:
    return {"model": name, "digest": name[-12:] + "0" * 52, "codebook_version": version, "embedder": "use-multilingual-v3",
            "items": 100, "macro_f1": 0.8, "trained_at": datetime(2024, 9, day), "trained_by": "Eve", "state": state}  # fmt: skip


def likely(
    model: str, items: range, chance: float, code: str | None = "politics", **fields: Any
) -> list[dict[str, Any]]:
    return [
        {"item_type": "post", "item_id": item, "model": model, "level": "top", "code": code, "probability": chance,
         "suggested": chance >= 0.5, **fields}
        for item in items
    ]  # fmt: skip


def spoken(model: str, right: float) -> list[dict[str, Any]]:
    """What a model says of 400 posts of which every second one is about politics."""
    return likely(model, range(2, 401, 2), right) + likely(model, range(1, 400, 2), 1 - right)


def with_models(make_lake: MakeLake, *models: dict[str, Any], **tables: Any) -> Any:
    lake = by_hand(make_lake, range(1, 101), range(1, 101), suggestion_models=list(models), **tables)
    return answer(lake, items="posts")


def test_a_share_says_which_model_narrowed_it_and_what_the_one_before_would_give(make_lake: MakeLake) -> None:
    found = with_models(
        make_lake, trained(NOW, "in use"), trained(BEFORE, "former", 1),
        suggestions=spoken(NOW, 0.95) + spoken(BEFORE, 0.7),
    )  # fmt: skip

    (row,) = found.rows
    keywords = with_models(make_lake).rows[0]
    assert (row["measure"], row["model"], row["former_model"]) == ("random sample and model", NOW, BEFORE)
    assert row["share"] == pytest.approx(0.5, abs=0.01)
    assert row["share_by_former"] == pytest.approx(0.5, abs=0.01)
    assert row["upper"] - row["lower"] < keywords["upper"] - keywords["lower"]
    assert (found.coverage["model"], found.coverage["model_sha256"]) == (NOW, "a" * 12 + "0" * 52)
    assert NOW in found.method
    assert any("never makes a share" in caveat for caveat in found.caveats)


def test_the_first_model_stands_beside_the_keywords_that_it_follows(make_lake: MakeLake) -> None:
    (row,) = with_models(make_lake, trained(NOW, "in use"), suggestions=spoken(NOW, 0.95)).rows

    assert (row["model"], row["former_model"]) == (NOW, "keywords v1")
    assert row["share_by_former"] == with_models(make_lake).rows[0]["share"]


def test_a_model_alone_makes_no_share(make_lake: MakeLake) -> None:
    lake = by_hand(
        make_lake,
        range(0),
        range(0),
        suggestion_models=[trained(NOW, "in use")],
        suggestions=spoken(NOW, 0.95),
    )

    found = answer(lake, items="posts")

    assert columns(found, "measure", "share", "model") == [("keyword count", None, None)]


def test_a_model_of_an_earlier_codebook_is_not_used_and_the_finding_says_so(make_lake: MakeLake) -> None:
    found = with_models(
        make_lake, trained(NOW, "of another codebook", version=1), suggestions=spoken(NOW, 0.95)
    )

    (row,) = found.rows
    assert (row["model"], row["former_model"], found.coverage["model"]) == ("keywords v1", None, None)
    assert any(
        "trained under codebook version 1, which is not in force any more" in one for one in found.caveats
    )


def test_a_model_that_has_not_judged_the_items_does_not_help_and_the_finding_says_so(
    make_lake: MakeLake,
) -> None:
    found = with_models(make_lake, trained(NOW, "in use"))

    assert found.rows[0]["model"] == "keywords v1"
    assert any(f"{NOW} has not judged these items: keywords help" in caveat for caveat in found.caveats)


def test_a_code_that_the_model_did_not_learn_leans_on_keywords(make_lake: MakeLake) -> None:
    found = with_models(
        make_lake, trained(NOW, "in use"), suggestions=likely(NOW, range(1, 401), 0.9, code="economy")
    )

    assert {row["code"]: row["model"] for row in found.rows}["politics"] == "keywords v1"


def test_a_model_is_a_coder_apart_and_never_among_people(make_lake: MakeLake) -> None:
    said = likely(NOW, range(1, 5), 0.9) + likely(NOW, range(5, 11), 0.2)
    alone = measured(make_lake, pairs(*DIFFERING))

    found = measured(
        make_lake, pairs(*DIFFERING), suggestion_models=[trained(NOW, "in use"), trained(BEFORE, "former")],
        suggestions=said + likely(BEFORE, range(1, 11), 0.9),
    )  # fmt: skip

    people = [row for row in found.rows if row["coders"] == "people"]
    assert people == alone.rows
    assert {row["coders"]: row["n_coders"] for row in found.rows} == {"people": 2, f"people and {NOW}": 3}
