"""Pages in process: on a machine where nothing was ever collected, and on a small hostile lake."""

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from tests.dashboard import lakes

MAIN = Path(__file__).parents[2] / "dashboard" / "main.py"
OpenPage = Callable[[str], AppTest]


@pytest.fixture(autouse=True)
def listens_on_loopback() -> Iterator[None]:
    """Pages in process have no server; they are told that it listens as ours does."""
    config.set_option("server.address", "127.0.0.1")
    yield
    config.set_option("server.address", None)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tracker home of its own, and no setting from outside."""
    for name in [name for name in os.environ if name.startswith("TRACKER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def open_page() -> OpenPage:
    """Open a page by the name of its file, as the navigation does."""

    def opened(page: str) -> AppTest:
        app = AppTest.from_file(MAIN, default_timeout=60).run()
        return app.switch_page(f"views/{page}.py").run() if page != "overview" else app

    return opened


@pytest.fixture(scope="session")
def hostile_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenPage]:
    """The pages on the hostile lake, each opened once and only looked at."""
    folder = lakes.hostile(tmp_path_factory.mktemp("hostile"))
    with pytest.MonkeyPatch.context() as environment:

        @cache
        def opened(page: str) -> AppTest:
            environment.setenv("TRACKER_HOME", str(folder))
            app = AppTest.from_file(MAIN, default_timeout=60).run()
            app = app.switch_page(f"views/{page}.py").run() if page != "overview" else app
            environment.undo()
            return app

        yield opened


@pytest.fixture
def hostile_home(home: Path) -> Path:
    """A home whose lake holds two accounts and 60 ads with hostile texts."""
    return lakes.hostile(home)
