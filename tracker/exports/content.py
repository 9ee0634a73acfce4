"""One export before it takes a form: tables by name, and what must be said of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker import __version__
from tracker.findings import Finding


@dataclass(frozen=True, slots=True)
class Export:
    """Findings under one name; an export of one finding has one table."""

    name: str
    tables: Mapping[str, Finding]

    @property
    def first(self) -> Finding:
        """The first table: all of them are as of the same time."""
        return next(iter(self.tables.values()))

    def about(self) -> dict[str, Any]:
        """Return what a reader needs to know: as of when, of how many, how it was made, and who bears a pseudonym."""
        return {
            "export": self.name,
            "as_of": self.first.to_dict()["as_of"],
            "notice": self.first.notice,
            "tool_version": __version__,
            "tables": {
                name: {
                    "rows": len(found.rows),
                    "n": found.n,
                    "columns": list(found.columns),
                    "method": found.method,
                    "caveats": list(found.caveats),
                    "coverage": dict(found.coverage),
                    "evidence": list(found.evidence),
                    "evidence_count": found.evidence_count,
                }
                for name, found in self.tables.items()
            },
        }
