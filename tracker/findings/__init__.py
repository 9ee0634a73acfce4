"""Tables that answer a reader's question, each with *as of*, n, coverage and method.

`parse_options` checks what is asked, `run` answers it; `NAMES` says what can be asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tracker.analysis.tables import Lake
from tracker.errors import BadInput
from tracker.findings import (
    ads,
    advertisers,
    bodies,
    bursts,
    copied,
    coverage,
    creatives,
    drift,
    effects,
    languages,
    looks,
    mentions,
    payers,
    posts,
    registry,
    reliable,
    repositories,
    sensitive,
    shift_points,
    shifts,
    silences,
    targeting,
    topics,
)
from tracker.findings.facets import facet_counts
from tracker.findings.finding import Finding
from tracker.findings.options import Options, Period, read_options
from tracker.findings.question import Question, ask

__all__ = ["NAMES", "Finding", "FindingHelp", "Options", "Period", "facet_counts", "parse_options", "run"]


@dataclass(frozen=True, slots=True)
class FindingHelp:
    """What a finding answers, which options it understands, and what `by` may name there."""

    help: str
    options: tuple[str, ...]
    by: tuple[str, ...] = ()


_TIME = ("since", "until", "account", "group")
_WHOSE = ("operator", "language")
_ADS = (*_TIME, "source", "country", "payer", "code", "coder", "text", "limit")

NAMES: Mapping[str, FindingHelp] = {
    "ads-per-month": FindingHelp(
        "how many ads were first shown each month", (*_ADS, "by"), ("account", "payer", "repository")
    ),
    "payers": FindingHelp("who paid for whose ads, from when to when", _ADS),
    "payer-candidates": FindingHelp("which bodies the names of payers may be, for a person to judge", _ADS),
    "shared-payers": FindingHelp("payers of several accounts: a lead, not evidence", _ADS),
    "topics": FindingHelp(
        "the share of items with each code, and the uncoded part",
        (*_ADS, *_WHOSE, "by", "items", "level"),
        ("month", "week", "day", "account"),
    ),
    "mentions": FindingHelp(
        "the share of items that name any of some words, exactly",
        (*_TIME, *_WHOSE, "outlet", "source", "terms", "items", "by", "limit"),
        ("month", "week", "day"),
    ),
    "reliability": FindingHelp("how far coders agree beyond chance on each code", ("items", "level", "limit")),
    "targeting": FindingHelp(
        "ads by targeting criterion, included and excluded apart",
        (*_ADS, "by", "kinds", "polarity"),
        ("month", "total"),
    ),
    "targeting-shift": FindingHelp(
        "how far the targeting of consecutive periods differs, against chance",
        ("periods", "kinds", "polarity", "account", "group", "source", "country", "payer", "code", "coder", "text", "limit"),
    ),
    "shift-points": FindingHelp(
        "when the share of a code or of words changed, by tests that are not told where to look",
        (*_TIME, *_WHOSE, "outlet", "source", "country", "payer", "code", "terms", "coder", "text", "items", "by", "limit"),
        ("month", "week", "day", "account", "operator", "language"),
    ),
    "drift": FindingHelp(
        "which fields came or went in the answers of a source, each once", ("source", "limit")
    ),
    "bursts": FindingHelp(
        "in which days, weeks or months more was published than the others lead one to expect",
        (*_TIME, *_WHOSE, "outlet", "source", "country", "payer", "coder", "text", "items", "by", "limit"),
        ("month", "week", "day"),
    ),
    "effect": FindingHelp(
        "what changed for an account with a dated event, beyond what changed for a control",
        ("at", "event", "account", "control", "outlet", "since", "until", "source", "code", "terms", "coder", "text", "items", "by", "limit"),
        ("month", "week", "day"),
    ),
    "ad-reports": FindingHelp(
        "what reports on advertisers say of whom, and which reports do not list an account",
        ("since", "until", "account", "group", "country", "limit"),
    ),
    "advertisers": FindingHelp(
        "who is listed in reports on advertisers, in how many of them, and what the last one says",
        ("since", "until", "account", "group", "country", "text", "limit"),
    ),
    "audiences": FindingHelp("whose followers, fans and their look-alikes were sought, by whom", (*_ADS, "polarity")),
    "sensitive-targeting": FindingHelp(
        "criteria that may stand for a sensitive category, never a verdict", (*_ADS, "kinds", "polarity")
    ),
    "ads": FindingHelp("the ads themselves, the latest first", (*_ADS, *_WHOSE, "terms")),
    "posts": FindingHelp(
        "the posts themselves, the latest first",
        (*_TIME, *_WHOSE, "outlet", "source", "code", "coder", "terms", "text", "limit"),
    ),
    "creatives": FindingHelp("ads that say nearly the same, each group with its earliest text", _ADS),
    "copies": FindingHelp(
        "near-copies that several accounts published: who said nearly the same, and when each did first",
        (*_TIME, "source", "text", "items", "limit"),
    ),
    "languages": FindingHelp(
        "in which languages items are written, with how sure that is",
        (*_TIME, "outlet", "source", "country", "payer", "code", "coder", "text", "items", "by", "limit"),
        ("account",),
    ),
    "landing-domains": FindingHelp("the domains that ads lead to, defanged and never opened", _ADS),
    "posts-per-month": FindingHelp(
        "how many posts were published each month",
        (*_TIME, "source", "code", "coder", "text", "limit", "by"),
        ("account", "repository", "section"),
    ),
    "changes": FindingHelp("what changed between observations, oldest first", (*_TIME, "kinds", "limit")),
    "coverage": FindingHelp(
        "on which days each account was asked for, and what came",
        (*_TIME, "operator", "source", "by", "limit"),
        ("day", "month"),
    ),
    "silences": FindingHelp(
        "since when an account is silent, and since when we stopped seeing it", (*_TIME, "source", "limit")
    ),
    "repository-coverage": FindingHelp(
        "what each ad repository publishes of DSA Art. 39(2), and how many ads held have it", ("source", "limit")
    ),
    "accounts": FindingHelp("the accounts of the registry and who attributed them", ("account", "group", "status", "limit")),
    "labels": FindingHelp(
        "which label platforms gave each account, from when to when it was seen so", ("since", "until", "account", "group", "limit")
    ),
    "disclosures": FindingHelp(
        "whether each account names its operator, from when to when it was seen so",
        ("since", "until", "account", "group", "limit"),
    ),
    "organisations": FindingHelp("the bodies behind the accounts, where they sit and who stands above them", ("kinds", "limit")),
    "figures": FindingHelp("what documents count, beside what the registry knows of it", ("limit",)),
}  # fmt: skip

_MAKERS: Mapping[str, Callable[[Question], Finding]] = {
    "ads-per-month": ads.ads_per_month,
    "payers": ads.who_paid,
    "payer-candidates": payers.candidates,
    "shared-payers": payers.shared,
    "topics": topics.shares,
    "mentions": mentions.named,
    "reliability": reliable.agree,
    "targeting": targeting.criteria,
    "targeting-shift": shifts.shifts,
    "shift-points": shift_points.shift_points,
    "bursts": bursts.periods,
    "effect": effects.effect,
    "ad-reports": advertisers.reported,
    "drift": drift.drifted,
    "advertisers": advertisers.directory,
    "audiences": targeting.sought,
    "sensitive-targeting": sensitive.may_stand_for,
    "ads": ads.ad_rows,
    "posts": posts.post_rows,
    "creatives": creatives.near_copies,
    "copies": copied.across_accounts,
    "languages": languages.spoken,
    "landing-domains": creatives.landing_domains,
    "posts-per-month": ads.posts_per_month,
    "changes": registry.seen_changes,
    "coverage": coverage.asked_and_answered,
    "silences": silences.stopped,
    "repository-coverage": repositories.published,
    "accounts": registry.directory,
    "labels": looks.labels,
    "disclosures": looks.disclosures,
    "organisations": bodies.directory,
    "figures": bodies.figures,
}


def parse_options(name: str, raw: Mapping[str, str]) -> Options:
    """Read the options of a finding from text; raise `BadInput` that names the option and what was expected."""
    known = _known(name)
    return read_options(raw, allowed=known.options, by=known.by)


def run(name: str, lake: Lake, options: Options | None = None) -> Finding:
    """Return a finding; raise `BadInput` when there is none of that name or the lake cannot answer what is asked."""
    _known(name)
    asked = options or Options()
    if name in ("posts", "posts-per-month"):
        asked = replace(asked, items="post")
    return _MAKERS[name](ask(name, lake, asked))


def _known(name: str) -> FindingHelp:
    if name not in NAMES:
        raise BadInput(f"no finding {name!r}; expected one of {', '.join(NAMES)}", field="finding")
    return NAMES[name]
