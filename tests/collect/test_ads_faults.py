"""Each interface of an ad repository, documented behaviour first and every fault after: what was stored stays as it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect.lines import Line, body, told
from tests.collect.servers import (
    HANGS_UP,
    Answering,
    FaultServer,
    Told,
    cut,
    data,
    login_page,
    redirect,
    throttled,
)
from tests.collect.test_x_ads import csv
from tracker.collect import sources, x_export
from tracker.domain import AccountRef

STORED = (
    "SELECT id, key, account_id FROM ad ORDER BY id", "SELECT type, subject FROM change ORDER BY id",
    "SELECT set_id, kind, value FROM targeting_item ORDER BY set_id, kind, value",
)  # fmt: skip


@dataclass(frozen=True)
class Interface:
    """A source, about whom it is asked, what its interface answers, and the path whose answer a fault replaces."""

    account: AccountRef | None
    faulty: str
    answers: Mapping[str, tuple[Answering, ...]]
    keys: Mapping[str, str] = field(default_factory=dict)
    scope: Mapping[str, str] = field(default_factory=dict)


X_FILE = "/ads-repository/export.csv"
TIKTOK = "/v2/adlib/ad/query/"
MICROSOFT = body("microsoft_ads", "ad")
INTERFACES = {
    "x_ads": Interface(
        AccountRef("x", "rivernews", handle="rivernews", native_id="1700000000000000001"), X_FILE,
        {f"/graphql/{x_export.CREATE}/CreateExportReportMutation": (told("x_ads", "created"),),
         f"/graphql/{x_export.STATUS}/GetExportReportStatusQuery": (told("x_ads", "finished"),), X_FILE: (csv("two_ads"),)},
        {"X_BEARER_TOKEN": "fictional"}, {"country": "FR", "from": "2026-07-01", "to": "2026-07-31"},
    ),
    "meta_ads": Interface(
        AccountRef("facebook", "100200300400", native_id="100200300400"), "/v26.0/ads_archive",
        {"/v26.0/ads_archive": (told("meta_ads", "last_page"),)}, {"META_TOKEN": "fictional"},
    ),
    "tiktok_ads": Interface(
        AccountRef("tiktok", "rivernews", handle="rivernews", native_id="7000001"), TIKTOK,
        {"/v2/oauth/token/": (told("tiktok_ads", "token"),), TIKTOK: (told("tiktok_ads", "query_last"),),
         "/v2/adlib/ad/detail/": (told("tiktok_ads", "detail_two_other_spelling"),)},
        {"TIKTOK_CLIENT_KEY": "fictional", "TIKTOK_CLIENT_SECRET": "fictional"}, {"from": "2026-09-01", "to": "2026-09-30"},
    ),
    "linkedin_ads": Interface(
        AccountRef("linkedin", "1234567", name="River News", native_id="1234567"), "/rest/adLibrary",
        {"/rest/adLibrary": (told("linkedin_ads", "first_page"), told("linkedin_ads", "last_page"))},
        {"LINKEDIN_TOKEN": "fictional"},
    ),
    "microsoft_ads": Interface(
        AccountRef("microsoft", "4295001234", native_id="4295001234"), "/api/v1/Ads",
        {"/api/v1/Ads": (data({"@odata.count": 1, "value": [{"AdId": MICROSOFT["AdId"]}]}),),
         f"/api/v1/Ads/{MICROSOFT['AdId']}": (data(MICROSOFT),)},
        scope={"from": "2024-01-01", "to": "2024-12-31"},
    ),
    "snap_ads": Interface(
        None, "/v1/ads_library/ads/search", {"/v1/ads_library/ads/search": (told("snap_ads", "last_page"),)},
        scope={"payer": "River SE"},
    ),
    "snap_sponsored": Interface(
        None, "/v1/ads_library/sponsored_content/search",
        {"/v1/ads_library/sponsored_content/search": (told("snap_sponsored", "last_page"),)}, scope={"creator": "rivernews"},
    ),
}  # fmt: skip
FAULTS: Mapping[str, tuple[Answering, str]] = {
    "a login page with status 200": (login_page(), "login_wall"),
    "too many requests": (throttled(), "throttled"),
    "too many requests, for a day": (throttled(86_400), "throttled"),
    "no right": (data({"message": "no"}, 403), "refused"),
    "a body that breaks off": (cut({"ads": [1] * 50}), "error"),
    "nothing": (HANGS_UP, "error"),
    "a redirect to another host": (redirect("https://evil.example/"), "refused"),
    "a storm of 503": (Told(b"{}", 503), "throttled"),
    "a list in place of an object": (data([]), "error"),
}


def test_every_source_of_ads_that_is_asked_by_http_stands_here() -> None:
    asked = {
        name
        for name in sources.names()
        if sources.load(name).kind == "ads" and sources.live(sources.load(name))
    }

    assert asked - {"google_ads"} == set(INTERFACES)  # Google's own library speaks to BigQuery


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("source", INTERFACES)
def test_a_fault_ends_in_its_outcome_and_touches_nothing_that_is_stored(
    engine: Engine, source: str, fault: str
) -> None:
    interface, (answer, outcome) = INTERFACES[source], FAULTS[fault]
    with FaultServer() as server:
        line = Line(engine, server, source)
        for path, script in interface.answers.items():
            server.answers(path, *script)
        first = line.ask(interface.account, interface.keys, **interface.scope)
        before = [line.rows(statement) for statement in STORED]
        server.answers(interface.faulty, answer)

        report = line.ask(interface.account, interface.keys, **interface.scope)

        assert (first.outcome, first.new > 0) == ("rows", True)
        assert report.outcome in _meant(source, fault, outcome)
        assert [line.rows(statement) for statement in STORED] == before
        assert report.new == 0
        assert report.warnings


def _meant(source: str, fault: str, outcome: str) -> tuple[str, ...]:
    """Return the outcomes that a fault may end in: a list without an entry is emptiness where a list is what is asked for."""
    return (outcome, "empty_unverified") if fault == "a list in place of an object" else (outcome,)


def test_the_codes_of_the_reference_are_known_by_what_to_do_next(engine: Engine) -> None:
    meant: dict[int, Any] = dict.fromkeys((4, 17, 613, 1675004), "throttled") | {190: "login_wall"}
    interface = INTERFACES["meta_ads"]
    with FaultServer() as server:
        line = Line(engine, server, "meta_ads")
        found = {}
        for code in meant:
            server.answers(interface.faulty, data({"error": {"code": code, "message": "as documented"}}, 400))
            report = line.ask(interface.account, interface.keys)
            found[code] = report.outcome
            assert any(f"code {code}: as documented" in words for words in report.warnings)

    assert found == meant
