"""Groups of near-copies that are kept: they go on as if they had not been, and what is damaged is named."""

import json
from pathlib import Path

import pytest

from tests.analysis.test_nearcopies import corpus
from tracker.copied import Copies, is_kept
from tracker.errors import ConfigError

SAID = "The port of our city opens its new harbour to every guest from abroad today"


def groups(copies: Copies, count: int) -> list[int | None]:
    return copies.of(range(1, count + 1))[0]


def test_a_text_goes_with_the_first_snapshot_that_it_is_like_and_what_has_no_text_with_none(
    tmp_path: Path,
) -> None:
    copies = Copies(tmp_path)

    copies.add([4, 7, 9], [SAID, None, " "])
    copies.add([12, 15], [f"{SAID} https://example.org/2", SAID.replace("today", "tomorrow")])

    assert copies.of([15, 4, 12, 7, 9, 99]) == ([4, 4, 4, None, None, None], [pytest.approx(0.133, abs=1e-3), 0, 0, None, None, None])  # fmt: skip
    assert copies.knows([4, 5, 9, 99]) == [True, False, True, False]
    assert (copies.upto, len(copies)) == (15, 5)


def test_what_was_kept_goes_on_as_what_was_not(tmp_path: Path) -> None:
    texts = corpus(400)
    whole = Copies(tmp_path / "whole")
    whole.add(range(1, 401), texts)
    first = Copies(tmp_path / "kept")
    first.add(range(1, 251), texts[:250])
    first.save()
    first.add(range(251, 301), texts[250:300])
    first.save()

    again = Copies(tmp_path / "kept")
    assert (again.upto, groups(again, 300)) == (300, groups(whole, 300))
    again.add(range(301, 401), texts[300:])
    again.save()

    assert groups(Copies(tmp_path / "kept"), 400) == groups(whole, 400)


def test_a_process_that_ends_while_it_writes_leaves_what_was_kept_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = Copies(tmp_path)
    copies.add([1, 2], [SAID, SAID])
    copies.save()
    copies.add([3], ["Another text that nobody wrote before, of enough words to be compared"])

    def killed(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            copies.save()

    assert is_kept(tmp_path)
    again = Copies(tmp_path)
    assert (again.upto, groups(again, 3)) == (2, [1, 1, None])
    again.save()
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".npz", ".npz"]


def test_only_what_lives_stays_on_disk(tmp_path: Path) -> None:
    copies = Copies(tmp_path)
    for start, text in enumerate(corpus(20), 1):
        copies.add([start], [text])
        copies.save()

    kept = json.loads((tmp_path / "index.json").read_text())

    assert sorted(path.name for path in tmp_path.glob("*.npz*")) == sorted([*kept["parts"], kept["seen"]])


@pytest.mark.parametrize(
    "body",
    ["{", "[]", '{"format": 1, "parts": []}', '{"format": 2, "method": "another", "parts": [], "seen": ""}'],
)
def test_what_another_method_made_or_nobody_can_read_is_as_if_it_were_not_there(
    tmp_path: Path, body: str
) -> None:
    (tmp_path / "index.json").write_text(body)

    assert not is_kept(tmp_path)
    assert len(Copies(tmp_path)) == 0


@pytest.mark.parametrize("which", ["part-*.npz", "seen-*.npz"])
def test_a_damaged_part_is_named_with_what_to_do(tmp_path: Path, which: str) -> None:
    copies = Copies(tmp_path)
    copies.add([1], [SAID])
    copies.save()
    (part,) = tmp_path.glob(which)
    part.write_bytes(part.read_bytes()[:40])

    with pytest.raises(ConfigError, match="run `tracker lake rebuild`"):
        Copies(tmp_path)


def test_a_part_that_is_gone_is_not_kept(tmp_path: Path) -> None:
    copies = Copies(tmp_path)
    copies.add([1], [SAID])
    copies.save()
    next(tmp_path.glob("part-*.npz")).unlink()

    assert not is_kept(tmp_path)
