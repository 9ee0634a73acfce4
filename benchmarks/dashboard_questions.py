"""CPU seconds of each dashboard question on a lake of a million posts; exits 1 when one is over the limit.

Usage: python benchmarks/dashboard_questions.py [POSTS]
"""

import gc
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tracker.analysis import months
from tracker.analysis.tables import TABLES, open_lake
from tracker.findings import parse_options, run
from tracker.store.lake_sql import SCHEMAS

LIMIT_SECONDS = 0.5
FIRST, LAST = months.of(date(2022, 10, 1)), months.of(date(2024, 9, 1))
ACCOUNTS, ADS, SETS = 200, 20_000, 4_000
TOPICS = {"taiwan": "politics", "brics": "economy", "trade": "economy", "opera": "culture", "food": "culture"}
QUESTIONS = (
    ("posts-per-month", {}),
    ("posts-per-month", {"by": "account"}),
    ("posts-per-month", {"account": "x:account7"}),
    ("topics", {"items": "posts"}),
    ("topics", {"items": "posts", "by": "week", "level": "fine"}),
    ("topics", {"items": "posts", "since": "2024-07", "by": "day"}),
    ("topics", {"items": "posts", "account": "x:account7"}),
    ("coverage", {"by": "month"}),
    ("coverage", {"account": "x:account7", "since": "2024-01"}),
    ("changes", {"since": "2024-09-23", "until": "2024-09-29"}),
    ("ads-per-month", {}),
    ("ads-per-month", {"by": "account"}),
    ("payers", {}),
    ("topics", {}),
    ("targeting", {}),
    ("targeting-shift", {"periods": "2024-01..2024-06,2024-07..2024-09", "kinds": "keyword"}),
    ("audiences", {}),
    ("ads", {"account": "x:account7"}),
    ("accounts", {}),
)


def main() -> int:
    """Make the lake, ask every question three times, print the quickest of each, and compare it with the limit."""
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), posts)
        lake = open_lake(Path(folder))
        print(f"{posts:,} posts; limit {LIMIT_SECONDS} CPU seconds a question")
        over = 0
        for name, raw in QUESTIONS:
            options = parse_options(name, raw)
            seconds, rows = min(_asked(lambda: len(run(name, lake, options).rows)) for _ in range(3))  # noqa: B023
            over += seconds > LIMIT_SECONDS
            verdict = "OVER" if seconds > LIMIT_SECONDS else "ok"
            words = " ".join(f"{option}={text}" for option, text in raw.items())
            print(f"{seconds:8.3f}  {verdict:<5} {rows:>8,} rows  {name} {words}")
    return 1 if over else 0


def _asked(question) -> tuple[float, int]:  # type: ignore[no-untyped-def]
    gc.collect()
    started = time.process_time()
    rows = question()
    return time.process_time() - started, rows


