"""Payers on the page about ads: from when to when each paid, and who paid for several accounts."""

from markupsafe import Markup

from dashboard import components, data, tables, words
from tracker import charts
from tracker.findings import Finding

SHOWN = 8


def over_time(payers: Finding, coverage: Finding, *, account: str | None, group: str) -> None:
    """Draw a lane a payer below each account, with a dashed rule where a payer is new."""
    if not any(row["first_shown"] for row in payers.rows):
        components.empty("No day was published", "Nothing says when these payers paid.", small=True)
        return
    changes = data.finding("changes", kinds="payer_new", account=account, group=group)
    brands = data.brands()
    rows = [{**row, "name": words.account(row, brands)} for row in payers.rows]
    components.chart(
        charts.payer_lanes(
            rows,
            as_of=payers.as_of,
            n=payers.n,
            changes=changes.rows,
            coverage=coverage.rows,
            look=components.look(),
        ),
        key="payer-lanes",
        alt="From when to when each payer paid for the ads of each account",
    )
    components.caption(
        "A payer is not an operator.",
        f"In brackets the ads of each. A dashed rule stands at the first day shown under a new name; "
        f"{words.count(len(changes.rows), 'such change was', 'such changes were')} recorded between two exports. "
        "Between its first and its last day a payer need not have paid all the time.",
    )
    components.rows(changes, key="payer-changes", label="New payers as recorded")


def shared(finding: Finding) -> None:
    """List the payers of several accounts, as a lead; or say that there is none among those counted."""
    if not finding.rows:
        components.empty(
            "No payer is shared by two accounts",
            "Of the ads counted here, no two accounts name the same payer. The name of an agency would not show the client.",
            small=True,
        )
        return
    brands = data.brands()
    body = []
    for row in finding.rows[:SHOWN]:
        named = [
            Markup("{} ({:,})").format(
                tables.account_link(
                    account, words.account({"account": account, "account_status": status}, brands)
                ),
                ads,
            )
            for account, status, ads in zip(
                row["accounts"][:4], row["account_statuses"], row["ads_each"], strict=False
            )
        ]
        left = len(row["accounts"]) - len(named)
        more = Markup("<br>and {:,} more").format(left) if left > 0 else Markup("")
        body.append(
            (
                tables.shown(row["payer"]),
                Markup("<br>").join(named) + more,
                Markup("{}<br>{}").format(words.day(row["first_shown"]), words.day(row["last_shown"])),
            )
        )
    components.table(
        tables.html(("payer", "accounts (ads)", "first, last shown"), body, classes=("", "", "keep"))
    )
    components.caption(
        "A lead, not evidence.", "An agency places ads for clients who need not know each other."
    )
    components.rows(finding, key="shared-payers", label="All shared payers")
