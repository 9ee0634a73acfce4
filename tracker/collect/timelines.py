"""The listings of an account's posts and profile, as every source of posts makes them. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.collect.cells import read_date
from tracker.domain import AccountRef, Listing, Outcome, Scope
from tracker.errors import BadInput


@dataclass(frozen=True, slots=True)
class Timeline:
    """What one question about one account of one source makes its listings from.

    `asked` tells apart questions whose answers cannot be compared, such as the feeds of one site.
    """

    source: str
    scope: Scope
    account: AccountRef
    asked: str = "*"

    def profile(self) -> Listing:
        """Return the listing of a profile, which shows nothing else."""
        return Listing(f"{self.source}|{self.account.key}|profile", self.scope.observed_at, self.account)

    def posts(self, *, outcome: Outcome = "rows", complete_since: datetime | None = None) -> Listing:
        """Return the listing of posts; `complete_since` only where the platform's list has no holes."""
        first, last = (read_date(self.scope.values.get(name, "")) for name in ("from", "to"))
        return Listing(
            f"{self.source}|{self.account.key}|{self.asked}", self.scope.observed_at, self.account,
            covers_from=first, covers_to=last, outcome=outcome, complete_since=complete_since,
        )  # fmt: skip


def account_in(scope: Scope, what: str) -> AccountRef:
    """Return the account that is asked about; refuse a question about nobody in words that say what is expected."""
    if scope.account is None:
        raise BadInput(f"nobody is asked about; give {what}", field="--scope account")
    return scope.account


def since(scope: Scope, *, days: int) -> datetime:
    """Return the beginning of the first day that is asked about, by default so many days back."""
    day = read_date(scope.values.get("from", "")) or (scope.observed_at - timedelta(days=days)).date()
    return datetime(day.year, day.month, day.day, tzinfo=scope.observed_at.tzinfo)
