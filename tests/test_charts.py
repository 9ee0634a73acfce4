import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import vl_convert

from tracker import charts, countries
from tracker.charts.months import end_of, milliseconds, span, start_of

AS_OF = datetime(2024, 9, 30, 6, tzinfo=UTC)
SHAPES = Path(__file__).parents[1] / "dashboard" / "static" / "world-50m.json"
ADS = [{"month": "2024-01", "ads": 4}, {"month": "2024-03", "ads": 10}]
TOPICS = [
    {"month": month, "code": code, "items": items, "n": n, "share": items / n, "lower": 0.1, "upper": 0.9, "uncoded_share": 0.5}
    for month, code, items, n in [
        ("2024-01", "politics", 1, 4), ("2024-01", "culture", 2, 4), ("2024-03", "politics", 6, 10), ("2024-03", "culture", 1, 10),
    ]
]  # fmt: skip
BURSTS = [
    {"at": f"2024-0{month}-{day:02d}", "week": f"2024-W{week:02d}", "items": items, "days_asked": 7, "expected": 5.0, "lower": 1,
     "upper": 11, "p_adjusted": p, "verdict": verdict}
    for month, day, week, items, p, verdict in [
        (1, 1, 1, 5, 0.9, "no burst shown"), (1, 8, 2, 40, 0.00002, "burst"), (1, 15, 3, 30, 0.004, "burst"),
        (3, 11, 11, 30, 0.012, "burst"),
    ]
]  # fmt: skip
SO_FAR = {
    **dict.fromkeys(BURSTS[0]), "at": "2024-03-18", "week": "2024-W12", "items": 3, "verdict": "unfinished, not tested",
}  # fmt: skip
POSTS = [{"month": "2024-01", "posts": 12}, {"month": "2024-03", "posts": 0}]
PAYERS = [
    {"payer": "First", "account": "x:one", "first_shown": "2024-01-02", "last_shown": "2024-02-02", "ads": 4},
    {
        "payer": "Second",
        "account": "x:one",
        "first_shown": "2024-03-01",
        "last_shown": "2024-03-30",
        "ads": 10,
    },
]
NAMED_PAYERS = [{**row, "name": "One · X"} for row in PAYERS]
NEW = [{"account": "x:one", "after": "Second", "at": "2024-04-15T06:00:00"}]
SOUGHT = [
    {"handle": f"@h{number}", "polarity": "exclude" if number == 3 else "include", "name": f"A{number % 2}", "ads": 20 - number,
     "ads_in_any_way": 20 - number, "sought_as": "follower_lookalike"}
    for number in range(20)
]  # fmt: skip
TARGETS = [
    {"month": "2024-01", "kind": "keyword", "value": "tea", "polarity": "include", "ads": 4},
    {"month": "2024-03", "kind": "location", "value": "France", "polarity": "include", "ads": 10},
    {"month": "2024-03", "kind": "location", "value": "location:Malta", "polarity": "include", "ads": 2},
    {"month": "2024-03", "kind": "location", "value": "Texas", "polarity": "include", "ads": 1},
    {"month": "2024-03", "kind": "location", "value": "China", "polarity": "exclude", "ads": 10},
    {"month": "2024-03", "kind": "follower_lookalike", "value": "@someone", "polarity": "include", "ads": 9},
]  # fmt: skip
TOP = [
    {"kind": "location", "value": "United States", "polarity": "include", "share_from": 0.9, "share_to": 0.1, "contribution": -0.2},
    {"kind": "living_in", "value": "United States", "polarity": "include", "share_from": 0.1, "share_to": 0.9, "contribution": 0.2},
]  # fmt: skip
LIVES = [
    {"ad": number, "name": "One · X", "text": f"{number} cups", "payer": None, "first_shown": f"2024-0{1 + number % 3}-02",
     "last_shown": None if number % 2 else "2024-04-01"}
    for number in range(62)
]  # fmt: skip
LABELS = [
    {"brand": "One", "platform": "x", "state": "none"},
    {"brand": "One", "platform": "facebook", "state": None},
]


