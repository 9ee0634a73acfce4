"""The manifest of a report: what each file is, byte for byte, and which evidence stands behind each table."""

import json
from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from tracker.reports.content import Report

FONT_PACKAGES = (
    "fontpkg-inter",
    "fontpkg-noto-sans",
    "fontpkg-noto-sans-arabic",
    "fontpkg-source-serif-4",
    "pylopdf-fonts-zh-cn",
)
DRAWN_WITH = ("jinja2", "typst", "vl-convert-python", "xlsxwriter")


def write(report: Report, files: Mapping[str, bytes]) -> bytes:
    """Write the manifest of the given files as JSON with sorted keys and no clock in it."""
    manifest = {
        **report.facts,
        "week": report.week,
        "period": report.period,
        "as_of": report.as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "notice": report.notice,
        "files": {
            name: {"sha256": sha256(data).hexdigest(), "bytes": len(data)}
            for name, data in sorted(files.items())
        },
        "tables": {
            table.name: {
                "title": table.title,
                "rows": len(table.rows),
                "columns": [column.key for column in table.data_columns],
                "said": table.said,
                "method": table.method,
                "evidence": sorted(table.evidence),
            }
            for table in report.tables
        },
        "fonts": {"packages": _versions(FONT_PACKAGES), "machine_fonts_used": False},
        "drawn_with": _versions(DRAWN_WITH),
    }
    return json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False).encode("utf-8") + b"\n"


def _versions(packages: tuple[str, ...]) -> dict[str, Any]:
    return {package: version(package) for package in packages}
