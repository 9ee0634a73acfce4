"""Did the event change anything? Told against a control, and not at all where too little is known."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tests.analysis.lakes import MakeLake, Rows
from tracker.analysis import effects
from tracker.analysis.effects import Group
from tracker.analysis.tables import Lake
from tracker.errors import BadInput
from tracker.findings import Finding, parse_options, run

WORDS = np.array([f"word{number}" for number in range(3000)])
ACCOUNTS = [
    {"account_id": 1, "account": "web:labelled", "platform": "web", "handle": "labelled"},
    {"account_id": 2, "account": "web:other", "platform": "web", "handle": "other"},
]
ASKED = [
    {
        "source": "pages",
        "account_id": account,
        "covers_from": date(2024, 1, 1),
        "covers_to": date(2024, 12, 31),
    }
    for account in (1, 2)
]
AFTER = np.arange(12) >= 6


def posts(account: int, *shares: float, n: int = 30) -> Rows:
    random = np.random.default_rng(account)
    rows = []
    for month, share in enumerate(shares, start=1):
        for _ in range(n):
            named = "Taiwan" if random.random() < share else "tea"
            text = f"{' '.join(random.choice(WORDS, 12))} about {named}"
            day = date(2024, month, 1) + timedelta(days=int(random.integers(0, 27)))
            rows.append({"day": day, "text": text, "account_id": account})
    return rows


def made(make_lake: MakeLake, account: Rows, control: Rows, **tables: Any) -> Lake:
    rows = sorted([*account, *control], key=lambda row: row["day"])
    return make_lake(
        accounts=ACCOUNTS, posts=rows, listings=ASKED, manifest={"as_of": "2025-01-01T00:00:00Z"}, **tables
    )


def asked(lake: Lake, **raw: str) -> Finding:
    given = {
        "account": "labelled",
        "control": "other",
        "event": "2024-07-01",
        "items": "posts",
        "terms": "Taiwan",
    }
    return run("effect", lake, parse_options("effect", given | raw))


def test_a_change_of_the_account_alone_is_an_effect_with_its_size(make_lake: MakeLake) -> None:
    lake = made(make_lake, posts(1, *[0.1] * 6, *[0.6] * 6), posts(2, *[0.2] * 12))

    found = asked(lake)

    share, volume = found.rows
    assert (share["series"], share["verdict"], share["event"]) == ("Taiwan", "effect", "2024-07-01")
    assert share["effect"] == pytest.approx(0.5, abs=0.12)
    assert share["p"] < 0.01
    assert (share["periods_before"], share["periods_after"], share["n_before"], share["control_n_after"]) == (
        6,
        6,
        180,
        180,
    )
    assert share["band_lower"] < 0 < share["band_upper"] < share["effect"]
    assert (volume["series"], volume["verdict"]) == ("items per day", "no effect shown")
    assert volume["effect"] == pytest.approx(1, abs=0.15)
    assert "seed 20240701" in found.method


def test_what_changes_for_the_control_as_well_is_no_effect(make_lake: MakeLake) -> None:
    rows = [posts(account, *[0.1] * 6, *[0.6] * 6) for account in (1, 2)]

    found = asked(made(make_lake, *rows))

    assert [row["verdict"] for row in found.rows] == ["no effect shown"] * 2
    assert found.rows[0]["effect"] == pytest.approx(0, abs=0.12)


def test_months_are_counted_from_the_day_of_the_event_so_that_none_lies_on_both_sides(
    make_lake: MakeLake,
) -> None:
    lake = made(make_lake, posts(1, *[0.1] * 12), posts(2, *[0.2] * 12))

    found = asked(lake, event="", at="2024-07-10")

    assert [(row["periods_before"], row["periods_after"]) for row in found.rows] == [(7, 5), (7, 5)]
    assert found.rows[0]["event"] == "2024-07-10"


@pytest.mark.parametrize("by", ["week", "day"])
def test_an_effect_is_dated_exactly_by_week_and_by_day(make_lake: MakeLake, by: str) -> None:
    random = np.random.default_rng(3)
    rows = [
        {
            "day": (day := date(2024, 6, 1) + timedelta(days=place // 8)),
            "text": " ".join(random.choice(WORDS, 12))
            + (" Taiwan" if random.random() < (0.8 if account == 1 and day >= date(2024, 7, 31) else 0.2) else ""),
            "account_id": account,
        }
        for account in (1, 2)
        for place in range(8 * 140)
    ]  # fmt: skip
    lake = made(make_lake, rows, [])

    share = asked(lake, event="2024-07-31", by=by).rows[0]

    assert (share["verdict"], share["p_placebo"] <= 0.05) == ("effect", True)
    assert (share["before"], share["after"]) == (pytest.approx(0.2, abs=0.06), pytest.approx(0.8, abs=0.06))


def test_a_change_that_every_other_date_shows_as_well_is_no_effect() -> None:
    wave = 10 + 6 * np.sin(np.arange(40) / 40 * 2 * np.pi)
    after, votes = np.arange(40) >= 20, np.full(40, 20.0)

    found = effects.of_share(Group(wave, votes), Group(np.full(40, 10.0), votes), ~after)

    assert found is not None
    assert found.p < 0.01
    assert found.p_placebo == pytest.approx(0.075, abs=0.03)


def test_an_account_that_moved_no_more_than_those_of_the_control_has_no_effect() -> None:
    random = np.random.default_rng(5)
    votes = np.full(12, 30.0)
    control = [Group(random.binomial(30, 0.3, 12).astype(float), votes) for _ in range(25)]
    together = Group(np.sum([one.counts for one in control], axis=0), votes * 25)

    same = effects.of_share(control[0], together, AFTER, apart=control)
    moved = effects.of_share(Group(np.where(AFTER, 27.0, 6.0), votes), together, AFTER, apart=control)

    assert same is not None
    assert moved is not None
    assert same.p_accounts is not None
    assert same.p_accounts > 0.05
    assert moved.p_accounts == pytest.approx(1 / 26)


def test_events_of_the_record_are_read_to_the_day(make_lake: MakeLake) -> None:
    changes = [
        {"change_id": 7, "type": "label_new", "account_id": 1, "at": datetime(2024, 7, 1, 9, tzinfo=UTC)},
        {"change_id": 8, "type": "label_new", "account_id": 2, "at": datetime(2024, 5, 1, 9, tzinfo=UTC)},
    ]
    ads = [
        {"account_id": 1, "payer": payer, "first_shown": date(2024, month, 3)}
        for payer, month in (("First", 1), ("First", 9), ("Second", 8), ("Second", 10))
    ]
    lake = made(make_lake, posts(1, *[0.1] * 12), posts(2, *[0.2] * 12), changes=changes, ads=ads)

    days = {
        event: asked(lake, event=event).coverage["event"]
        for event in ("label", "change:7", "payer", "payer:Second")
    }

    assert days == {
        "label": "2024-07-01", "change:7": "2024-07-01", "payer": "2024-08-03", "payer:Second": "2024-08-03",
    }  # fmt: skip


def test_an_event_may_be_the_day_from_which_a_claim_holds(make_lake: MakeLake) -> None:
    claim = {"claim_id": 4, "subject": "web:labelled", "valid_from": date(2024, 7, 1)}
    lake = made(make_lake, posts(1, *[0.1] * 12), posts(2, *[0.2] * 12), claims=[claim])

    found = asked(lake, event="claim:4")

    assert found.coverage["event"] == "2024-07-01"
    assert {row["event"] for row in found.rows} == {"claim:4"}


@pytest.mark.parametrize(
    ("months", "event", "reason"),
    [
        (12, "2024-01-15", "1 periods before and 11 after"),
        (4, "2024-03-01", "6 ways"),
        (0, "2024-07-01", "0 periods before"),
    ],
)
def test_too_little_to_tell_is_an_answer(make_lake: MakeLake, months: int, event: str, reason: str) -> None:
    lake = made(make_lake, posts(1, *[0.1] * months), posts(2, *[0.2] * months))

    found = asked(lake, event=event, until="2024-04" if months == 4 else "2024-12")

    assert {row["verdict"] for row in found.rows} == {"not enough data to tell"}
    assert reason in found.rows[0]["reason"]
    assert found.rows[0]["p"] is None


def test_few_votes_on_a_side_are_too_few(make_lake: MakeLake) -> None:
    lake = made(make_lake, posts(1, *[0.1] * 12, n=2), posts(2, *[0.2] * 12))

    assert "12 votes on a side" in asked(lake).rows[0]["reason"]


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"event": "soon"}, "event"),
        ({"event": "claim:x"}, "event"),
        ({"event": "claim:99"}, "event"),
        ({"event": "change:99"}, "event"),
        ({"event": "label"}, "event"),
        ({"event": "payer"}, "event"),
        ({"event": "payer:Nobody"}, "event"),
        ({"at": "2024-07-01"}, "at"),
        ({"control": "labelled"}, "control"),
        ({"control": "nobody"}, "control"),
        ({"event": ""}, "event"),
        ({"by": "day,week"}, "by"),
    ],
)
def test_what_cannot_be_compared_is_named(make_lake: MakeLake, raw: dict[str, str], field: str) -> None:
    lake = made(make_lake, posts(1, 0.1), posts(2, 0.1))

    with pytest.raises(BadInput) as caught:
        asked(lake, **raw)

    assert caught.value.field == field


def test_p_counts_the_dealings_that_do_as_much_on_either_side() -> None:
    votes = np.full(12, 10.0)
    group, still = Group(np.where(AFTER, 9.0, 1.0), votes), Group(np.full(12, 5.0), votes)

    up, down = effects.of_share(group, still, AFTER), effects.of_share(group, still, ~AFTER)

    assert up is not None
    assert down is not None
    assert (up.effect, down.effect) == (pytest.approx(0.8), pytest.approx(-0.8))
    assert up.p == pytest.approx(2 / 924, abs=0.003)
    assert effects.dealings(AFTER) == 924


def test_a_volume_that_doubles_is_told_as_a_ratio_and_a_side_without_days_not_at_all() -> None:
    days = np.full(12, 30.0)
    group, still = Group(np.where(AFTER, 2000.0, 1000.0), days), Group(np.full(12, 700.0), days)

    found = effects.of_volume(group, still, AFTER)

    assert found is not None
    assert found.effect == pytest.approx(2, rel=0.01)
    assert effects.of_volume(group, Group(still.counts, np.where(AFTER, 30.0, 0.0)), AFTER) is None
