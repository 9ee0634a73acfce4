"""Alpha of what people coded in the dashboard: each code and all together, by version, a machine as a coder among others."""

from typing import Any

import pytest

from tests.analysis.lakes import MakeLake
from tests.analysis.test_findings_topics import said
from tracker.findings import Finding, parse_options, run


def measured(make_lake: MakeLake, given: list[dict[str, Any]], **tables: Any) -> Finding:
    lake = make_lake(hand_codings=given, **tables)
    return run("reliability", lake, parse_options("reliability", {"items": "posts"}))


def pairs(*answers: tuple[str | None, str | None], **fields: Any) -> list[dict[str, Any]]:
    """What Ana and Ben said of one item after another."""
    return [
        said(item, coder, code, **fields)
        for item, both in enumerate(answers, start=1)
        for coder, code in zip(("ana", "ben"), both, strict=True)
    ]


DIFFERING = [("politics", "politics")] * 4 + [("economy", "economy")] * 4 + [("politics", "economy")] * 2


def test_each_code_and_all_together_have_an_alpha_with_an_interval_and_a_verdict(make_lake: MakeLake) -> None:
    found = measured(make_lake, pairs(*DIFFERING))

    rows = {row["code"]: row for row in found.rows}
    assert list(rows) == ["all codes together", "economy", "politics"]
    assert rows["politics"]["alpha"] == pytest.approx(0.62)
    assert rows["politics"]["verdict"] == "too unreliable to conclude from"
    assert rows["politics"]["lower"] < 0.62 < rows["politics"]["upper"]
    assert (rows["politics"]["agreement"], rows["politics"]["compared"], found.n) == (0.8, 10, 10)
    assert "Percent agreement flatters" in found.caveats[0]


def test_all_of_one_code_is_undefined_and_says_why(make_lake: MakeLake) -> None:
    found = measured(make_lake, pairs(*[("politics", "politics")] * 5))

    assert {(row["alpha"], row["verdict"]) for row in found.rows} == {(None, "undefined")}
    assert "only one code was given" in found.rows[0]["reason"]


def test_an_item_of_which_one_is_unsure_is_no_agreement(make_lake: MakeLake) -> None:
    unsure = [said(20, "ana", None, state="unsure"), said(20, "ben", None, state="none")]

    found = measured(make_lake, [*pairs(*DIFFERING), *unsure])

    assert found.rows[0]["agreement"] == pytest.approx(8 / 11)


def test_versions_stand_apart_and_what_is_to_be_recoded_is_left_out_and_counted(make_lake: MakeLake) -> None:
    later = [row | {"item_id": row["item_id"] + 100, "made_under": 2} for row in pairs(*DIFFERING)]
    lost = pairs((None, None), to_recode=True)

    found = measured(make_lake, [*pairs(*DIFFERING)[2:], *later, *lost])

    assert [(row["codebook_version"], row["items"]) for row in found.rows if row["code"] == "politics"] == [
        (2, 10),
        (1, 9),
    ]
    assert (found.coverage["to_be_recoded"], found.coverage["codebook_version"]) == (1, 2)


def test_the_keywords_are_a_coder_among_others_in_rows_of_their_own(make_lake: MakeLake) -> None:
    machine = [
        {"item_id": item, "code": "politics", "parent": "politics", "item_type": "post"}
        for item in range(1, 5)
    ]

    found = measured(make_lake, pairs(*DIFFERING), codings=machine)

    assert {(row["coders"], row["n_coders"]) for row in found.rows} == {
        ("people", 2),
        ("people and keywords v1", 3),
    }
