"""A claim with what it rests on and what became of it, folded until somebody asks; every word of it is escaped."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard import tables, words

Claim = Mapping[str, Any]

GRADES = {"high": "green", "moderate": "blue", "low": "ochre"}
RELIABILITY = {
    "A": "reliable", "B": "usually reliable", "C": "fairly reliable", "D": "not usually reliable", "E": "unreliable",
    "F": "cannot be judged",
}  # fmt: skip
CREDIBILITY = {
    1: "confirmed", 2: "probably true", 3: "possibly true", 4: "doubtful", 5: "improbable", 6: "cannot be judged",
}  # fmt: skip
PREDICATES = {
    "operated_by": "operated by", "part_of": "part of", "supervised_by": "supervised by", "pays_for": "pays for",
    "same_as": "same as",
}  # fmt: skip


def predicate(claim: Claim) -> str:
    """Return a predicate as a reader says it."""
    return PREDICATES.get(claim["predicate"], str(claim["predicate"]).replace("_", " "))


def grade(value: str | None) -> Markup:
    """Return a grade as a badge."""
    return tables.badge(value or "not graded", GRADES.get(value or "", ""))


def dated(value: Any) -> str:
    """Return a day, or that there is none."""
    return words.day(value) if value else "no date given"


def folded(claim: Claim, *, number: int | None = None, own: frozenset[str] = frozenset()) -> Markup:
    """Return a claim as a line that opens: who says what of whom, and behind it the evidence and the answers."""
    gone = claim["withdrawn"]
    lead = Markup("<i>{}</i> ").format(number) if number else Markup("")
    stated = Markup("<s>{}</s>").format(sentence(claim, own)) if gone else sentence(claim, own)
    marks = Markup(" ").join([grade(claim["grade"]), *_marks(claim)])
    summary = Markup('<summary>{}<span class="it-said">{}</span> {} <em>{}, {} · {}</em></summary>').format(
        lead, stated, marks, claim["publisher"], dated(claim["published_on"]),
        _kinds(claim),
    )  # fmt: skip
    return Markup('<details class="it-claim">{}<div>{}</div></details>').format(summary, body(claim))


def _kinds(claim: Claim) -> str:
    """Say of what kinds the evidence is, each with how many items there are: `2 documented, 1 technical`."""
    kinds = Counter(str(item["kind"]) for item in claim["items"])
    return ", ".join(f"{number} {kind}" for kind, number in kinds.items()) or "no evidence kept"


def sentence(claim: Claim, own: frozenset[str] = frozenset()) -> Markup:
    """Return a claim as subject, predicate and object; what the page is about is left out as subject."""
    subject = "" if claim["subject"] in own else str(claim["subject_name"] or claim["subject"])
    thing = "this" if claim["object"] in own else str(claim["object_name"] or claim["object"])
    return Markup("{} {} <b>{}</b>").format(subject, predicate(claim), thing)


def body(claim: Claim) -> Markup:
    """Return what stands behind a claim: why it was withdrawn, who objected, the rival, each item of evidence."""
    gone = claim["withdrawn"]
    parts = []
    if gone:
        parts.append(
            Markup('<p class="it-gone"><b>Withdrawn</b> by {} on {}: {}</p>').format(
                gone["by"], words.day(gone["at"]), gone["reason"]
            )
        )
    parts += [_objection(one) for one in claim["objections"]]
    parts += [_item(item) for item in claim["items"]]
    facts = [
        ("rival explanation", claim["rival"] or "none is recorded"),
        ("holds", _interval(claim)),
        ("analyst", claim["analyst"]),
        ("claim", f"number {claim['id']}, added {words.day(claim['added_at'])}"),
    ]
    return Markup("").join([*parts, _facts(facts)])


def _marks(claim: Claim) -> list[Markup]:
    marks = []
    if claim["withdrawn"]:
        marks.append(tables.badge("withdrawn"))
    if claim["disputed"]:
        marks.append(tables.badge("disputed", "ochre"))
    if claim["objections"]:
        marks.append(tables.badge(words.count(len(claim["objections"]), "objection"), "ochre"))
    return marks


def _objection(objection: Mapping[str, Any]) -> Markup:
    """Return an objection in its own words, with who wrote it down and the document that came with it."""
    document = ""
    if objection["title"]:
        address = f", {tables.defang(str(objection['url']))}" if objection["url"] else ""
        document = f" · {objection['title']}, {objection['publisher']}{address}"
    return Markup(
        '<blockquote class="it-objection"><b>Objection of {}</b>, received {}: {}<em>written down by {} on {}{}</em>'
        "</blockquote>"
    ).format(
        objection["objector"], words.day(objection["received_on"]), objection["words"], objection["entered_by"],
        words.day(objection["at"]), document,
    )  # fmt: skip


def _item(item: Mapping[str, Any]) -> Markup:
    """Return an item of evidence: what it says, where, in which document, of what kind, and how good both are."""
    reliability, credibility = str(item["reliability"]), int(item["credibility"])
    document = Markup("<b>{}</b>, {}, {}").format(
        item["title"], item["publisher"], dated(item["published_on"])
    )
    facts: list[tuple[str, Any]] = [
        ("document", document),
        ("place", item["place"]),
        (
            "kind",
            tables.badge(
                str(item["kind"]), "green" if item["kind"] in ("documented", "technical") else "ochre"
            ),
        ),
        ("source", f"{reliability}: {RELIABILITY.get(reliability, 'not judged')}"),
        ("statement", f"{credibility}: {CREDIBILITY.get(credibility, 'not judged')}"),
    ]
    if item["url"]:
        facts.append(("address", tables.defang(str(item["url"]))))
    facts.append(("kept copy", _copy(item)))
    return Markup('<div class="it-item"><p>{}</p>{}</div>').format(item["says"], _facts(facts))


def _copy(item: Mapping[str, Any]) -> Markup | str:
    if item["evidence"]:
        return tables.record_link(item["evidence"], None, words=str(item["evidence"]))
    return tables.defang(str(item["archived"])) if item["archived"] else tables.NOT_SHOWN


def _facts(facts: Sequence[tuple[str, Any]]) -> Markup:
    return Markup("<dl>{}</dl>").format(
        Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(name, value) for name, value in facts)
    )


def _interval(claim: Claim) -> str:
    if not claim["valid_from"] and not claim["valid_to"]:
        return "no interval given"
    since = f"from {words.day(claim['valid_from'])}" if claim["valid_from"] else "from an unknown day"
    return f"{since} to {words.day(claim['valid_to'])}" if claim["valid_to"] else f"{since}, end open"
