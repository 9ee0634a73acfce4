"""What each ad repository publishes of the list in Art. 39(2) of the Digital Services Act, with the words why: data.

Regulation (EU) 2022/2065. As the platforms' documents and public audits told by November 2026; what none of them tells
is `not known`. A cell speaks of the interface or file that the source of that name reads, not of the platform's web page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

State = Literal["published", "in part", "not", "not known"]
AS_OF = "2026-11"
REQUIREMENTS: Mapping[str, str] = {
    "a": "content of the ad, with the name of the product or brand and the subject matter",
    "b": "on whose behalf it is presented",
    "c": "who paid, if that is another",
    "d": "the period in which it was presented",
    "e": "whether it was meant for groups, and the main parameters, exclusion included",
    "f": "commercial communications of users (Art. 26(2))",
    "g": "recipients reached, in total and by Member State",
}
"""The letters of Art. 39(2), shortened."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether a repository publishes one of the things asked, and the words why we say so."""

    state: State
    why: str


def _all(**cells: str) -> dict[str, Cell]:
    """Read cells written as `state: why`."""
    return {letter: _cell(*text.split(": ", 1)) for letter, text in cells.items()}


def _cell(state: str, why: str) -> Cell:
    known: dict[str, State] = {
        "published": "published",
        "in part": "in part",
        "not": "not",
        "not known": "not known",
    }
    return Cell(known[state], why)


NOT_READ = "not known: no document read for this table speaks of it"
PUBLISHED: Mapping[str, Mapping[str, Cell]] = {
    "x_ads": _all(
        a="in part: the export gives the address of the post, neither its words nor brand or subject",
        b="in part: the advertiser's displayed name, without handle or id",
        c="in part: the funding entity as X holds it; a natural person's name may be withheld",
        d="published: start and end date of each row",
        e="in part: segments targeted and excluded; audits found them often empty, and the cells are not documented",
        f="not known: a file of its own is linked on the page; the one request on record was answered 404",
        g="in part: impressions and reach for one country an export; whether of the range asked or of all time is not said",
    ),
    "meta_ads": _all(
        a="published: texts, titles and captions of each version; a subject only by the political or issue label",
        b="published: the beneficiary, apart from the payer, for ads that reached the EU",
        c="published: the payer, earlier ones too",
        d="published: start and stop of delivery",
        e="in part: ages, gender and places with their exclusions; interests and audiences are not given",
        f=NOT_READ,
        g="published: accounts reached in the EU, and by country, age and gender",
    ),
    "meta_ad_report": _all(
        a="not: rows are of advertisers, not of ads",
        b="in part: page and page id, for political and issue ads only",
        c="in part: the disclaimer, which is missing where an ad ran without one",
        d="in part: the span of the report, not that of an ad",
        e="not: the report has no targeting",
        f="not: political and issue ads only",
        g="not: spend as a range and a number of ads, no recipients",
    ),
    "tiktok_ads": _all(
        a="in part: title and video, by addresses that expire",
        b="in part: the business name, often the agency's",
        c="published: paid for by",
        d="published: first and last day shown",
        e="in part: country, age, gender, interests and interactions; lists of customers only as yes or no",
        f="in part: an interface of its own, that cannot be joined with the ads; this source does not ask it",
        g="in part: viewers as rounded numbers or ranges, by country",
    ),
    "google_ads": _all(
        a="in part: format, topic and the address of the ad's page; no words",
        b="published: disclosed and legal name; the legal one is empty where nobody was verified",
        c="in part: a column for who funded it, mostly empty",
        d="published: first and last day by region; what is older than 1 March 2023 reads as that day",
        e="in part: only which kinds of criteria were used, to include or to exclude, no values",
        f=NOT_READ,
        g="in part: bounds of impressions by country and surface, of all time; not recipients",
    ),
    "google_political": _all(
        a="not: the sheet names advertisers and no ad",
        b="in part: the advertiser's name and its numbers with tax and election authorities",
        c="in part: the sum that an advertiser spent, in whole hundreds; no other payer is named",
        d="not: the sheet counts from its beginning on",
        e="not: no targeting",
        f="not: ads that Google sold",
        g="not: no number of people",
    ),
    "linkedin_ads": _all(
        a="in part: the address of the ad's page; no words in the interface",
        b="published: name and address of the advertiser",
        c="published: the payer by name",
        d="in part: first and latest impression, for ads that the EU could see",
        e="in part: facets with inclusion and exclusion; values for place and language alone",
        f=NOT_READ,
        g="in part: impressions as a range and shares by country, for ads that the EU could see",
    ),
    "microsoft_ads": _all(
        a="published: title, description and landing address",
        b="published: the advertiser; one company may stand under many ids",
        c="published: paid for by",
        d="published: start and end date",
        e="in part: five types of targets, and whether used to exclude; no values",
        f=NOT_READ,
        g="in part: impressions as a range and shares by country; not recipients",
    ),
    "snap_ads": _all(
        a="published: headline, media and landing address",
        b="in part: names of the profile and of the ad account",
        c="published: the paying advertiser",
        d="in part: the first day, no last one",
        e="in part: ages, languages, other demographics and devices",
        f="in part: a search of its own; the sponsor was empty in about 92 of 100 answers. This source does not ask it",
        g="in part: exact impressions by country; not recipients",
    ),
    "snap_sponsored": _all(
        a="in part: the address of the post and its kind, no words and no subject",
        b="in part: the sponsor, who is named in about one of ten",
        c="not: who paid is not named",
        d="not: no day; a post is listed as long as it is live",
        e="not: these are posts, aimed at nobody in particular",
        f="published: what creators declared as commercial, by creator, while it is live",
        g="not: no number of people",
    ),
    "snap_political": _all(
        a="in part: the address of the media and of the landing page; political ads only",
        b="published: organisation, and candidate or ballot",
        c="published: the paying advertiser",
        d="published: start and end date",
        e="published: places, ages, interests and segments, included and excluded, in 34 columns",
        f="not: political ads only",
        g="in part: impressions and spend; not recipients, and one country a row",
    ),
}  # fmt: skip
"""What each source's repository publishes, by the name of the source and the letter."""
