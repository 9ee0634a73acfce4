from datetime import date

from tests.analysis.lakes import MakeLake
from tracker.findings import facet_counts, parse_options


def test_each_facet_counts_as_if_nothing_were_chosen_in_it_and_all_else_were(make_lake: MakeLake) -> None:
    lake = make_lake(
        accounts=[{"account_id": 1, "account": "x:a", "status": "accepted"},
                  {"account_id": 2, "account": "x:b", "status": "accepted"}],
        listings=[{"account_id": 1, "country": "FR"}, {"account_id": 2, "country": "DE"}],
        ads=[
            {"account_id": 1, "payer": "P", "text": "tea", "first_shown": date(2024, 1, 1), "listing_id": 1},
            {"account_id": 1, "payer": "Q", "text": "tea", "first_shown": date(2024, 2, 1), "listing_id": 1},
            {"account_id": 2, "payer": "P", "text": "Tea", "first_shown": None, "listing_id": 2},
            {"account_id": 2, "payer": None, "text": "coal", "first_shown": date(2024, 2, 1), "listing_id": 2},
        ],
        codings=[{"item_id": 1, "code": "food.tea", "parent": "food"}, {"item_id": 3, "code": "food"}],
    )  # fmt: skip

    found = facet_counts(lake, parse_options("ads", {"text": "TEA", "payer": "P"}))

    told = {facet: [(row["value"], row["ads"]) for row in rows] for facet, rows in found.items()}
    assert told == {
        "account": [("x:a", 1), ("x:b", 1)],
        "payer": [("P", 2), ("Q", 1)],
        "repository": [("x_ads", 2)],
        "country": [("DE", 1), ("FR", 1)],
        "topic": [("food", 2)],
        "month": [("2024-01", 1)],
    }


def test_an_empty_lake_offers_no_choice(make_lake: MakeLake) -> None:
    assert not any(facet_counts(make_lake(), parse_options("ads", {})).values())
