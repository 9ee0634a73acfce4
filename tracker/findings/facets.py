"""The counts beside the choices of a search: each as if nothing were chosen there yet, and all else were."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tracker.analysis import facets, months, scope
from tracker.analysis.tables import Lake
from tracker.findings.options import Options
from tracker.findings.question import ask, coder_of

LIMITS: Mapping[str, tuple[str, ...]] = {
    "account": ("account_ids",),
    "payer": ("payer",),
    "repository": ("source",),
    "country": ("country",),
    "topic": ("code",),
    "month": ("since", "until"),
}
"""Which limits of a question each facet sets."""
MOST = 200
"""How many choices of a facet are offered at most, those of most ads."""


def facet_counts(lake: Lake, options: Options) -> dict[str, list[dict[str, Any]]]:
    """Return for each facet its choices: `value` and `ads`, those of most ads first; months the latest first."""
    question = ask("ads", lake, options)
    coder = options.coder or coder_of(lake, "ad")
    found = {}
    for facet, limited in LIMITS.items():
        limits = replace(question.scope, **dict.fromkeys(limited))
        items = scope.ads(question.tables, limits)
        dated = limits.since is not None or limits.until is not None
        asked = scope.dated(items, limits) if dated else items
        found[facet] = question.rows(facets.counts(facet, asked, question.tables, coder=coder).limit(MOST))
    by_month = sorted(found["month"], key=lambda row: -int(row["value"]))
    return found | {"month": [{**row, "value": months.text(row["value"])} for row in by_month]}
