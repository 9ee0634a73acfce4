"""The CSV that the X Ads Repository gives out for one account, one country and one range of days.

Read by its published header (seen on an empty export of 2026-10-02). No public copy of a filled export is known:
the grammar of its cells is read in several ways, and what fits none stays visible as `unparsed`. X gives no text: a
researcher may add a column `Post text` with the words of the promoted post. A person makes the export by hand, or the
documented interface makes it, which takes minutes. An answer that the page itself reads (JSON, 2026) may be saved and read too.
"""

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Literal

from tracker.collect import csvrows, x_answers, x_cells, x_export
from tracker.collect.answers import records_of
from tracker.collect.cells import posted_at
from tracker.collect.sources import Client
from tracker.collect.targeting_cells import targets
from tracker.domain import Ad, Listing, Notice, Page, Parsed, Record, Release, Scope
from tracker.errors import BadInput

name = "x_ads"
platform = "x"
kind = "ads"
needs: tuple[str, ...] = ("X_BEARER_TOKEN",)
hosts = ("api.twitter.com", "api.x.com", "ton.twitter.com", "ton.x.com", "ads.twitter.com", "ads.x.com")
per_minute = 6
origin = "https://ads.x.com/ads-repository, 'Export' (made by hand; no key is needed)"
release: Release | None = None
matched = True
wants = ("country", "from", "to")
question = x_export.question
scope = {
    "handle": "the account asked about, without @",
    "account": "or the account's id here, such as x:~china-says, when its handle is not published",
    "country": "the country asked about, two letters; an export names none in its rows",
    "from": "first day asked about, YYYY-MM-DD",
    "to": "last day asked about, YYYY-MM-DD",
    "exported_at": "when the export was made, YYYY-MM-DD or with a time (UTC)",
    "user": "the account's number, by which the export interface is asked",
    "create_operation": "the operation that makes an export, when X has changed it",
    "status_operation": "the operation that tells how far it is, when X has changed it",
}

required = ("advertiser name", "funding entity", "creative", "start date", "targeted segments")
other_form = x_answers.FORM

_POLLS, _TOLD = 90, 6


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the rows of an export, or the ads of an answer in JSON; a status or a refusal has none."""
    if body.lstrip()[:1] in (b"{", b"["):
        return (
            record
            for record in records_of(body, "ads")
            if not {"data", "errors", "error"} & set(record.values)
        )
    try:
        return csvrows.records(io.StringIO(body.decode("utf-8-sig"), newline=""), len(body) + 1)
    except UnicodeDecodeError as error:
        raise BadInput(f"byte {error.start} is not UTF-8") from error


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield one listing, then an ad per row; unknown columns are kept in `extra` and named once."""
    rows = iter(records)
    first = next(rows, None)
    listing = _listing(scope, "rows" if first else "empty_unverified")
    if first and x_answers.is_one(first):
        yield from x_answers.parse(chain([first], rows), scope, listing)
        return
    yield listing
    if first is None:
        yield Notice("the export holds no row: X says that this may mean no ads, and it is not taken as none")
        return
    yield from x_cells.about_header(first, required)
    unread: list[str] = []
    whose = x_cells.Whose(scope)
    for record in chain([first], rows):
        cells = x_cells.cells_of(record)
        x_cells.check_not_glued(cells, record.line)
        whose.saw(cells.get("creative", ""))
        if (out := x_cells.impossible(cells, record, scope)) is not None:
            yield out
            continue
        ad = _ad(cells, record, listing, scope)
        yield ad
        if len(unread) < _TOLD:
            unread += x_cells.unread(ad.metrics, record.line)
    yield from whose.verdict()
    if unread:
        told = ", ".join(unread[: _TOLD - 1]) + (" …" if len(unread) >= _TOLD else "")
        yield Notice(f"not read as numbers for certain, kept as published: {told}")


def _listing(scope: Scope, outcome: Literal["rows", "empty_unverified"]) -> Listing:
    account = scope.account
    if account is None:
        raise BadInput(
            "an X export does not say whose ads it holds; give --scope handle=NAME (or account=ID)"
        )
    country = scope.values.get("country", "").upper() or None
    first, last = (x_cells.asked_day(scope, key) for key in ("from", "to"))
    return Listing(
        series=f"x_ads|{account.key}|{country or '?'}", observed_at=scope.observed_at, account=account, country=country,
        covers_from=first, covers_to=last, outcome=outcome,
    )  # fmt: skip


def _ad(cells: dict[str, str], record: Record, listing: Listing, scope: Scope) -> Ad:
    creative = cells.get("creative")
    first_shown = x_cells.day(cells, "start date", record.line)
    if not creative:
        raise BadInput(
            "the cell is empty; a row without a creative cannot be told from another",
            line=record.line,
            field="Creative",
        )
    x_cells.check_lengths(cells, record.line)
    return Ad(
        listing=listing,
        key=None,
        match=f"{creative}|{first_shown or ''}",
        account=scope.account,
        advertiser_name=cells.get("advertiser name") or None,
        payer=cells.get("funding entity") or None,
        creative_url=creative,
        text=cells.get("post text") or None,
        posted_at=posted_at(creative),
        first_shown=first_shown,
        last_shown=x_cells.day(cells, "end date", record.line),
        status=cells.get("enforcement action") or None,
        removal=" · ".join(
            filter(None, (cells.get("facts and circumstances of removal"), cells.get("statement of reason")))
        )
        or None,
        metrics=tuple(x_cells.metrics(cells, listing.country)),
        targets=targets(cells.get("targeted segments", ""), "include")
        + targets(cells.get("excluded targeting segments", ""), "exclude"),
        extra=x_cells.unknown(record),
        line=record.line,
    )


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Have an export made, ask until it is there, and fetch it; the cursor is the number of an export in the making."""
    api, headers = "https://api.twitter.com/graphql", {"Authorization": f"Bearer {credentials[needs[0]]}"}
    create, status = x_export.operations(scope)
    export = cursor
    if export is None:
        asked = x_export.question(scope)
        address = f"{api}/{create}/CreateExportReportMutation"
        answer = client.post(address, json=asked, headers=headers)
        export = x_export.export_id(answer)
        if export is None:
            outcome, words = x_export.refused(answer)
            yield Page(answer, None, outcome, message=words)
            return
        yield Page(answer, export)
    address = f"{api}/{status}/GetExportReportStatusQuery"
    for _ in range(_POLLS):
        answer = client.get(address, params={"variables": json.dumps({"exportId": export})}, headers=headers)
        state, url = x_export.status_of(answer)
        if state is None:
            outcome, words = x_export.refused(answer)
            yield Page(answer, export, outcome, message=words)
            return
        if state.casefold() in x_export.FAILED:
            yield Page(answer, export, "error", message=f"X says of the export: {state}")
            return
        if state == "Finished" and url:
            file = client.get(url)  # nothing says that the file wants the token, so it is not sent there
            outcome, said = x_export.emptiness(file)
            yield Page(file, None if file.status == 200 else export, outcome, message=said)
            return
    yield Page(answer, export, "throttled", message=f"the export is not ready yet ({state}); ask again later")
