"""X's exports: a header known by its fingerprint, drifts named, files that answer another question refused."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.collect.lines import Line, told
from tests.collect.servers import FaultServer, Told
from tracker.collect import x_cells, x_export
from tracker.collect.pipeline import import_file
from tracker.collect.sources import x_ads
from tracker.domain import (
    AccountRef,
    Ad,
    ImportReport,
    Listing,
    Metric,
    Notice,
    Parsed,
    Quarantined,
    Record,
    Scope,
)
from tracker.errors import BadInput, PlatformChanged
from tracker.settings import Settings

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BODIES = Path(__file__).parent / "bodies" / "x_ads"
SCOPE = Scope({"country": "FR"}, NOW, AccountRef("x", "rivernews", handle="rivernews"))
REAL = Path(__file__).parents[2].parent / "shared" / "data" / "ads" / "x" / "x_ads_repository_header_only.csv"
ROW = dict.fromkeys(x_cells.HEADER, "") | {
    "Advertiser Name": "River News", "Creative": "https://x.com/RiverNews/status/1810000000000000000",
    "Start date": "2026-07-01",
}  # fmt: skip
HEADER = ",".join(x_cells.HEADER)


def read(row: dict[str, str]) -> list[Parsed]:
    return list(x_ads.parse([Record(2, row)], SCOPE))


def notices(items: list[Parsed]) -> list[str]:
    return [item.message for item in items if isinstance(item, Notice)]


def bring(engine: Engine, folder: Path, body: str | bytes) -> ImportReport:
    path = folder / "export.csv"
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    scope = {
        "handle": "rivernews",
        "country": "FR",
        "from": "2026-07-01",
        "to": "2026-07-31",
        "exported_at": "2026-08-01",
    }
    return import_file(engine, Settings(home=folder), "x_ads", path=path, scope=scope, now=lambda: NOW)


def row_of(creative: str = "https://x.com/rivernews/status/1810000000000000000") -> str:
    return f"River News,,{creative},2026-07-01,,,,,,,,"


def test_the_known_header_is_recognised_without_a_word() -> None:
    assert notices(read(ROW)) == []
    assert x_cells.fingerprint(x_cells.HEADER) == "a9d7b42864c7"


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ([name.upper() for name in ROW], "written otherwise"),
        ([*list(ROW)[1:], next(iter(ROW))], "in another order"),
        ([name.replace(" ", "  ") for name in ROW], "written otherwise"),
        ([*ROW, "Destination URL"], "columns not known here, kept with each ad: Destination URL"),
        ([name for name in ROW if name != "Reach"], "without Reach"),
    ],
)
def test_a_drifted_header_is_read_and_named_with_its_fingerprint(columns: list[str], words: str) -> None:
    cells = {x_cells.folded(name): value for name, value in ROW.items()}

    items = read({name: cells.get(x_cells.folded(name), "new") for name in columns})

    (ad,) = [item for item in items if isinstance(item, Ad)]
    assert ad.first_shown == date(2026, 7, 1)
    assert notices(items) == [
        f"the header is not the known one (fingerprint {x_cells.fingerprint(columns)}): {words}"
    ]


def test_a_header_of_another_form_is_refused_with_what_was_expected() -> None:
    with pytest.raises(
        PlatformChanged, match=r"fingerprint [0-9a-f]{12}.*no 'funding entity'.*expected Advertiser Name"
    ):
        read({"Advertiser Name": "River News", "Creative": "a", "Amount": "1"})


def test_a_column_that_a_researcher_added_is_no_drift() -> None:
    items = read({**ROW, "Post text": "The river is open"})

    assert [item.text for item in items if isinstance(item, Ad)] == ["The river is open"]
    assert notices(items) == []


@pytest.mark.parametrize(
    ("words", "ends"),
    [("1,234", (1234, 1234)), ("1M+", (1_000_000, None)), ("≤100", (0, 100)), ("10K-100K", (10_000, 100_000)),
     ("1\u202f234", (1234, 1234))],
)  # fmt: skip
def test_a_number_stays_the_range_that_was_published(
    words: str, ends: tuple[float | None, float | None]
) -> None:
    (ad,) = [item for item in read({**ROW, "Impressions": words}) if isinstance(item, Ad)]

    assert [(one.lower, one.upper, one.as_published, one.country) for one in ad.metrics] == [
        (*ends, words, "FR")
    ]


def test_an_export_with_a_mark_and_line_ends_inside_quotes_is_read(engine_of: Engine, tmp_path: Path) -> None:
    report = bring(engine_of, tmp_path, (BODIES / "two_ads.200.csv").read_bytes())

    with engine_of.connect() as connection:
        found = connection.execute(
            text("SELECT DISTINCT kind, value FROM targeting_item ORDER BY kind, value")
        )
        assert [tuple(one) for one in found] == [
            ("follower_lookalike", "@lake"), ("keyword", "river"), ("location", "France"), ("location", "Germany"),
            ("location", "Italy"),
        ]  # fmt: skip
    assert (report.read, report.new, report.quarantined, report.warnings) == (2, 2, 0, ())


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(f"{HEADER}\n{row_of()}\n\ufeff{HEADER}\n{row_of()}\n", "line 3: the header stands here again", id="glued"),
        pytest.param(f"{HEADER}\n{row_of()}\n{row_of()[:70]}", "line 3: ", id="cut off"),
        pytest.param(f'{HEADER}\n{row_of()}\nRiver News,"Lake', "line 3: the CSV cannot be read here", id="open quote"),
        pytest.param(HEADER.replace(",", "|") + "\n", "line 1: no column", id="delimiter"),
        pytest.param(
            f"{HEADER}\n{row_of('https://x.com/lakenews/status/1810000000000000000')}\n",
            "every promoted post is of @lakenews (1), and the scope says @rivernews", id="another account",
        ),
    ],
)  # fmt: skip
def test_a_file_that_is_not_the_export_asked_for_is_refused_and_leaves_nothing(
    engine: Engine, tmp_path: Path, body: str, words: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        bring(engine, tmp_path, body)

    assert words in str(refusal.value)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM evidence")).scalar_one() == 0


def test_a_post_of_somebody_else_beside_ones_own_is_named_and_kept(engine: Engine, tmp_path: Path) -> None:
    other = row_of("https://x.com/lakenews/status/1810000000000000009")

    report = bring(engine, tmp_path, f"{HEADER}\n{row_of()}\n{other}\n")

    assert (report.read, report.new) == (2, 2)
    assert report.warnings == ("posts of other accounts were promoted as well: @lakenews (1)",)


@pytest.mark.parametrize("name", ["header_only.200.csv", "no_ads.200.json"])
def test_a_header_alone_and_a_list_without_an_entry_are_not_taken_as_none(name: str) -> None:
    items = list(x_ads.parse(x_ads.records_in((BODIES / name).read_bytes()), SCOPE))

    assert [item.outcome for item in items if isinstance(item, Listing)] == ["empty_unverified"]


@pytest.mark.skipif(not REAL.exists(), reason="the shared data sets are not beside this checkout")
def test_the_real_header_is_the_known_one_and_its_emptiness_is_unverified(
    engine: Engine, tmp_path: Path
) -> None:
    report = bring(engine, tmp_path, REAL.read_bytes())

    assert REAL.read_text(encoding="utf-8").strip() == HEADER
    assert (report.read, report.outcome) == (0, "empty_unverified")


@pytest.mark.parametrize(
    ("numbers", "is_refused"),
    [
        pytest.param(
            [1810000000000000000 + 1024 * place for place in range(5)],
            True,
            id="all as JavaScript prints them",
        ),
        pytest.param(
            [*(1810000000000000000 + 1024 * place for place in range(5)), 1810000000000000001],
            False,
            id="one is not",
        ),
        pytest.param([1810000000000000000], False, id="too few to say"),
    ],
)
def test_an_export_whose_posts_all_have_rounded_numbers_is_refused(
    engine: Engine, tmp_path: Path, numbers: list[int], is_refused: bool
) -> None:
    rounded = [int(Decimal(repr(float(number)))) if is_refused else number for number in numbers]
    body = (
        "\n".join([HEADER, *(row_of(f"https://x.com/rivernews/status/{number}") for number in rounded)])
        + "\n"
    )

    if not is_refused:
        assert bring(engine, tmp_path, body).new == len(numbers)
        return
    with pytest.raises(
        BadInput, match=r"field 'Creative': the numbers of all 5 posts are as JavaScript rounds them"
    ):
        bring(engine, tmp_path, body)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM evidence")).scalar_one() == 0


# -- what the page itself reads ----------------------------------------------------------------------------------


def answer_of(*ads: dict[str, Any], scope: Scope = SCOPE) -> list[Parsed]:
    return list(x_ads.parse(x_ads.records_in(json.dumps({"ads": ads}).encode()), scope))


def test_an_answer_that_the_page_reads_is_read_with_every_field_that_is_known(
    engine_of: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "ads-search.json"
    path.write_bytes((BODIES / "page_answer.200.json").read_bytes())
    scope = {"handle": "rivernews", "exported_at": "2026-10-03", **ASKED}

    report = import_file(engine_of, Settings(home=tmp_path), "x_ads", path=path, scope=scope, now=lambda: NOW)

    listing, first, second = x_ads.parse(x_ads.records_in(path.read_bytes()), SCOPE)
    assert (report.read, report.new, report.quarantined, report.warnings) == (2, 2, 0, ())
    assert isinstance(listing, Listing)
    assert isinstance(first, Ad)
    assert isinstance(second, Ad)
    assert listing.series == "x_ads|rivernews|FR|answer"
    assert (first.creative_url, first.match) == (
        "https://x.com/i/status/1810000000000000001", "1810000000000000001|1923845247192304123",
    )  # fmt: skip
    assert (first.advertiser_name, first.payer, first.first_shown) == ("River News", None, None)
    assert [(one.kind, one.value, one.polarity) for one in first.targets] == [
        ("location", "France", "used_unspecified"), ("follower_lookalike", "@lake", "used_unspecified"),
        ("unparsed", "Mood: calm people", "used_unspecified"),
    ]  # fmt: skip
    assert first.metrics == (
        Metric("impressions", 12345, 12345, "impressions", "12345", "FR"),
        Metric("reach", 10000, 100000, "people", "10K-100K", "FR"),
    )
    assert first.extra == {
        "promotedTweet.approvalStatus": "ACCEPTED", "fundingInstrument.fundingInstrumentType": "CREDIT_CARD",
        "fundingInstrument.currency": "EUR", "lineItemId": "1923845247192304123",
    }  # fmt: skip
    assert (second.metrics, second.targets) == ((), ())


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"tweetId": 1923845247192304000}, "tweetId"),
        ({"tweetId": None}, "tweetId"),
        ({"lineItemId": 1.9e18}, "lineItemId"),
        ({"country": "DE"}, "country"),
        ({"country": 7}, "country"),
        ({"account": "River News"}, "account"),
        ({"targeting": "Locations"}, "targeting"),
    ],
)
def test_an_ad_of_that_answer_that_cannot_be_meant_is_kept_apart(fields: dict[str, Any], field: str) -> None:
    items = answer_of({"tweetId": "18", "country": "FR"}, {"tweetId": "19", "country": "FR", **fields})

    assert [(item.line, item.field) for item in items if isinstance(item, Quarantined)] == [(2, field)]
    assert len([item for item in items if isinstance(item, Ad)]) == 1


def test_a_field_that_the_note_does_not_list_is_kept_and_named_once() -> None:
    items = answer_of({"tweetId": "18", "mood": "calm", "account": {"name": "A", "screenName": "a"}})

    assert notices(items) == ["fields not known here, kept with each ad: mood, account.screenName"]


# -- asking ------------------------------------------------------------------------------------------------------

CREATE = f"/graphql/{x_export.CREATE}/CreateExportReportMutation"
STATUS = f"/graphql/{x_export.STATUS}/GetExportReportStatusQuery"
FILE = "/ads-repository/export.csv"
KEY = {"X_BEARER_TOKEN": "fictional-bearer-token"}
RIVER = AccountRef("x", "rivernews", handle="rivernews", native_id="1700000000000000001")
ASKED = {"country": "FR", "from": "2026-07-01", "to": "2026-07-31"}


def case(name: str) -> Told:
    return told("x_ads", name)


def csv(name: str) -> Told:
    return Told((BODIES / f"{name}.200.csv").read_bytes(), 200, {"Content-Type": "text/csv"})


@pytest.fixture
def line(engine_of: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        server.answers(CREATE, case("created"))
        server.answers(STATUS, case("running"), case("running"), case("finished"))
        server.answers(FILE, csv("two_ads"))
        yield Line(engine_of, server, "x_ads")


def test_an_export_is_made_waited_for_and_read_like_one_made_by_hand(line: Line) -> None:
    report = line.ask(RIVER, KEY, **ASKED)

    create, *polls, file = line.server.asked
    assert (report.outcome, report.read, report.new, report.warnings) == ("rows", 2, 2, ())
    assert create.json == {
        "variables": {
            "user": "1700000000000000001", "geoLocation": "FR",
            "deliveryRange": {"start_date": "2026-07-01", "end_date": "2026-07-31"},
        }
    }  # fmt: skip
    assert {one.query["variables"] for one in polls} == {'{"exportId": "1980000000000000001"}'}
    assert {one.headers["authorization"] for one in (create, *polls)} == {"Bearer fictional-bearer-token"}
    assert "authorization" not in file.headers
    assert line.rows("SELECT series, country FROM listing") == [("x_ads|rivernews|FR", "FR")]
    assert b"fictional-bearer-token" not in line.kept()


def test_emptiness_throttling_and_refusal_are_told_apart(line: Line) -> None:
    found = []
    for answer in (csv("header_only"), case("no_ads"), Told(b"busy", 503), case("forbidden")):
        line.server.answers(STATUS, case("finished"))
        line.server.answers(FILE, answer)
        report = line.ask(RIVER, KEY, **ASKED)
        found.append((report.outcome, report.warnings[0][:40]))
        line.later += timedelta(days=8)

    assert found == [
        ("empty_unverified", "a header and no row: X says that this ma"),
        ("empty_unverified", 'X answered {"ads": []} in place of an ex'),
        ("throttled", "ton.twitter.com: answered 503: busy; gav"),
        ("refused", "answered 403 Your client is not permitte"),
    ]


def test_an_export_that_takes_too_long_is_asked_for_again_later_and_not_made_anew(line: Line) -> None:
    line.server.answers(STATUS, case("running"))
    before = line.ask(RIVER, KEY, **ASKED)
    line.later = timedelta(hours=1)
    line.server.answers(STATUS, case("finished"))

    after = line.ask(RIVER, KEY, **ASKED)

    assert (before.outcome, before.read) == ("throttled", 0)
    assert "not ready yet (Running)" in before.warnings[0]
    assert (after.outcome, after.read) == ("rows", 2)
    assert len([asked for asked in line.server.asked if asked.path == CREATE]) == 1


@pytest.mark.parametrize(
    ("name", "outcome", "words"),
    [
        ("forbidden", "refused", "answered 403 Your client is not permitted"),
        ("unknown_operation", "error", "give create_operation=ID and status_operation=ID"),
        ("rate_limit", "throttled", "Rate limit exceeded"),
    ],
)
def test_a_refusal_to_make_an_export_keeps_its_words(line: Line, name: str, outcome: str, words: str) -> None:
    line.server.answers(CREATE, case(name))

    report = line.ask(RIVER, KEY, **ASKED)

    assert (report.outcome, report.read) == (outcome, 0)
    assert words in report.warnings[0]


def test_operations_that_x_has_changed_are_taken_from_the_scope(line: Line) -> None:
    line.server.answers("/graphql/newMake/CreateExportReportMutation", case("created"))
    line.server.answers("/graphql/newTell/GetExportReportStatusQuery", case("finished"))

    report = line.ask(RIVER, KEY, create_operation="newMake", status_operation="newTell", **ASKED)

    assert (report.outcome, report.read) == ("rows", 2)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({**ASKED, "country": "EU"}, "one country at a time"),
        ({"country": "FR"}, "a range of days"),
        ({**ASKED, "status_operation": "a/../b"}, "'a/../b' is none"),
    ],
)
def test_a_question_that_x_cannot_answer_is_not_asked(line: Line, asked: dict[str, str], words: str) -> None:
    report = line.ask(RIVER, KEY, **asked)

    assert (report.outcome, line.server.asked) == ("error", [])
    assert words in report.warnings[0]


def test_an_export_that_failed_is_an_error_and_is_made_anew_when_it_fails_again(line: Line) -> None:
    found = {"data": {"digital_services_act_export_status": {"export_id": "1", "export_status": "Failed"}}}
    line.server.answers(STATUS, Told(json.dumps(found).encode(), 200, {"Content-Type": "application/json"}))

    reports = []
    for _ in range(3):
        reports.append(line.ask(RIVER, KEY, **ASKED))
        line.later += timedelta(hours=1)

    assert {(report.outcome, report.warnings[0][-6:]) for report in reports} == {("error", "Failed")}
    assert len([asked for asked in line.server.asked if asked.path == CREATE]) == 2


def test_a_file_on_a_host_that_is_none_of_xs_is_not_fetched(line: Line) -> None:
    found = {"export_id": "1", "export_status": "Finished", "export_download_url": "evil.example/export.csv"}
    body = {"data": {"digital_services_act_export_status": found}}
    line.server.answers(STATUS, Told(json.dumps(body).encode(), 200, {"Content-Type": "application/json"}))

    report = line.ask(RIVER, KEY, **ASKED)

    assert (report.outcome, [asked.path for asked in line.server.asked]) == ("error", [CREATE, STATUS])
