"""The documents are true: every command, setting, source and finding stands where a reader looks for it."""

import re
from pathlib import Path

import click
import pytest

from tracker.cli import cli
from tracker.collect import sources
from tracker.settings import Settings

ROOT = Path(__file__).parents[1]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
KEYS = "# Keys of platforms"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(group: click.Group, prefix: str = "") -> list[tuple[str, click.Command]]:
    found = []
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found += commands(command, f"{prefix}{name} ")
        else:
            found.append((f"{prefix}{name}", command))
    return found


@pytest.mark.parametrize(("name", "command"), commands(cli), ids=[name for name, _ in commands(cli)])
def test_every_command_has_help_and_stands_in_the_readme(name: str, command: click.Command) -> None:
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))
    assert f"`{name}`" in README


def test_every_setting_stands_in_the_example_with_nothing_besides() -> None:
    named = set(re.findall(r"^#?(TRACKER_[A-Z_]+)=", EXAMPLE.partition(KEYS)[0], re.MULTILINE))

    assert named == {f"TRACKER_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("name", sources.names())
def test_every_key_that_a_source_may_use_stands_in_the_example(name: str) -> None:
    source = sources.load(name)

    named = set(re.findall(r"^#(TRACKER_[A-Z0-9_]+)=$", EXAMPLE.partition(KEYS)[2], re.MULTILINE))

    assert {f"TRACKER_{need}" for need in (*source.needs, *getattr(source, "takes", ()))} <= named


def test_every_source_stands_in_the_table_of_sources() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE))

    assert set(sources.names()) <= named


def test_what_each_source_of_posts_can_say_of_what_is_gone_is_described() -> None:
    table = re.findall(
        r"^\| ((?:`\w+`(?:, )?)+) \|",
        (ROOT / "docs" / "changes.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    live = {
        name
        for name in sources.names()
        if sources.live(sources.load(name)) and sources.load(name).kind == "posts"
    }

    assert live <= set(re.findall(r"`(\w+)`", " ".join(table)))


def test_every_column_of_the_lake_is_described() -> None:
    from tracker.store.lake_sql import SCHEMAS

    described = (ROOT / "docs" / "lake.md").read_text(encoding="utf-8")
    missing = {
        (table, column)
        for table, schema in SCHEMAS.items()
        for column in schema.names
        if f"`{column}`" not in described
    }

    assert missing == set()


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "seeds/README.md",
        "docs/lake.md",
        "docs/access.md",
        "docs/alerts.md",
        "docs/measures.md",
        "docs/coding.md",
        "docs/topics.md",
    ],
)
def test_links_and_paths_in_the_documents_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")

    linked = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]

    assert [target for target in linked if not ((ROOT / name).parent / target).exists()] == []