def answer(day: date, outcome: str) -> dict[str, Any]:
    return {"account": "x:one", "source": "x_ads", "day": day.isoformat(), "outcome": outcome, "rows": 1}


COVERAGE = [
    answer(date(2024, 1, 1) + timedelta(days=number), "rows" if number < 31 else "throttled")
    for number in range(45)
]


def drawn(look: charts.Look) -> dict[str, Any]:
    ranks = charts.country_ranks(TARGETS)
    return {
        "ads": charts.ads_per_month(
            ADS, as_of=AS_OF, topics=TOPICS, payers=PAYERS, coverage=COVERAGE, look=look
        ),
        "topic": charts.topic_share(TOPICS, code="politics", as_of=AS_OF, coverage=COVERAGE, look=look),
        "not coded": charts.topic_share(TOPICS, code="not coded", as_of=AS_OF, look=look),
        "topics": charts.topic_shares(TOPICS, as_of=AS_OF, coverage=COVERAGE, look=look),
        "targeting": charts.targeting_heatmap(TARGETS, as_of=AS_OF, n=14, coverage=COVERAGE, look=look),
        "shift": charts.shift_bars(TOP, as_of=AS_OF, n=14, look=look),
        "map": charts.country_map(ranks, shapes=json.loads(SHAPES.read_text()), as_of=AS_OF, n=14, look=look),
        "labels": charts.label_matrix(LABELS, as_of=AS_OF, look=look),
        "lives": charts.ad_lives(LIVES, as_of=AS_OF, n=62, coverage=COVERAGE, look=look),
        "payers": charts.payer_lanes(
            NAMED_PAYERS, as_of=AS_OF, n=14, changes=NEW, coverage=COVERAGE, look=look
        ),
        "posts": charts.posts_per_month(POSTS, as_of=AS_OF, coverage=COVERAGE, look=look),
        "bursts": charts.bursts(
            [*BURSTS, SO_FAR], by="week", noun="post", as_of=AS_OF, coverage=COVERAGE, look=look
        ),
        "audiences": charts.audience_graph(SOUGHT, as_of=AS_OF, n=14, look=look),
        "coverage": charts.coverage_band(COVERAGE, as_of=AS_OF, look=look),
    }


def values(spec: dict[str, Any], layer: int | None) -> list[dict[str, Any]]:
    data = spec["data"] if layer is None else spec["layer"][layer]["data"]
    return data.get("values") or spec["datasets"][data["name"]]


def test_many_new_payers_are_counted_by_month_and_named_on_hover():
    first = [{**PAYERS[0], "account": f"x:{number}", "payer": "First"} for number in range(9)]
    later = [
        {**PAYERS[1], "account": f"x:{number}", "payer": f"Later {number}", "first_shown": f"2024-0{1 + number // 8}-20"}
        for number in range(9)
    ]  # fmt: skip

    spec = charts.ads_per_month(ADS, as_of=AS_OF, payers=[*first, *later]).to_dict()

    marks = [(mark["month"], mark["new"], mark["payers"]) for mark in values(spec, 1)]
    assert marks == [
        ("2024-01", 8, "Later 0; Later 1; Later 2; Later 3; Later 4; Later 5; 2 more"),
        ("2024-02", 1, "Later 8"),
    ]
    assert values(spec, 2) == [{"said": "9 payers new to their account, by month:"}]


