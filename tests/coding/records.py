"""Records to code in: posts of two outlets, ads of one account, a codebook of three codes."""

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from tracker import codebooks, codingdesk, demo
from tracker.collect.pipeline import import_file
from tracker.settings import Settings

NOW = datetime(2024, 9, 1, 12, tzinfo=UTC)
CODES = ("culture", "economy", "politics", "politics.taiwan")


def write_codebook(folder: Path, version: int = 1, codes: Sequence[str] = CODES, mapping: str = "") -> Path:
    """Write a codebook file; a code is `id` or `id<parent`."""
    lines = [f"version: {version}", "codes:"]
    for code in codes:
        name, _, parent = code.partition("<")
        lines += [
            f"  {name}:",
            f"    name: {name}",
            "    definition: d",
            "    includes: i",
            "    excludes: e",
        ]
        lines += ["    examples: [one, two]", *([f"    parent: {parent}"] if parent else [])]
    path = folder / "codebook.yml"
    path.write_text("\n".join([*lines, *(["mapping:", f"  {mapping}"] if mapping else [])]), encoding="utf-8")
    return path


def with_posts(
    engine: Engine, folder: Path, texts: Sequence[str], *, outlet: str = "dailything", month: str = "2024-03"
) -> Engine:
    """Bring posts in, one a text, and load the codebook."""
    path = folder / f"{outlet}-{month}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["outlet", "section", "snapshot_at", "published_raw", "headline", "published_at"])
        for number, text in enumerate(texts):
            day = f"{month}-{1 + number % 28:02d}T08:00:00"
            rows.writerow([outlet, "WORLD", f"{month}-28T10:00:00", "today", text, day])
    import_file(engine, Settings(home=folder), "page_snapshots", path=path, scope={}, now=lambda: NOW)
    codebooks.load(engine, write_codebook(folder), now=NOW)
    return engine


def with_ads(engine: Engine, folder: Path) -> Engine:
    """Bring 109 ads of one account in, and load the codebook."""
    path = folder / "x_RECONSTRUCTION.csv"
    path.write_text(demo.export(until=9), encoding="utf-8")
    scope = {"handle": "somebody", "country": "FR", "from": "2024-01-01", "to": "2024-09-30"}
    import_file(
        engine, Settings(home=folder), "x_ads", path=path, scope=scope | {"exported_at": "2024-10-01"}
    )
    codebooks.load(engine, write_codebook(folder), now=NOW)
    return engine


def draw(engine: Engine, **fields: Any) -> dict[str, Any]:
    """Draw a sample of posts for Ana and Ben with seed 1, unless fields say otherwise."""
    form = {"items": "posts", "size": 10, "seed": 1, "coders": ("Ana", "Ben"), "by": "Eve", **fields}
    return codingdesk.draw(engine, form, now=NOW)


def code(engine: Engine, coder: str, *codes: str, state: str = "coded", **fields: Any) -> int:
    """Code the next item of a coder."""
    turn = codingdesk.next_item(engine, coder)
    assert turn is not None
    form = {
        "item_type": turn.item["item_type"], "item_id": turn.item["item_id"], "by": coder, "state": state,
        "codes": codes, "version": codebooks.in_force(engine).version, "sample": turn.sample, "seen": len(turn.own),
        **fields,
    }  # fmt: skip
    return codingdesk.save(engine, form, now=NOW)
