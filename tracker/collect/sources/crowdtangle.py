"""Tables of CrowdTangle, which Meta closed on 14 August 2024: posts of Facebook pages and groups, and of Instagram.

Its files stay in researchers' hands. Numbers are those of the day of the export; followers "at posting" are kept with the
post. Times bear the short name of the zone that the team had set.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker.collect.crowdtangle_cells import FACEBOOK, INSTAGRAM, Clock, prepared
from tracker.collect.moments import stated_zone
from tracker.collect.post_columns import Table
from tracker.collect.post_files import PERIOD, PostFile, opened
from tracker.domain import Parsed, Record, Release, Scope
from tracker.errors import BadInput

name = "crowdtangle"
platform = "several"
kind = "posts"
needs: tuple[str, ...] = ()
per_minute = 0
origin = "a 'Historical Data' export of CrowdTangle as CSV (closed since August 2024)"
required = ("user name", "post created", "url")
release: Release | None = None
matched = False
scope = {
    "exported_at": "when the export was made, YYYY-MM-DD or with a time (UTC)",
    "zone": "the zone that the team had set, such as America/Chicago, where its short name means several",
    **PERIOD,
}


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield a post for each row, and the pages with what they said of themselves where the day of the export is stated."""
    first, found = opened(records)
    columns = FACEBOOK if not first or _is_facebook(first) else INSTAGRAM
    table = Table(columns, PostFile(name, scope), scope, Clock(stated_zone(scope)))
    yield from table.parsed(map(prepared, found))


def _is_facebook(first: Mapping[str, Any]) -> bool:
    """Tell the two tables apart; raise `BadInput` for one that is neither."""
    names = {" ".join(column.casefold().split()) for column in first}
    if names & {"facebook id", "page name", "group name"}:
        return True
    if "account" not in names:
        raise BadInput(
            "neither 'Page Name' nor 'Account': not CrowdTangle's table of Facebook or Instagram", line=1
        )
    return False
