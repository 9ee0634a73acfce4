from datetime import date

from tests.analysis.lakes import MakeLake
from tracker.collect import sources
from tracker.collect.repositories import PUBLISHED, REQUIREMENTS
from tracker.findings import parse_options, run

NO_REPOSITORY = {"ira_ads"}  # ads that a committee released


def test_every_source_of_a_repository_has_a_cell_with_words_for_every_letter_of_the_law() -> None:
    of_ads = {name for name in sources.names() if sources.load(name).kind == "ads"}

    assert set(PUBLISHED) == of_ads - NO_REPOSITORY
    for cells in PUBLISHED.values():
        assert list(cells) == list(REQUIREMENTS)
        assert all(len(cell.why) > 10 for cell in cells.values())


def test_what_is_published_stands_beside_how_many_of_the_ads_held_have_it(make_lake: MakeLake) -> None:
    lake = make_lake(
        ads=[
            {"source": "x_ads", "payer": "P", "first_shown": date(2024, 1, 1), "advertiser_name": "A"},
            {"source": "x_ads", "text": "words", "impressions_lower": 0.0},
            {"source": "ira_ads", "text": "of no repository"},
        ]
    )

    found = run("repository-coverage", lake, parse_options("repository-coverage", {"source": "x_ads"}))

    told = [(row["letter"], row["state"], row["ads"], row["filled"]) for row in found.rows]
    assert told == [
        ("a", "in part", 2, 1), ("b", "in part", 2, 1), ("c", "in part", 2, 1), ("d", "published", 2, 1),
        ("e", "in part", 2, 0), ("f", "not known", 2, None), ("g", "in part", 2, 1),
    ]  # fmt: skip
    assert found.n == 2
    assert found.coverage["as_of"] == "2026-11"


def test_a_repository_of_which_nothing_is_held_is_listed_with_nothing_counted(make_lake: MakeLake) -> None:
    found = run("repository-coverage", make_lake())

    assert len(found.rows) == 7 * len(PUBLISHED)
    assert {(row["ads"], row["filled"]) for row in found.rows} == {(0, None)}
