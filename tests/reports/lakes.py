"""A small lake for the tests of the report: fictional accounts, ads and changes around the week 2024-W40."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tracker.findings.publication import Secret
from tracker.store.lake_sql import SCHEMAS

TEXT, INT, DAY, TIME, FLOAT = pa.string(), pa.int64(), pa.date32(), pa.timestamp("us", tz="UTC"), pa.float64()
COLUMNS: Mapping[str, Mapping[str, pa.DataType]] = {
    "accounts": {
        "account_id": INT, "account": TEXT, "brand_id": TEXT, "brand": TEXT, "platform": TEXT, "handle": TEXT,
        "name": TEXT, "status": TEXT, "operator": TEXT, "operator_native": TEXT, "predicate": TEXT,
        "confidence": TEXT, "document_id": TEXT, "document": TEXT, "document_date": DAY, "label": TEXT,
        "followers": TEXT, "place": TEXT, "url": TEXT,
    },
    "ads": {
        "ad_id": INT, "snapshot_id": INT, "account_id": INT, "source": TEXT, "listing_id": INT, "observed_at": TIME,
        "ym": pa.int32(), "first_shown": DAY, "last_shown": DAY, "payer": TEXT, "beneficiary": TEXT,
        "advertiser_name": TEXT, "text": TEXT, "creative_url": TEXT, "landing_url": TEXT, "posted_at": TIME,
        "status": TEXT, "targeting_set_id": INT, "impressions_lower": FLOAT, "impressions_upper": FLOAT,
        "evidence": TEXT, "line": INT,
    },
    "targets": {
        "targeting_set_id": INT, "kind": TEXT, "value": TEXT, "polarity": TEXT, "as_published": TEXT,
    },
    "posts": {
        "post_id": INT, "account_id": INT, "source": TEXT, "section": TEXT, "published_at": TIME, "first_seen": TIME,
        "last_seen": TIME, "ym": pa.int32(), "day": DAY, "text": TEXT, "url": TEXT,
    },
    "codings": {
        "item_type": TEXT, "item_id": INT, "code": TEXT, "parent": TEXT, "coder": TEXT, "codebook_version": INT,
    },
    "listings": {
        "listing_id": INT, "query_id": INT, "source": TEXT, "series": TEXT, "account_id": INT, "section": TEXT,
        "country": TEXT, "observed_at": TIME, "covers_from": DAY, "covers_to": DAY, "outcome": TEXT, "items": INT,
        "evidence": TEXT,
    },
    "changes": {
        "change_id": INT, "at": TIME, "type": TEXT, "account_id": INT, "subject": TEXT, "field": TEXT,
        "before": TEXT, "after": TEXT, "snapshot_before": TEXT, "snapshot_after": TEXT,
    },
    "quarantined": {"source": TEXT, "evidence": TEXT, "line": INT, "field": TEXT, "reason": TEXT},
    "claims": {
        "claim_id": INT, "subject_type": TEXT, "subject": TEXT, "predicate": TEXT, "object_type": TEXT, "object": TEXT,
        "document_id": TEXT, "publisher": TEXT, "title": TEXT, "published_on": DAY, "place": TEXT, "says": TEXT,
        "grade": TEXT, "rival": TEXT, "valid_from": DAY, "valid_to": DAY,
    },
}  # fmt: skip

SECRET = Secret(b"a key of this test only, 32 bytes")
_OWN, _LAKE = (
    COLUMNS,
    {name: schema for name, schema in SCHEMAS.items() if not name.startswith(("ads_", "posts_"))}
    | {"suggestions": SCHEMAS["ads_suggestions"]},
)
COLUMNS = {
    name: {**{field.name: field.type for field in _LAKE.get(name, ())}, **_OWN.get(name, {})}
    for name in (*_LAKE, "codings")
}
"""The columns of the lake; those that the rows of a test leave out are missing."""

AS_OF = datetime(2024, 10, 7, 6, 0, tzinfo=UTC)
NOTICE = "Reconstruction from published figures, not the real ads."
HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://evil.example","x")',
    "#evil [x] $a$ *b* `c` \\ @ref //",
    "nul\x00 bell\x07 escape\x1b",
    "\u202egnp.exe \u2067x",
    "中国互联网新闻中心 العربية 한국어 😀",
    "w" * 400,
    "{{ 7 * 7 }}{% raw %}",
    "![x](http://evil.example/pixel.png)",
)

Rows = Sequence[Mapping[str, Any]]


def evidence(name: str) -> str:
    """A made-up evidence id."""
    return sha256(name.encode()).hexdigest()


def write(folder: Path, *, notice: str | None = None, as_of: datetime | None = AS_OF, **tables: Rows) -> Path:
    """Write a lake of these rows; what a row leaves out is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest: dict[str, Any] = {
        "format": 1,
        "as_of": as_of.isoformat() if as_of else None,
        "version": "7",
        "notice": notice,
        "tables": {},
    }
    for name, columns in COLUMNS.items():
        rows = [{column: row.get(column) for column in columns} for row in tables.get(name, ())]
        pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(columns)), folder / f"{name}.parquet")
        manifest["tables"][name] = {"files": [f"{name}.parquet"]}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def week_of_ads(folder: Path, *, texts: Sequence[str] = HOSTILE, notice: str | None = NOTICE) -> Path:
    """Write a lake with five accounts, half a year of ads, and a week in which four of them changed."""
    return write(folder, notice=notice, **tables_of_the_week(texts))


