"""One hostile lake and its report, made once: drawing takes seconds."""

from pathlib import Path

import pytest

from tests.reports import lakes, stores
from tracker.analysis.tables import Lake, open_lake
from tracker.reports import weekly

WEEK = "2024-W40"


@pytest.fixture(scope="session")
def hostile_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake whose every text tries to be something else, marked as a reconstruction."""
    return open_lake(lakes.week_of_ads(tmp_path_factory.mktemp("lake")))


@pytest.fixture(scope="session")
def report(hostile_lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the hostile lake's report."""
    return weekly.build(hostile_lake, WEEK, tmp_path_factory.mktemp("out"), secret=lakes.SECRET)


@pytest.fixture(scope="session")
def decided_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in whose week people decided: see `tests.reports.stores`."""
    return stores.decided(tmp_path_factory.mktemp("home"))
