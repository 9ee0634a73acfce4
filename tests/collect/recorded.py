"""Answers of platforms as others recorded them, from the folder beside the project; without it a test is skipped."""

from pathlib import Path

import pytest

POSTS = Path(__file__).parents[2].parent / "shared/data/posts"


def recorded(*patterns: str) -> list[object]:
    """Return the recorded files for `parametrize`, or one case that is skipped with the reason."""
    found = sorted(path for pattern in patterns for path in POSTS.glob(pattern))
    if not found:
        reason = f"no recorded answers at {POSTS}"
        return [pytest.param(POSTS, marks=pytest.mark.skip(reason=reason))]
    return [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in found]


def one(path: str) -> bytes:
    """Return the bytes of one recorded file, or skip the test with the reason."""
    if not (POSTS / path).is_file():
        pytest.skip(f"no recorded answer at {POSTS / path}")
    return (POSTS / path).read_bytes()