def test_a_criterion_that_may_be_sensitive_bears_a_mark_and_a_path_before_a_value_is_not_repeated():
    named = [
        ("people_who_match", "people_who_match:interests:Islam", "include"),
        ("location", "location:united_states:Texas", "include"),
        ("people_who_match", "people_who_match:People who like Snow", "include"),
    ]  # fmt: skip
    rows = [
        {"month": "2024-01", "kind": kind, "value": value, "polarity": polarity, "ads": 3}
        for kind, value, polarity in named
    ]
    flagged = [{**rows[0], "category": "faith", "word": "islam"}]

    spec = charts.targeting_heatmap(rows, as_of=AS_OF, n=14, sensitive=flagged).to_dict()

    cells = {
        (cell["group"], cell["criterion"].partition("\u2063")[2], cell["sensitive"])
        for cell in values(spec, 0)
    }
    assert cells == {
        ("Keywords and interests", "◆ Islam", "faith"),
        ("Countries and places", "Texas, United States", "–"),
        ("Audience sought", "Snow · who like it", "–"),
    }


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (
            [countries.name_of(code) for code in countries.every()],
            f"every country ({countries.count():,} places)",
        ),
        ([f"Town {number}" for number in range(9)], "Town 0 and 8 more"),
    ],
)
def test_places_that_are_always_named_together_are_one_row_and_those_that_are_not_stay(
    places: list[str], said: str
):
    rows = [
        {"month": month, "kind": "location", "value": place, "polarity": "include", "ads": 3}
        for place in places
        for month in ("2024-01", "2024-02")
    ]
    alone = [{**rows[0], "value": "Utopia"}]

    spec = charts.targeting_heatmap([*rows, *alone], as_of=AS_OF, n=14).to_dict()

    cells = [
        (cell["month"], cell["criterion"].partition("\u2063")[2], cell["ads"]) for cell in values(spec, 0)
    ]
    assert sorted(cells) == sorted([("2024-01", "Utopia", 3), ("2024-01", said, 3), ("2024-02", said, 3)])


@pytest.mark.parametrize("look", [charts.LIGHT, charts.DARK], ids=["light", "dark"])
def test_every_chart_draws_without_a_network_and_carries_its_words(look: charts.Look):
    for name, chart in drawn(look).items():
        spec = chart.to_dict()
        svg = vl_convert.vegalite_to_svg(spec | {"width": 500} if spec.get("width") == "container" else spec)

        assert svg.startswith("<svg"), name
        if name != "topics":
            assert "as of 30 Sep 2024, 06:00 UTC" in spec["title"]["subtitle"], name
            assert " · n = " in spec["title"]["subtitle"], name
        assert look.ink in svg, name


def test_no_chart_asks_for_anything_but_the_map_it_is_given():
    ranks = charts.country_ranks(TARGETS)

    spec = charts.country_map(ranks, shapes="./app/static/world-50m.json", as_of=AS_OF, n=14).to_dict()

    addresses = [word for word in json.dumps(spec).split('"') if "://" in word or word.startswith("./")]
    assert set(addresses) == {
        "./app/static/world-50m.json",
        "https://vega.github.io/schema/vega-lite/v6.4.1.json",
    }


def test_a_bar_is_stacked_by_topic_with_what_nobody_coded_on_top():
    spec = charts.ads_per_month(ADS, as_of=AS_OF, topics=TOPICS).to_dict()

    pieces = [(bar["month"], bar["topic"], bar["bottom"], bar["top"]) for bar in values(spec, 0)]
    assert pieces == [
        ("2024-01", "politics", 0, 1), ("2024-01", "culture", 1, 3), ("2024-01", "not coded", 3, 4),
        ("2024-03", "politics", 0, 6), ("2024-03", "culture", 6, 7), ("2024-03", "not coded", 7, 10),
    ]  # fmt: skip


def test_topics_stand_side_by_side_where_an_ad_has_several():
    several = [{**row, "items": 10 if row["month"] == "2024-03" else row["items"]} for row in TOPICS]

    spec = charts.ads_per_month(ADS, as_of=AS_OF, topics=several).to_dict()

    march = [
        (bar["topic"], bar["bottom"], bar["top"]) for bar in values(spec, 0) if bar["month"] == "2024-03"
    ]
    assert march == [("all ads", 0, 10), ("politics", 0, 10), ("culture", 0, 10)]


def test_a_month_without_rows_gets_no_bar_and_no_point():
    bars = values(charts.ads_per_month(ADS, as_of=AS_OF).to_dict(), 0)
    points = values(charts.topic_share(TOPICS, code="politics", as_of=AS_OF).to_dict(), 0)

    assert [bar["month"] for bar in bars] == ["2024-01", "2024-03"]
    assert [point["share"] for point in points] == [0.25, None, 0.6]


