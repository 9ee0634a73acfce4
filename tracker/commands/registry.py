"""The registry at the command line: seeds, accounts, suspects."""

import os
from pathlib import Path

import click

from tracker import console
from tracker.commands.shared import format_option, lake_of, now, record_of, refresh_mirror, settings_of


@click.group()
def seeds() -> None:
    """The seed list: accounts, brands and organisations with the documents that name them."""


@seeds.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.pass_context
def seeds_check(context: click.Context, folder: Path | None) -> None:
    """Validate the seed files; say every problem with its file and line."""
    from tracker.registry.seedlist import load_codebook, load_seeds

    where = folder or settings_of(context).seeds
    found = load_seeds(where)
    codebook = load_codebook(where / "codebook.yml")
    console.say(
        f"{len(found.documents)} documents, {len(found.organisations)} organisations, {len(found.brands)} brands, "
        f"{len(found.accounts)} accounts, {len(found.claims)} claims, codebook v{codebook.version} "
        f"with {len(codebook.codes)} codes: no problem found"
    )


@seeds.command("load")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.pass_context
def seeds_load(context: click.Context, folder: Path | None) -> None:
    """Load the seed list; loading it again changes nothing."""
    from tracker import desk

    settings = settings_of(context)
    engine = record_of(settings)
    console.say(f"seeds: {desk.load_seeds(engine, folder or settings.seeds, now=now())}")
    refresh_mirror(engine, settings)


@click.group()
def accounts() -> None:
    """The accounts that are watched, and who is said to stand behind them."""


@accounts.command("list")
@click.option("--status", help="Only this status, such as accepted or suspected.")
@format_option()
@click.pass_context
def accounts_list(context: click.Context, status: str | None, form: str) -> None:
    """List the accounts with their status and attribution."""
    from tracker import findings

    asked = findings.parse_options("accounts", {"status": status} if status else {})
    console.print_finding(findings.run("accounts", lake_of(settings_of(context)), asked), form)


@accounts.command("show")
@click.argument("account")
@format_option("json")
@click.pass_context
def accounts_show(context: click.Context, account: str, form: str) -> None:
    """Show one account, such as x:ichongqing_cimc, or a brand, with its claims and documents."""
    from tracker import desk

    shown = desk.show_account(record_of(settings_of(context)), account)
    console.print_rows([shown], tuple(shown), form)


@click.group()
def suspects() -> None:
    """Suspicions that people brought in; each waits for a review and counts nowhere."""


@suspects.command("add")
@click.argument("address_or_handle")
@click.option("--platform", help="When a handle is given instead of an address.")
@click.option("--reason", required=True, help="Why it is suspected.")
@click.option("--document-url", help="Address of a document that says so.")
@click.option("--document-title", help="Title of the document.")
@click.option("--document-publisher", help="Who published it.")
@click.option("--document-date", help="When, YYYY-MM-DD.")
@click.option("--relation", help="The relation that is suggested, such as operated_by.")
@click.option("--operator", help="The body that is suggested.")
@click.option("--rival", help="What else could explain it.")
@click.option(
    "--by", "submitted_by", default=lambda: os.environ.get("USER", "command line"), help="Who says so."
)
@format_option("json")
@click.pass_context
def suspects_add(context: click.Context, /, form: str, **fields: str | None) -> None:
    """Add a suspect, as the form of the dashboard does."""
    from tracker import desk

    settings = settings_of(context)
    engine = record_of(settings)
    given = {name: value for name, value in fields.items() if value}
    added = desk.add_suspect(engine, given, now=now())
    console.print_rows([console.plain(added)], None, form)
    refresh_mirror(engine, settings)


@suspects.command("list")
@format_option()
@click.pass_context
def suspects_list(context: click.Context, form: str) -> None:
    """List the suspicions, latest first."""
    from tracker import desk

    console.print_rows(desk.list_suspects(record_of(settings_of(context))), None, form)
