"""A lake made of the rows a test gives."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.analysis.lakes import MakeLake, Rows, complete, write_lake
from tracker.analysis.tables import Lake, open_lake


@pytest.fixture
def make_lake(tmp_path: Path) -> MakeLake:
    """Return a function that writes the tables given and opens them."""

    def make(*, manifest: Mapping[str, Any] | None = None, **tables: Rows) -> Lake:
        return open_lake(write_lake(tmp_path / "lake", complete(tables), **(manifest or {})))

    return make