def test_a_payer_that_comes_after_another_is_new_and_after_none_is_first_named():
    unnamed = [{**PAYERS[0], "payer": None}, PAYERS[1]]

    assert [(row["payer"], row["words"]) for row in charts.new_payers(PAYERS)] == [("Second", "new payer")]
    assert [(row["payer"], row["words"]) for row in charts.new_payers(unnamed)] == [
        ("Second", "payer first named")
    ]
    assert charts.new_payers([PAYERS[1]]) == []


def test_a_new_payer_is_a_dashed_rule_with_its_name():
    spec = charts.ads_per_month(ADS, as_of=AS_OF, payers=PAYERS).to_dict()

    rules = [layer for layer in spec["layer"] if layer["mark"]["type"] == "rule"]
    assert [rule["mark"]["strokeDash"] for rule in rules] == [[4, 3]]
    assert values(spec, 1) == [{"at": milliseconds(date(2024, 3, 1)), "label": "new payer: Second"}]


def test_coverage_is_drawn_in_stretches_and_a_day_without_an_answer_was_not_asked():
    runs = charts.coverage_runs(COVERAGE, ["2024-01", "2024-02"])

    assert [(run["state"], run["from"], run["to"], run["days"]) for run in runs] == [
        ("rows", "2024-01-01", "2024-01-31", 31),
        ("throttled or refused", "2024-02-01", "2024-02-14", 14),
        ("not asked", "2024-02-15", "2024-02-29", 15),
    ]


def test_every_chart_of_ads_or_posts_over_time_has_the_band_with_hatched_gaps_below_it():
    over_time = ("ads", "topic", "targeting", "lives", "payers", "posts", "bursts")

    for name in over_time:
        spec = drawn(charts.LIGHT)[name].to_dict()
        band, strokes = spec["layer"][-2:]
        states = {run["state"] for run in values(spec, -2)}

        assert {"rows", "throttled or refused", "not asked"} == states
        assert band["encoding"]["color"]["legend"]["title"] == "coverage"
        assert {stroke["state"] for stroke in values(spec, -1)} == {"not asked"}
        assert strokes["encoding"]["x"]["scale"] == band["encoding"]["x"]["scale"]


def test_bursts_are_marked_and_of_those_that_stand_close_the_strongest_bears_p_and_n():
    spec = charts.bursts(BURSTS, by="week", noun="post", as_of=AS_OF).to_dict()

    marked = [mark["period"] for mark in values(spec, 3)]
    assert marked == ["2024-W02", "2024-W03", "2024-W11"]
    assert [mark["words"] for mark in values(spec, 4)] == [
        ["p < 0.001", "n = 40"],
        ["p = 0.012", "n = 30"],
    ]
    assert "not tested" not in spec["title"]["subtitle"]


def test_the_unfinished_week_is_dashed_has_no_expected_band_and_is_said_not_to_be_tested():
    spec = charts.bursts([*BURSTS, SO_FAR], by="week", noun="ad", as_of=AS_OF).to_dict()

    assert [bar["period"] for bar in values(spec, 2)] == ["2024-W12"]
    assert spec["layer"][2]["mark"]["strokeDash"]
    for layer in (0, 1, 3):
        assert "2024-W12" not in {bar["period"] for bar in values(spec, layer)}
    assert "dashed: the unfinished week, not tested" in spec["title"]["subtitle"]
    assert values(spec, 2)[0]["said"] == "not tested"


def test_a_period_that_could_not_be_tested_has_a_bar_and_no_band():
    untested = [{**row, "expected": None, "lower": None, "upper": None, "p_adjusted": None,
                 "verdict": "not enough data to tell"} for row in BURSTS]  # fmt: skip

    spec = charts.bursts(untested, by="week", noun="ad", as_of=AS_OF).to_dict()

    assert len(values(spec, 1)) == len(BURSTS)
    assert [values(spec, layer) for layer in (0, 3)] == [[], []]


