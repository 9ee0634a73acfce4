"""A tiny lake on disk, by docs/lake.md, made of the rows a test gives."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tracker.analysis.nearcopies import Index
from tracker.analysis.tables import Lake
from tracker.store import lake_sql

TIME = pa.timestamp("us")
SCHEMAS: Mapping[str, pa.Schema] = {
    name: pa.schema(columns)
    for name, columns in {
        "accounts": [
            ("account_id", pa.int64()), ("account", pa.string()), ("brand_id", pa.string()),
            ("brand", pa.string()), ("platform", pa.string()), ("handle", pa.string()), ("name", pa.string()),
            ("status", pa.string()), ("operator", pa.string()), ("operator_native", pa.string()),
            ("predicate", pa.string()), ("confidence", pa.string()), ("document_id", pa.string()),
            ("document", pa.string()), ("document_date", pa.date32()), ("label", pa.string()),
            ("label_on", pa.date32()), ("discloses", pa.string()),
            ("followers", pa.string()), ("place", pa.string()), ("url", pa.string()),
        ],
        "ads": [
            ("ad_id", pa.int64()), ("snapshot_id", pa.int64()), ("account_id", pa.int64()),
            ("source", pa.string()), ("listing_id", pa.int64()), ("observed_at", TIME), ("ym", pa.int32()),
            ("first_shown", pa.date32()), ("last_shown", pa.date32()), ("payer", pa.string()),
            ("beneficiary", pa.string()), ("advertiser_name", pa.string()), ("text", pa.string()),
            ("creative_url", pa.string()), ("landing_url", pa.string()), ("posted_at", TIME),
            ("status", pa.string()), ("targeting_set_id", pa.int64()), ("impressions_lower", pa.float64()),
            ("impressions_upper", pa.float64()), ("evidence", pa.string()), ("line", pa.int64()),
            ("language", pa.string()), ("language_certainty", pa.float64()), ("copy_group", pa.int64()),
            ("copy_distance", pa.float64()),
        ],
        "targets": [
            ("targeting_set_id", pa.int64()), ("kind", pa.string()), ("value", pa.string()),
            ("polarity", pa.string()), ("as_published", pa.string()),
        ],
        "posts": [
            ("post_id", pa.int64()), ("snapshot_id", pa.int64()), ("account_id", pa.int64()), ("source", pa.string()),
            ("section", pa.string()), ("published_at", TIME), ("first_seen", TIME), ("last_seen", TIME),
            ("ym", pa.int32()), ("day", pa.date32()), ("text", pa.string()), ("url", pa.string()),
            ("language", pa.string()), ("language_certainty", pa.float64()), ("stated_language", pa.string()),
            ("copy_group", pa.int64()), ("copy_distance", pa.float64()),
        ],
        "codings": [
            ("item_type", pa.string()), ("item_id", pa.int64()), ("code", pa.string()),
            ("parent", pa.string()), ("coder", pa.string()), ("codebook_version", pa.int64()),
        ],
        "changes": [
            ("change_id", pa.int64()), ("at", TIME), ("type", pa.string()), ("account_id", pa.int64()),
            ("subject", pa.string()), ("field", pa.string()), ("before", pa.string()), ("after", pa.string()),
            ("snapshot_before", pa.string()), ("snapshot_after", pa.string()),
        ],
        "quarantined": [
            ("source", pa.string()), ("evidence", pa.string()), ("line", pa.int64()), ("field", pa.string()),
            ("reason", pa.string()),
        ],
        "claims": [
            ("claim_id", pa.int64()), ("subject_type", pa.string()), ("subject", pa.string()),
            ("predicate", pa.string()), ("object_type", pa.string()), ("object", pa.string()),
            ("document_id", pa.string()), ("publisher", pa.string()), ("title", pa.string()),
            ("published_on", pa.date32()), ("place", pa.string()), ("says", pa.string()),
            ("grade", pa.string()), ("rival", pa.string()), ("valid_from", pa.date32()),
            ("valid_to", pa.date32()), ("subject_name", pa.string()), ("object_name", pa.string()),
            ("withdrawn", pa.bool_()),
        ],
        "organisations": [
            ("organisation_id", pa.string()), ("name", pa.string()), ("native_name", pa.string()),
            ("kind", pa.string()), ("level", pa.string()), ("place", pa.string()), ("province", pa.string()),
            ("country", pa.string()), ("founded", pa.string()), ("founded_document", pa.string()),
            ("aliases", pa.string()), ("accounts", pa.int64()), ("accepted_accounts", pa.int64()), ("accounts_below", pa.int64()),
            ("accepted_below", pa.int64()),
        ],
        "figures": [
            ("figure_id", pa.int64()), ("counted", pa.string()), ("place", pa.string()), ("level", pa.string()),
            ("as_published", pa.string()), ("lower", pa.int64()), ("upper", pa.int64()), ("on", pa.date32()),
            ("document_id", pa.string()), ("publisher", pa.string()), ("title", pa.string()),
            ("published_on", pa.date32()), ("where", pa.string()), ("says", pa.string()),
        ],
        "advertiser_reports": [
            ("listing_id", pa.int64()), ("account_id", pa.int64()), ("name", pa.string()), ("disclaimer", pa.string()),
            ("spend_lower", pa.float64()), ("spend_upper", pa.float64()), ("currency", pa.string()),
            ("spend_as_published", pa.string()), ("ads", pa.int64()), ("line", pa.int64()),
        ],
        "looks": [
            ("look", pa.string()), ("account_id", pa.int64()), ("day", pa.date32()), ("observed_at", TIME),
            ("label", pa.string()), ("label_words", pa.string()), ("bio", pa.string()), ("discloses", pa.string()),
            ("discloses_words", pa.string()), ("handle", pa.string()), ("name", pa.string()),
            ("entered_by", pa.string()), ("document_id", pa.string()), ("document", pa.string()),
            ("evidence", pa.string()),
        ],
    }.items()
}  # fmt: skip

SCHEMAS = {
    **SCHEMAS,
    **{
        name: lake_sql.SCHEMAS[name]
        for name in (
            "decisions",
            "drifts",
            "listings",
            "looks",
            "hand_codings",
            "hand_settled",
            "samples",
            "suggestion_models",
        )
    },
    "suggestions": lake_sql.SCHEMAS["posts_suggestions"],
}
Rows = list[dict[str, Any]]
MakeLake = Callable[..., Lake]


def _number(rows: Rows, key: str) -> Rows:
    return [{key: place, **row} for place, row in enumerate(rows, start=1)]


def _with_month(row: dict[str, Any], day: date | None) -> dict[str, Any]:
    return {"ym": day.year * 12 + day.month - 1 if day else None, **row}


def complete(tables: Mapping[str, Rows]) -> dict[str, Rows]:
    """Fill in the ids and the values that follow from others, where a test leaves them out."""
    rows = {name: list(tables.get(name, [])) for name in SCHEMAS}
    rows["ads"] = [
        {"source": "x_ads", "account_id": 1, "listing_id": 1, **_with_month(row, row.get("first_shown"))}
        for row in _number(rows["ads"], "ad_id")
    ]
    rows["posts"] = [
        {"source": "pages", "account_id": 1, **_with_month(row, row["day"])}
        for row in _number(rows["posts"], "post_id")
    ]
    for name, key in (("ads", "ad_id"), ("posts", "post_id")):
        rows[name] = with_groups(rows[name], key)
    rows["listings"] = [
        {"source": "x_ads", "outcome": "rows", "observed_at": datetime(2024, 10, 1, tzinfo=UTC), **row}
        for row in _number(rows["listings"], "listing_id")
    ]
    rows["codings"] = [
        {"item_type": "ad", "coder": "keywords v1", "codebook_version": 1, **row} for row in rows["codings"]
    ]
    rows["targets"] = [
        {"polarity": "include", "as_published": row["value"], **row} for row in rows["targets"]
    ]
    rows["changes"] = _number(rows["changes"], "change_id")
    return rows


def with_groups(rows: Rows, key: str) -> Rows:
    """Group near-copies as the mirror does, the rows in the order in which their texts came."""
    said = [place for place, row in enumerate(rows) if (row.get("text") or "").strip()]
    found = [{"snapshot_id": row[key], **row} for row in rows]
    for place, placed in zip(said, Index().add([rows[place]["text"] for place in said]), strict=True):
        leader = found[said[placed.leader]]["snapshot_id"]
        found[place] = {"copy_group": leader, "copy_distance": placed.distance, **found[place]}
    return found


def write_lake(folder: Path, tables: Mapping[str, Rows], **manifest: Any) -> Path:
    """Write a lake folder with its manifest; the ads and the posts lie in a folder for each month."""
    listed = {}
    for name, schema in SCHEMAS.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        pq.write_table(schema.empty_table(), folder / name / "_schema.parquet")
        files = [f"{name}/_schema.parquet"]
        by_month: dict[Any, Rows] = {}
        for row in tables.get(name, []):
            by_month.setdefault(row.get("ym"), []).append(row)
        for month, rows in by_month.items():
            files.append(f"{name}/ym={month}/part-1-{len(rows)}.parquet")
            (folder / files[-1]).parent.mkdir(exist_ok=True)
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / files[-1])
        listed[name] = {"files": files, "rows": len(tables.get(name, []))}
    content = {"format": 1, "as_of": "2024-10-01T00:00:00Z", "notice": None, "version": "v1", **manifest}
    (folder / "manifest.json").write_text(json.dumps(content | {"tables": listed}))
    return folder
