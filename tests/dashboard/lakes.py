"""Lakes made by hand: an empty one, and a small one whose every text tries to be more than text."""

import csv
import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tracker import mirror
from tracker.collect.pipeline import import_file
from tracker.domain import AccountRef, SeedAccount, Seeds
from tracker.settings import Settings
from tracker.store import lake as mirrored
from tracker.store import registry
from tracker.store.engine import migrate, open_record, unit_of_work
from tracker.store.lake_sql import SCHEMAS

HOSTILE = (
    "![x](https://evil.example/pixel.png) <script>fetch('https://evil.example/s')</script>"
    "<img src=https://evil.example/i onerror=alert(1)> :material/home: https://evil.example/plain"
)
FORMULA = '=HYPERLINK("https://evil.example","click")'
CODINGS = pa.schema([(field.name, field.type) for field in SCHEMAS["ads_codings"]])
NOTICE = "Reconstruction <b>for tests</b>. These are not real ads."


def write(
    folder: Path, *, as_of: str | None, notice: str | None = None, **rows: list[dict[str, Any]]
) -> Path:
    """Write a lake with these rows under `folder/lake`, and return `folder`."""
    lake = folder / "lake"
    lake.mkdir(parents=True)
    schemas = {
        name: schema for name, schema in SCHEMAS.items() if not name.startswith(("ads_", "posts_"))
    } | {"codings": CODINGS, "suggestions": SCHEMAS["ads_suggestions"]}
    tables = {}
    for name, schema in schemas.items():
        pq.write_table(pa.Table.from_pylist(rows.get(name, []), schema=schema), lake / f"{name}.parquet")
        tables[name] = {"files": [f"{name}.parquet"]}
    version = hashlib.sha256(str(folder).encode()).hexdigest()
    manifest = {
        "format": mirrored.FORMAT, "columns": mirrored.columns(), "as_of": as_of, "notice": notice,
        "version": version, "tables": tables,
    }  # fmt: skip
    (lake / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def hostile(folder: Path, *, second: str = "empty_unverified") -> Path:
    """Write a lake of two accounts, 60 ads in six months and two payers, hostile in every text; `second` is how the question about the second account ended."""
    return write(
        folder,
        as_of="2024-06-30T06:00:00+00:00",
        notice=NOTICE,
        accounts=[_account(1, "x:one", "Brand one"), _account(2, "facebook:two", HOSTILE)],
        ads=[_ad(number) for number in range(60)],
        targets=[*_targets(1), *_targets(2)],
        codings=[_coding(number) for number in range(0, 60, 2)],
        listings=[_listing(1, 1, "rows", 60), _listing(2, 2, second, 0)],
        changes=[_change(1, "payer_new"), _change(2, "ad_new"), _change(3, "ad_new")],
        quarantined=[
            {"source": "x_ads", "evidence": "a" * 64, "line": 3, "field": "created", "reason": HOSTILE}
        ],
        claims=[
            _claim(1, "brand", "one", "operated_by", "body"),
            _claim(2, "organisation", "body", "supervised_by", "office"),
            _claim(3, "brand", "alone", "operated_by", "body"),
            _claim(4, "organisation", "body", "part_of", "second"),
            _claim(5, "organisation", "ring", "part_of", "round"),
            _claim(6, "organisation", "round", "part_of", "ring"),
            _claim(7, "account", "facebook:two", "operated_by", "second") | {"withdrawn": True},
            _claim(8, "account", "facebook:two", "operated_by", "second")
            | {"disputed": True, "object": "office"},
        ],
        organisations=[
            _body("body", "icc", "CN-ZJ", "2023-06"),
            _body("office", "party_organ", None, None),
            _body("second", HOSTILE, HOSTILE, HOSTILE),
            _body("ring", "icc", "CN-ZJ", HOSTILE),
            _body("round", "icc", HOSTILE, "2021"),
            _body("lone", "company", None, None),
        ],
        figures=[_figure(1, "icc", "China", ""), _figure(2, HOSTILE, HOSTILE, HOSTILE)],
    )


def recorded(folder: Path) -> Path:
    """Bring two hostile exports of one account into a record with its lake; the ad's payer and last day differ."""
    engine, setup = open_record(f"sqlite:///{folder / 'record.db'}"), Settings(home=folder)
    migrate(engine)
    attributed = SeedAccount(AccountRef("x", "somebody", handle="somebody"), "accepted")
    with unit_of_work(engine) as session:
        registry.save_seeds(
            session, Seeds((), (), (), (attributed,), ()), at=datetime(2024, 7, 1, tzinfo=UTC)
        )
    for payer, last, on in (("First", "2024-07-30", "2024-08-01"), (FORMULA, "2024-07-31", "2024-08-15")):
        path = folder / f"<b>{on}.csv"
        row = {"Advertiser Name": HOSTILE, "Funding Entity": payer, "Creative": "https://evil.example/c",
               "Start date": "2024-07-01", "End Date": last, "Targeted Segments": f"Keywords: {HOSTILE}",
               "payer": HOSTILE, "Post text": f"two\nlines {HOSTILE}"}  # fmt: skip
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            writer.writeheader()
            writer.writerow(row)
        scope = {
            "handle": "somebody",
            "country": "FR",
            "from": "2024-07-01",
            "to": "2024-07-31",
            "exported_at": on,
        }
        import_file(
            engine, setup, "x_ads", path=path, scope=scope, now=lambda: datetime(2024, 8, 20, tzinfo=UTC)
        )
    mirror.refresh(engine, setup, progress=lambda _stage, _done, _total: None)
    engine.dispose()
    return folder


def _account(number: int, account: str, brand: str) -> dict[str, Any]:
    platform, _, key = account.partition(":")
    return {
        "account_id": number, "account": account, "brand_id": key, "brand": brand, "platform": platform, "handle": HOSTILE,
        "name": HOSTILE, "status": "accepted", "operator": HOSTILE, "operator_native": "中国互联网新闻中心",
        "predicate": "operated_by", "confidence": "moderate", "document_id": "doc", "document": HOSTILE,
        "document_date": date(2024, 3, 1), "label": "none" if number == 1 else None, "followers": FORMULA,
        "place": "Beijing", "url": "https://evil.example/account",
    }  # fmt: skip


def _ad(number: int) -> dict[str, Any]:
    shown = date(2024, 1, 1) + timedelta(days=3 * number)
    return {
        "ad_id": number, "snapshot_id": number, "account_id": 1 + number % 2, "source": "x_ads", "listing_id": 1,
        "observed_at": datetime(2024, 6, 30, tzinfo=UTC), "ym": shown.year * 12 + shown.month - 1, "first_shown": shown,
        "last_shown": shown + timedelta(days=4), "payer": FORMULA if number > 30 else HOSTILE, "beneficiary": HOSTILE,
        "advertiser_name": HOSTILE, "text": FORMULA if number == 59 else HOSTILE,
        "creative_url": "https://evil.example/creative", "landing_url": "javascript:alert(1)", "posted_at": None,
        "status": None, "targeting_set_id": 1 + (number > 30), "impressions_lower": 10.0, "impressions_upper": None,
        "evidence": "a" * 64, "line": number + 2,
    }  # fmt: skip


def _targets(number: int) -> list[dict[str, Any]]:
    named = [("keyword", HOSTILE), ("location", "France" if number == 1 else "Germany"), ("location", HOSTILE),
             ("follower_lookalike", f"@{HOSTILE}"), ("keyword", FORMULA)]  # fmt: skip
    return [
        {
            "targeting_set_id": number,
            "kind": kind,
            "value": value,
            "polarity": "include",
            "as_published": value,
        }
        for kind, value in named[: 2 + 3 * (number - 1)]
    ]


def _coding(number: int) -> dict[str, Any]:
    code = ("politics", "economy", "culture")[number % 3]
    return {"item_type": "ad", "item_id": number, "ym": _ad(number)["ym"], "code": code, "parent": code,
            "coder": "keywords v1", "codebook_version": 1}  # fmt: skip


def _listing(number: int, account: int, outcome: str, items: int) -> dict[str, Any]:
    return {
        "listing_id": number, "query_id": number, "source": "x_ads", "series": HOSTILE, "account_id": account,
        "section": None, "country": "FR", "observed_at": datetime(2024, 6, 30, tzinfo=UTC), "covers_from": date(2024, 1, 1),
        "covers_to": date(2024, 6, 30), "outcome": outcome, "items": items, "evidence": "a" * 64,
        "message": None if outcome == "rows" else HOSTILE, "read": items, "stated_total": 61 if items else None,
    }  # fmt: skip


def _change(number: int, kind: str) -> dict[str, Any]:
    return {
        "change_id": number, "at": datetime(2024, 6, 29, tzinfo=UTC), "type": kind, "account_id": 1, "subject": HOSTILE,
        "field": "payer", "before": None, "after": HOSTILE, "snapshot_before": "listing-1", "snapshot_after": f"ad-{number}",
    }  # fmt: skip


def _claim(number: int, kind: str, subject: str, predicate: str, thing: str) -> dict[str, Any]:
    return {
        "claim_id": number, "subject_type": kind, "subject": subject, "predicate": predicate,
        "object_type": "organisation", "object": thing, "document_id": "doc", "publisher": HOSTILE, "title": HOSTILE,
        "published_on": date(2024, 3, 1), "place": "page 3", "says": HOSTILE, "grade": "moderate", "rival": HOSTILE,
        "valid_from": None, "valid_to": None, "subject_name": None, "object_name": HOSTILE, "object_native": "中宣部",
    }  # fmt: skip


def _body(name: str, kind: str, province: str | None, founded: str | None) -> dict[str, Any]:
    return {
        "organisation_id": name, "name": f"{name} {HOSTILE}", "native_name": "中宣部", "kind": kind, "level": "city",
        "place": HOSTILE, "province": province, "country": "CN", "founded": founded, "founded_document": "doc",
        "accounts": 2, "accepted_accounts": 1, "accounts_below": 3, "accepted_below": 1,
    }  # fmt: skip


def _figure(number: int, counted: str, place: str, level: str) -> dict[str, Any]:
    return {
        "figure_id": number, "counted": counted, "place": place, "level": level, "as_published": HOSTILE, "lower": 70,
        "upper": None, "on": None, "document_id": "doc", "publisher": HOSTILE, "title": HOSTILE, "published_on": None,
        "where": HOSTILE, "says": HOSTILE,
    }  # fmt: skip