def test_a_gap_of_one_day_in_years_is_still_hatched():
    answered = [answer(date(2020, 1, 1) + timedelta(days=number), "rows") for number in range(365 * 4)]
    holed = [row for row in answered if row["day"] != "2021-05-05"]

    spec = charts.posts_per_month(
        [{"month": "2020-01", "posts": 1}, {"month": "2023-11", "posts": 1}], as_of=AS_OF, coverage=holed
    ).to_dict()

    assert [stroke["from"] for stroke in values(spec, -1)] == ["2021-05-05"]


def test_the_coverage_band_has_the_same_time_axis_as_its_chart():
    spec = charts.ads_per_month(ADS, as_of=AS_OF, coverage=COVERAGE).to_dict()

    domains = {json.dumps(layer["encoding"]["x"]["scale"]["domain"]) for layer in spec["layer"]}
    assert domains == {json.dumps([milliseconds(date(2024, 1, 1)), milliseconds(date(2024, 4, 1))])}


def test_countries_are_ranked_and_other_places_are_listed_not_guessed():
    assert charts.country_ranks(TARGETS) == [
        {"country": "France", "a3": "FRA", "ads": 10},
        {"country": "Malta", "a3": "MLT", "ads": 2},
    ]
    assert charts.other_places(TARGETS) == [{"place": "Texas", "ads": 1}]


def test_a_map_of_union_members_alone_is_zoomed_to_europe():
    union = charts.country_map(charts.country_ranks(TARGETS), shapes="x.json", as_of=AS_OF, n=1).to_dict()
    world = charts.country_map(
        [{"a3": "USA", "country": "United States", "ads": 1}], shapes="x.json", as_of=AS_OF, n=1
    )

    assert union["projection"]["type"] == "conicEqualArea"
    assert world.to_dict()["projection"]["type"] == "equalEarth"


def test_the_heat_map_groups_criteria_by_kind_with_excluded_apart():
    assert [charts.group_of(row) for row in TARGETS] == [
        "Keywords and interests", "Countries and places", "Countries and places", "Countries and places", "Excluded",
        "Audience sought",
    ]  # fmt: skip


def test_two_criteria_of_one_name_stay_two_bars():
    spec = charts.shift_bars(TOP, as_of=AS_OF, n=2).to_dict()

    assert {bar["label"] for bar in values(spec, None)} == {
        "United States · location",
        "United States · living in",
    }


def test_a_colour_means_the_same_thing_everywhere():
    assert (charts.LIGHT.codes["politics"], charts.LIGHT.codes["economy"], charts.LIGHT.codes["culture"]) == (
        "#0b5394", "#d9a441", "#3b8f6a",
    )  # fmt: skip
    for look in (charts.LIGHT, charts.DARK):
        assert set(look.outcomes) >= set(charts.OUTCOME_WORDS.values())
        assert set(look.labels) == set(charts.LABEL_WORDS.values())


def test_months_run_over_the_new_year_without_a_gap():
    assert span(["2024-02", "2023-11"]) == ["2023-11", "2023-12", "2024-01", "2024-02"]
    assert (start_of("2023-12"), end_of("2023-12")) == (date(2023, 12, 1), date(2024, 1, 1))
    assert span([]) == []


def test_the_comparison_is_a_dashed_line_with_its_name_its_own_n_and_a_zero_where_it_has_the_code_nowhere() -> (
    None
):
    beside = [
        {"month": "2024-01", "code": "culture", "items": 1, "n": 5, "share": 0.2, "uncoded_share": 0.1},
        {"month": "2024-03", "code": "culture", "items": 2, "n": 8, "share": 0.25, "uncoded_share": 0.1},
    ]

    spec = charts.topic_share(TOPICS, code="politics", as_of=AS_OF, comparison=beside).to_dict()

    line = next(
        layer
        for layer in spec["layer"]
        if isinstance(layer["mark"], dict) and layer["mark"].get("strokeDash")
    )
    shares = (
        {point["month"]: point["share"] for point in spec["datasets"][line["data"]["name"]]}
        if "name" in line.get("data", {})
        else {point["month"]: point["share"] for point in line["data"]["values"]}
    )
    assert shares == {"2024-01": 0.0, "2024-02": None, "2024-03": 0.0}
    assert "dashed: comparison outlets, n = 13" in spec["title"]["subtitle"]
    vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


