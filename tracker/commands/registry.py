"""The registry at the command line: seeds, accounts, suspects."""

import os
from pathlib import Path

import click

from tracker import console
from tracker.commands.shared import format_option, lake_of, now, record_of, refresh_mirror, settings_of, write


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
        f"{len(found.accounts)} accounts, {len(found.claims)} claims, {len(found.figures)} figures, codebook v{codebook.version} "
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


@suspects.command("review")
@click.argument("suspect")
@click.option("--decision", required=True, help="under_review, accepted, rejected or withdrawn.")
@click.option("--by", required=True, help="Who decides; to accept, nobody who brought the account in.")
@click.option("--reason", help="Why; needed for rejected and withdrawn.")
@click.option("--rival", help="What else could explain it; needed for accepted.")
@click.option("--relation", help="operated_by, part_of or supervised_by, where the suspicion does not say.")
@click.option("--operator", help="The body, where the suspicion does not say.")
@click.option("--kind", help="Of the evidence: documented, technical, behavioural or contextual.")
@click.option("--credibility", help="Of the statement, 1 (confirmed) to 6 (cannot be judged).")
@click.option("--place", help="Where in the document it stands.")
@click.option("--says", help="What the document says, in your words.")
@format_option("json")
@click.pass_context
def suspects_review(context: click.Context, /, form: str, **fields: str | None) -> None:
    """Decide about a suspicion; every step stays in the audit trail."""
    from tracker import reviewdesk

    write(context, reviewdesk.review, fields, form)


@suspects.command("queue")
@format_option()
@click.pass_context
def suspects_queue(context: click.Context, form: str) -> None:
    """List the accounts that wait for a decision, the longest first."""
    from tracker import reviewdesk

    rows = reviewdesk.review_queue(record_of(settings_of(context)))
    short = ("account", "status", "since", "proposers", "suspicions", "steps")
    console.print_rows([{name: row[name] for name in short} for row in rows], short, form)


@click.group()
def claims() -> None:
    """Who is said to stand behind whom, on what evidence, and what was answered."""


@claims.command("list")
@click.argument("account", required=False)
@format_option()
@click.pass_context
def claims_list(context: click.Context, account: str | None, form: str) -> None:
    """List the claims, all or those about an account or a brand, with grade, dispute, withdrawal and objections."""
    from tracker import desk

    engine = record_of(settings_of(context))
    rows = desk.claims_of(engine, account) if account else desk.list_claims(engine)
    short = (
        "id", "subject", "predicate", "object", "grade", "disputed", "withdrawn", "objections", "publisher", "title",
        "place", "says", "rival", "analyst",
    )  # fmt: skip
    console.print_rows([{name: row[name] for name in short} for row in rows], short, form)


@claims.command("withdraw")
@click.argument("claim")
@click.option("--by", required=True, help="Who withdraws it.")
@click.option("--reason", required=True, help="Why.")
@format_option("json")
@click.pass_context
def claims_withdraw(context: click.Context, /, form: str, **fields: str | None) -> None:
    """Withdraw a claim; it stays, marked as withdrawn, and attributes nothing any more."""
    from tracker import reviewdesk

    write(context, reviewdesk.withdraw_claim, fields, form)


@claims.command("object")
@click.argument("claim")
@click.option("--objector", required=True, help="Who objects.")
@click.option("--words", required=True, help="In what words.")
@click.option("--received-on", required=True, help="When, YYYY-MM-DD.")
@click.option("--by", required=True, help="Who writes it down.")
@click.option("--document-url", help="Address of a document with the objection.")
@click.option("--document-title", help="Its title.")
@click.option("--document-publisher", help="Who published it.")
@click.option("--document-date", help="When, YYYY-MM-DD.")
@format_option("json")
@click.pass_context
def claims_object(context: click.Context, /, form: str, **fields: str | None) -> None:
    """Attach an objection (right of reply) to a claim."""
    from tracker import reviewdesk

    write(context, reviewdesk.object_to_claim, fields, form)
