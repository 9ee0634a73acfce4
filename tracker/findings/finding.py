"""The answer to a reader's question: a table that says how it came about."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Finding:
    """A table with *as of*, n, coverage and method. Row values are what JSON can hold; missing is `None`.

    `n` is how many items the rows rest on. `evidence` is the sorted start of the SHA-256 list of the files behind
    them, `evidence_count` how long the whole list is. `notice` must stand beside every number when it is there.
    """

    name: str
    as_of: datetime | None
    n: int
    coverage: Mapping[str, Any]
    method: str
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]
    caveats: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    evidence_count: int = 0
    notice: str | None = None

    def to_json(self) -> str:
        """Return the finding as the text of one JSON object; every row has the columns in their order."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as one object of values that JSON can hold."""
        return {
            "finding": self.name,
            "as_of": self.as_of.strftime("%Y-%m-%dT%H:%M:%SZ") if self.as_of else None,
            "n": self.n,
            "coverage": dict(self.coverage),
            "method": self.method,
            "columns": list(self.columns),
            "rows": self.rows,
            "caveats": list(self.caveats),
            "evidence": list(self.evidence),
            "evidence_count": self.evidence_count,
            "notice": self.notice,
        }

    def to_frame(self) -> "pd.DataFrame":
        """Return the rows as a pandas table with the columns in their order, empty or not."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=list(self.columns))
