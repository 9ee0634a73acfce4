"""The Facebook and Instagram ads of the Internet Research Agency, as the US House Intelligence Committee released them.

JSON lines with `created`, `url`, `targets[]` and the rest, as parsed from the released PDFs (umd-mith/irads). The set
is that of 2015 to 2017: a later date comes from a parsing error and is kept apart.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from tracker.collect.cells import number_in, text_in
from tracker.collect.targeting_cells import criterion
from tracker.domain import (
    Ad,
    Document,
    Listing,
    Metric,
    Organisation,
    Parsed,
    Polarity,
    Quarantined,
    Record,
    Release,
    Scope,
    Target,
)
from tracker.errors import BadInput

name = "ira_ads"
platform = "facebook"
kind = "ads"
needs: tuple[str, ...] = ()
per_minute = 0
origin = "the release of 10 May 2018, as JSON lines (one ad a line; .jsonl or .jsonl.gz)"
required = ("id", "created", "targets", "url")
matched = False
scope: dict[str, str] = {}
RELEASED = datetime(2018, 5, 10, tzinfo=UTC)
FIRST, LAST = date(2015, 1, 1), date(2017, 12, 31)
release = Release(
    document=Document(
        id="hpsci-ira-ads",
        publisher="US House Permanent Select Committee on Intelligence",
        title="Social media advertisements of the Internet Research Agency, 2015-2017",
        published_on=RELEASED.date(),
        url=None,
        reliability="A",
        note="3,517 redacted PDFs handed over by Facebook; text and targeting as parsed by umd-mith/irads",
    ),
    organisation=Organisation(
        id="internet-research-agency",
        name="Internet Research Agency",
        kind="company",
        native_name="Агентство интернет-исследований",
        place="Saint Petersburg",
        country="RU",
        aliases=("IRA",),
    ),
    predicate="pays_for",
    place="landing page of at least one ad in the release",
    says="Facebook handed the ads over as bought by the Internet Research Agency; this page is where they led",
    platforms=("facebook", "instagram"),
    rival="A landing page that the agency only advertised, without running it",
)


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the release as one listing and its ads; an ad dated outside 2015 to 2017 is quarantined."""
    listing = Listing("ira_ads", observed_at=scope.observed_at, covers_from=FIRST, covers_to=LAST)
    yield listing
    for record in records:
        values = record.values
        shown = _day(record, "created")
        if shown is not None and not FIRST <= shown <= LAST:
            yield Quarantined(
                record.line, "created", f"dated {shown}, outside the set's 2015 to 2017", values
            )
            continue
        ended = _day(record, "ended")
        yield Ad(
            listing=listing,
            key=_key(record),
            account=None,
            payer=release.organisation.name,
            text=(text_in(record, "text") or "").strip() or None,
            landing_url=text_in(record, "url"),
            first_shown=shown,
            last_shown=ended,
            metrics=tuple(_metrics(record)),
            targets=tuple(_target(record, entry) for entry in _entries(record)),
            extra={key: words for key in ("pdf", "image") if (words := text_in(record, key))},
            line=record.line,
        )


def _key(record: Record) -> str:
    value = record.values.get("id")
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).strip():
        raise BadInput(f"{str(value)[:40]!r} is not an id", line=record.line, field="id")
    return str(value)


def _day(record: Record, field: str) -> date | None:
    """Return the day as printed, in the offset of the release; the month of an ad is that of its printed day."""
    text = record.values.get(field)
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).date()
    except (TypeError, ValueError) as error:
        raise BadInput(f"{text!r} is not an ISO 8601 time", line=record.line, field=field) from error


def _metrics(record: Record) -> Iterator[Metric]:
    currency = text_in(record, "spend_currency") or "currency not given"
    if (impressions := number_in(record, "impressions")) is not None:
        yield Metric(
            "impressions", impressions, impressions, "impressions", str(record.values["impressions"])
        )
    if (clicks := number_in(record, "clicks")) is not None:
        yield Metric("clicks", clicks, clicks, "clicks", str(record.values["clicks"]))
    if (spend := number_in(record, "spend_amount")) is not None:
        yield Metric("spend", spend, spend, currency, str(record.values["spend_amount"]))


def _entries(record: Record) -> list[Any]:
    entries = record.values.get("targets")
    if entries is None or isinstance(entries, list):
        return entries or []
    raise BadInput(f"found {type(entries).__name__}, expected a list", line=record.line, field="targets")


def _target(record: Record, entry: Any) -> Target:
    """Read one criterion; its value is the whole published path, because the same word under two paths is two criteria."""
    if (
        not isinstance(entry, dict)
        or not isinstance(entry.get("name"), str)
        or not isinstance(entry.get("category"), str)
    ):
        raise BadInput("a target without category and name", line=record.line, field="targets")
    polarity: Polarity = "exclude" if entry["category"].startswith("exclude") else "include"
    return criterion(entry["category"], entry["name"], polarity, entry["name"])