def _write(folder: Path, posts: int) -> None:
    random = np.random.default_rng(1)
    tables = {
        "accounts": [_accounts()],
        "posts": list(_posts(random, posts)),
        "ads": list(_ads(random)),
        "targets": [_targets(random)],
        "listings": [_listings()],
        "changes": [_changes(random)],
    }
    tables["codings"] = [
        *_codings(random, tables["posts"], "post", "post_id"), *_codings(random, tables["ads"], "ad", "ad_id")
    ]  # fmt: skip
    listed = {}
    for name in TABLES:
        schema = SCHEMAS.get(name) or SCHEMAS[f"posts_{name}"]
        files = [f"{name}/_schema.parquet"]
        (folder / name).mkdir()
        pq.write_table(schema.empty_table(), folder / files[0])
        for part, table in enumerate(tables.get(name, [])):
            files.append(f"{name}/part-{part}.parquet")
            full = {field.name: _column(table, field, table.num_rows) for field in schema}
            pq.write_table(pa.table(full, schema=schema), folder / files[-1], compression="zstd")
        listed[name] = {"files": files}
    manifest = {
        "format": 1,
        "as_of": "2024-10-01T00:00:00Z",
        "notice": None,
        "version": "1",
        "tables": listed,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _column(table: pa.Table, field: pa.Field, rows: int) -> pa.ChunkedArray | pa.Array:
    return (
        table[field.name].cast(field.type) if field.name in table.column_names else pa.nulls(rows, field.type)
    )


def _accounts() -> pa.Table:
    ids = range(1, ACCOUNTS + 1)
    names = [f"x:account{number}" for number in ids]
    return pa.table(
        {"account_id": list(ids), "account": names, "brand": names, "status": ["accepted"] * ACCOUNTS}
    )


def _posts(random: np.random.Generator, posts: int) -> Iterator[pa.Table]:
    """Yield a table for each month, with accounts of very different size."""
    in_month = posts // (LAST - FIRST + 1)
    words = np.array([f"word{number} of the day" for number in range(5000)])
    for place, ym in enumerate(range(FIRST, LAST + 1)):
        size = posts - in_month * (LAST - FIRST) if ym == LAST else in_month
        days = np.datetime64(months.first_day(ym)) + random.integers(0, 28, size)
        account, said = np.minimum(random.zipf(1.3, size), ACCOUNTS), random.integers(0, 5000, size)
        yield pa.table({
            "post_id": np.arange(size) + place * in_month + 1, "account_id": account, "day": days,
            "ym": np.full(size, ym), "source": ["feeds"] * size, "section": ["front"] * size,
            "text": words[said], "published_at": days.astype("datetime64[us]"), "copy_group": said + 1,
        })  # fmt: skip


def _ads(random: np.random.Generator) -> Iterator[pa.Table]:
    each = ADS // (LAST - FIRST + 1)
    for place, ym in enumerate(range(FIRST, LAST + 1)):
        days = np.datetime64(months.first_day(ym)) + random.integers(0, 28, each)
        yield pa.table({
            "ad_id": np.arange(each) + place * each + 1, "account_id": random.integers(1, ACCOUNTS + 1, each),
            "first_shown": days, "last_shown": days, "ym": np.full(each, ym), "source": ["x_ads"] * each,
            "payer": [f"payer {number}" for number in random.integers(0, 40, each)], "listing_id": np.ones(each),
            "targeting_set_id": random.integers(0, SETS, each), "impressions_lower": random.random(each),
            "impressions_upper": random.random(each) + 1, "evidence": ["ab" * 32] * each,
        })  # fmt: skip


def _targets(random: np.random.Generator) -> pa.Table:
    sets = np.repeat(np.arange(SETS), 10)
    kinds = np.array(["keyword", "location", "follower_lookalike"])[random.integers(0, 3, sets.size)]
    values = [f"value {number}" for number in random.zipf(1.4, sets.size) % 1600]
    return pa.table({
        "targeting_set_id": sets, "kind": kinds, "value": values, "polarity": ["include"] * sets.size,
        "as_published": values,
    })  # fmt: skip


def _codings(
    random: np.random.Generator, items: list[pa.Table], item_type: str, key: str
) -> Iterator[pa.Table]:
    """Yield codes for six items in ten, some of them with two."""
    codes = np.array(list(TOPICS))
    for table in items:
        size = table.num_rows * 7 // 10
        chosen = random.integers(0, table.num_rows, size)
        code = codes[random.integers(0, len(codes), size)]
        yield pa.table({
            "item_type": [item_type] * size, "item_id": table[key].to_numpy()[chosen], "code": code,
            "parent": [TOPICS[one] for one in code], "coder": ["keywords v1"] * size,
            "codebook_version": np.ones(size), "ym": np.full(size, table["ym"][0].as_py()),
        })  # fmt: skip


def _listings() -> pa.Table:
    """One answer a day for every account, and one a month for its ads."""
    first, last = months.first_day(FIRST), months.last_day(LAST)
    days = [day for day in months.days(first, last) for _ in range(ACCOUNTS)]
    spans = [
        (months.first_day(ym), months.last_day(ym)) for ym in range(FIRST, LAST + 1) for _ in range(ACCOUNTS)
    ]
    begins, ends = [*days, *(span[0] for span in spans)], [*days, *(span[1] for span in spans)]
    size = len(begins)
    return pa.table({
        "listing_id": np.arange(size), "account_id": np.arange(size) % ACCOUNTS + 1, "covers_from": begins,
        "covers_to": ends, "outcome": ["rows"] * size, "source": ["feeds"] * len(days) + ["x_ads"] * len(spans),
        "observed_at": np.array(begins, dtype="datetime64[us]"), "evidence": ["ab" * 32] * size,
    })  # fmt: skip


def _changes(random: np.random.Generator) -> pa.Table:
    size = 50_000
    at = np.datetime64(months.first_day(FIRST), "us") + random.integers(0, 730 * 86_400, size) * 1_000_000
    return pa.table({
        "change_id": np.arange(size), "at": at, "type": ["ad_new"] * size, "subject": ["ad"] * size,
        "account_id": random.integers(1, ACCOUNTS + 1, size),
    })  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
