"""The settings as the pages read them: once for the same environment, because a key that is pressed waits for them."""

import os
from functools import lru_cache

from tracker import settings
from tracker.settings import PREFIX, Settings


def current() -> Settings:
    """Return the settings that the environment gives now; raise `ConfigError` as `settings.load` does."""
    return _read(tuple(sorted(pair for pair in os.environ.items() if pair[0].upper().startswith(PREFIX))))


@lru_cache(maxsize=8)
def _read(_environment: tuple[tuple[str, str], ...]) -> Settings:
    return settings.load()