def test_at_most_sixty_lives_are_drawn_of_how_many_and_one_without_an_end_is_pale():
    spec = charts.ad_lives(LIVES, as_of=AS_OF, n=62).to_dict()

    bars = values(spec, None)
    assert (len(bars), charts.MOST_ADS) == (60, 60)
    assert spec["title"]["subtitle"].startswith("the latest 60 of 62 dated ads listed · n = 62")
    assert {(bar["solid"], bar["last"]) for bar in bars} == {(1.0, "2024-04-01"), (0.45, "not published")}
    assert all(bar["end"] > bar["begin"] for bar in bars)


def test_a_new_payer_has_a_dashed_rule_with_its_name_where_it_was_first_shown():
    spec = charts.payer_lanes(NAMED_PAYERS, as_of=AS_OF, n=14, changes=NEW).to_dict()

    [rule] = values(spec, 2)
    assert rule["at"] == milliseconds(date(2024, 3, 1))
    assert (rule["label"], rule["said"]) == ("new: Second", "new payer, recorded 2024-04-15")
    assert [bar["payer"] for bar in values(spec, 0)] == ["First", "Second"]
    assert spec["title"]["subtitle"].startswith("2 of 2 payers by account, with their ads · n = 14")


def test_a_payer_that_was_not_published_is_grey_and_never_new():
    rows = [{**NAMED_PAYERS[0]}, {**NAMED_PAYERS[1], "payer": None}]

    spec = charts.payer_lanes(rows, as_of=AS_OF, n=14).to_dict()

    assert len(spec["layer"]) == 2
    bars = values(spec, 0)
    assert [bar["kind"] for bar in bars] == ["payer published", "payer not published"]


def test_the_graph_draws_the_audiences_most_sought_as_wide_as_their_ads_and_says_of_how_many():
    spec = charts.audience_graph(SOUGHT, as_of=AS_OF, n=14).to_dict()

    links = {(point["account"], point["handle"], point["kind"], point["ads"]) for point in values(spec, 0)}
    assert len(links) == 16
    assert ("A1", "@h3", "audience left out", 17) in links
    assert spec["title"]["subtitle"].startswith(
        "ads by whom they name, 16 of 20 audiences, sought by 2 of 2 · n = 14"
    )
    assert {node["label"] for node in values(spec, 2)} == {"A0", "A1"}


def test_a_page_that_is_sought_in_two_ways_is_one_link_by_how_most_ads_did_and_no_ad_counts_twice():
    ways = {"people_who_like": 9, "friends_of_people_who_like": 7, "lookalike_of_people_who_like": 2}
    rows = [
        {"handle": "Snow", "polarity": "include", "name": "A", "ads": ads, "ads_in_any_way": 10, "sought_as": way}
        for way, ads in ways.items()
    ]  # fmt: skip

    spec = charts.audience_graph(rows, as_of=AS_OF, n=14).to_dict()

    assert {(point["kind"], point["ads"]) for point in values(spec, 0)} == {("people who like it", 10)}
    assert {node["label"] for node in values(spec, 4)} == {"Snow (10)"}


def test_labels_beside_bars_keep_both_ends_on_a_phone_and_are_whole_on_a_desk() -> None:
    heat = charts.targeting_heatmap(TARGETS, as_of=AS_OF, n=4).to_dict()
    lanes = charts.payer_lanes(NAMED_PAYERS, as_of=AS_OF, n=14).to_dict()

    labels = [layer["encoding"]["y"]["axis"]["labelExpr"] for layer in (heat["layer"][0], lanes["layer"][0])]
    assert [label.startswith("containerSize()[0] < 420") for label in labels] == [True, True]
    assert all("+ '…' + slice(" in label for label in labels)