def tables_of_the_week(texts: Sequence[str]) -> dict[str, Rows]:
    """The rows of `week_of_ads`."""
    return {
        "accounts": [account(number, status, texts) for number, status in enumerate(STATUSES, start=1)],
        "ads": list(ads(texts)),
        "targets": [
            target
            for set_id in (1, 2)
            for target in (
                {"targeting_set_id": set_id, "kind": "location", "value": "Germany", "polarity": "include"},
                {"targeting_set_id": set_id, "kind": "follower_lookalike", "value": f"@Example{set_id}", "polarity": "include"},
                {"targeting_set_id": set_id, "kind": "keyword", "value": texts[set_id], "polarity": "exclude"},
            )
        ],
        "codings": [
            {"item_type": "ad", "item_id": ad_id, "code": code, "parent": code, "coder": "keywords v1", "codebook_version": 1}
            for ad_id, code in ((1, "culture"), (20, "politics"), (53, "politics"), (54, "economy"), (55, "politics"))
        ],
        "listings": [
            {
                "listing_id": 1, "query_id": 1, "source": "x_ads", "series": "s", "account_id": 1, "observed_at": AS_OF,
                "covers_from": date(2024, 1, 1), "covers_to": date(2024, 10, 5), "outcome": "rows", "items": 60,
                "evidence": evidence("x"),
            },
            {
                "listing_id": 2, "query_id": 2, "source": "x_ads", "series": "t", "account_id": 2, "observed_at": AS_OF,
                "covers_from": date(2024, 10, 1), "covers_to": date(2024, 10, 2), "outcome": "throttled", "items": 0,
                "evidence": evidence("y"),
            },
        ],
        "changes": [change(number, kind, texts) for number, kind in enumerate(KINDS, start=1)],
        "quarantined": [
            {"source": "x_ads", "evidence": evidence("x"), "line": 7, "field": texts[0], "reason": texts[-3]},
        ],
        "claims": [{"claim_id": 1, "document_id": "doc", "publisher": texts[5], "title": texts[0]}],
    }  # fmt: skip


STATUSES = ("accepted", "accepted", "suspected", "control", "unassessed")
KINDS = ("ad_new", "payer_new", "first_ad", "something_unheard_of")


def account(number: int, status: str, texts: Sequence[str]) -> dict[str, Any]:
    """A made-up account; the name `ref` is that of a public one, so that a mention of it stays."""
    public = status in ("accepted", "control")
    return {
        "account_id": number, "account": f"x:example{number}", "brand_id": f"b{number}", "name": "ref" if public else None,
        "brand": texts[number % len(texts)] if public else f"Hidden Brand {number}", "platform": "x", "handle": f"example{number}", "status": status,
        "operator": texts[0] if status == "accepted" else None, "predicate": "operated_by", "document_id": "doc",
        "document": "A document", "document_date": date(2024, 11, 14),
    }  # fmt: skip


def ads(texts: Sequence[str]) -> Sequence[dict[str, Any]]:
    """Fifty-nine made-up ads of the first account, seven of them in the week, and one of some others."""
    days = [date(2024, 4, 8) + timedelta(days=3 * step) for step in range(50)]
    days += [date(2024, 9, 28) + timedelta(days=step) for step in range(9)]
    made = [ad(number, 1, day, texts) for number, day in enumerate(days, start=1)]
    return [*made, *(ad(60 + account_id, account_id, date(2024, 10, 1), texts) for account_id in (3, 4, 5))]


def ad(number: int, account_id: int, day: date, texts: Sequence[str]) -> dict[str, Any]:
    """A made-up ad."""
    return {
        "ad_id": number, "snapshot_id": 100 + number, "account_id": account_id, "source": "x_ads", "listing_id": 1,
        "observed_at": AS_OF, "ym": day.year * 12 + day.month - 1, "first_shown": day,
        "payer": texts[number % len(texts)] if number % 3 else None, "text": texts[number % len(texts)],
        "targeting_set_id": 1 if day < date(2024, 9, 30) else 2, "impressions_lower": 1000.0,
        "impressions_upper": 5000.0 if number % 2 else None, "evidence": evidence("x"), "line": number,
    }  # fmt: skip


def change(number: int, kind: str, texts: Sequence[str]) -> dict[str, Any]:
    """A made-up change, of another account each time."""
    return {
        "change_id": number, "at": datetime(2024, 10, 1 + number, 6, tzinfo=UTC), "type": kind, "account_id": number,
        "subject": f"ad-{number}", "field": "payer", "before": None, "after": texts[number],
        "snapshot_before": "listing-1", "snapshot_after": "ad-101",
    }  # fmt: skip
