"""The registry as a STIX 2.1 bundle: bodies, accounts, and the claims between them with documents and objections.

Bodies and brands are `identity`, accounts `user-account`, claims `relationship`, dated documents `report`, objections
`opinion` ("disagree"); a withdrawn claim is `revoked`, with its reason in a `note`. The same store gives the same ids.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

import stix2

from tracker.errors import BadInput
from tracker.exports.content import Export

CONFIDENCE: Mapping[str, int] = {"low": 15, "moderate": 50, "high": 85}
"""Our grades on the scale of STIX 2.1, appendix A: low 1-29, medium 30-69, high 70-100, each in its middle."""

NEEDED = ("accounts", "organisations", "claims", "evidence", "objections")

_NAMESPACE = UUID("6f2d3c1e-6a7b-5f0e-9a53-0d8c1a5b7e44")
_NEVER = "1970-01-01T00:00:00Z"
_KINDS = {"account": "user-account", "brand": "identity", "organisation": "identity"}

Row = Mapping[str, Any]


def write(export: Export) -> bytes:
    """Write the bundle; raise `BadInput` for an export that is not the registry."""
    if missing := [name for name in NEEDED if name not in export.tables]:
        raise BadInput(
            f"a STIX bundle holds the registry, and {export.name} lacks {', '.join(missing)}; expected `tracker export "
            "registry --format stix`",
            field="--format",
        )
    return f"{Bundler(export).bundle().serialize(pretty=True)}\n".encode()


class Bundler:
    """Makes the objects of one export; all are created by the tracker at the time that the data end."""

    def __init__(self, export: Export) -> None:
        self._export = export
        self._rows = {name: found.rows for name, found in export.tables.items()}
        self._at = export.about()["as_of"] or _NEVER
        self._own = _id("identity", "influence tracker")
        self._nodes: dict[tuple[str, str], str] = {}
        self._items: defaultdict[int, list[Row]] = defaultdict(list)
        for item in self._rows["evidence"]:
            self._items[item["claim_id"]].append(item)

    def bundle(self) -> Any:
        """Return everything as one bundle, each object once."""
        objects = {one.id: one for one in self._objects()}
        whole = _id("bundle", f"{self._at} {len(objects)} {' '.join(sorted(objects))}")
        return stix2.Bundle(objects=list(objects.values()), id=whole, allow_custom=False)

    def _objects(self) -> Iterator[Any]:
        yield self._made(
            stix2.Identity, "influence tracker", kind="identity", name="Influence tracker", identity_class="system"
        )  # fmt: skip
        yield self._note("about", _about(self._export), [self._own])
        yield from self._bodies()
        by_status: defaultdict[str, list[str]] = defaultdict(list)
        for row in self._rows["accounts"]:
            account = self._account(row["account"], row)
            by_status[row["status"]].append(account.id)
            yield account
        for status, ids in sorted(by_status.items()):
            yield self._note(f"status:{status}", f"status: {status}", list(dict.fromkeys(ids)))
        claims = [row for row in self._rows["claims"] if row["subject"] and row["object"]]
        for row in claims:
            yield from self._sides(row)
            yield self._claim(row)
        yield from self._standing({row["claim_id"]: row for row in claims})
        yield from self._documents()

    def _bodies(self) -> Iterator[Any]:
        for row in self._rows["organisations"]:
            name = f"{row['name']} ({row['native_name']})" if row["native_name"] else row["name"]
            yield self._identity("organisation", row["id"], name, labels=[f"kind:{row['kind']}"])

    def _identity(self, kind: str, key: str, name: str, *, labels: list[str]) -> Any:
        self._nodes[kind, key] = _id("identity", f"{kind}:{key}")
        shape = "organization" if kind == "organisation" else "group"
        return self._made(
            stix2.Identity, f"{kind}:{key}", kind="identity", name=name, identity_class=shape, labels=[kind, *labels]
        )  # fmt: skip

    def _account(self, name: str, row: Row | None = None) -> Any:
        platform, _, key = name.partition(":")
        known = row or {}
        made = stix2.UserAccount(
            account_type=platform, account_login=known.get("handle") or key, user_id=key,
            display_name=known.get("name") or known.get("brand") or key,
        )  # fmt: skip
        self._nodes["account", name] = made.id
        return made

    def _sides(self, row: Row) -> Iterator[Any]:
        """Yield what a claim names and nothing else does: brands, and bodies or accounts of no table."""
        for side in ("subject", "object"):
            kind, key = row[f"{side}_type"], row[side]
            if (kind, key) in self._nodes:
                continue
            if kind == "account":
                yield self._account(key)
            else:
                yield self._identity(kind, key, row.get(f"{side}_name") or key, labels=[])

    def _claim(self, row: Row) -> Any:
        rival = f" Rival explanation: {row['rival']}" if row["rival"] else ""
        labels = [label for label in ("disputed", "withdrawn") if row[label]]
        references = [self._reference(item) for item in self._items[row["claim_id"]]]
        return self._made(
            stix2.Relationship, f"claim:{row['claim_id']}", kind="relationship",
            source_ref=self._nodes[row["subject_type"], row["subject"]],
            target_ref=self._nodes[row["object_type"], row["object"]],
            relationship_type=row["predicate"].replace("_", "-"), description=f"{row['says']}{rival}",
            start_time=_midnight(row["valid_from"]), stop_time=_after(row), confidence=CONFIDENCE[row["grade"]],
            revoked=bool(row["withdrawn"]), labels=labels or None, external_references=references or None,
        )  # fmt: skip

    def _reference(self, item: Row) -> dict[str, str]:
        told = (
            f"{item['title']}; {item['place']}; {item['kind']}, credibility {item['credibility']}, source "
            f"{item['reliability']}: {item['says']}"
        )
        reference = {"source_name": item["publisher"], "description": told}
        address = str(item["document_url"] or "")
        return reference | ({"url": address} if address.startswith(("http://", "https://")) else {})

    def _standing(self, claims: Mapping[int, Row]) -> Iterator[Any]:
        for number, row in claims.items():
            if row["withdrawn"]:
                told = (
                    f"Withdrawn on {row['withdrawn_on']} by {row['withdrawn_by']}: {row['withdrawn_reason']}"
                )
                yield self._note(f"withdrawal:{number}", told, [_id("relationship", f"claim:{number}")])
        for row in self._rows["objections"]:
            yield self._made(
                stix2.Opinion, f"objection:{row['objection_id']}", kind="opinion", opinion="disagree",
                explanation=f"{row['objector']}, received on {row['received_on']}: {row['words']}",
                authors=[row["objector"]], object_refs=[_id("relationship", f"claim:{row['claim_id']}")],
            )  # fmt: skip

    def _documents(self) -> Iterator[Any]:
        """Yield the dated documents with the claims that rest on them; STIX has no report without a date."""
        behind: defaultdict[str, list[Row]] = defaultdict(list)
        for item in self._rows["evidence"]:
            behind[item["document_id"]].append(item)
        for document, items in sorted(behind.items()):
            if items[0]["published_on"]:
                claims = dict.fromkeys(_id("relationship", f"claim:{item['claim_id']}") for item in items)
                yield self._made(
                    stix2.Report, f"document:{document}", kind="report", name=items[0]["title"],
                    description=f"Published by {items[0]['publisher']}, reliability {items[0]['reliability']}",
                    published=_midnight(items[0]["published_on"]), object_refs=list(claims),
                )  # fmt: skip

    def _note(self, key: str, content: str, about: list[str]) -> Any:
        return self._made(stix2.Note, f"note:{key}", kind="note", content=content, object_refs=about)

    def _made(self, make: Any, key: str, *, kind: str, **values: Any) -> Any:
        given = {name: value for name, value in values.items() if value is not None}
        by = {} if key == "influence tracker" else {"created_by_ref": self._own}
        return make(id=_id(kind, key), created=self._at, modified=self._at, **by, **given)


def _id(kind: str, key: str) -> str:
    return f"{kind}--{uuid5(_NAMESPACE, f'{kind} {key}')}"


def _midnight(day: str | None) -> str | None:
    return f"{day[:10]}T00:00:00Z" if day else None


def _after(row: Row) -> str | None:
    """Return when a claim ends; STIX wants it later than the beginning."""
    first, last = row["valid_from"], row["valid_to"]
    return f"{last[:10]}T23:59:59Z" if last and (first is None or first[:10] <= last[:10]) else None


def _about(export: Export) -> str:
    found = export.tables["claims"]
    notice = f"{found.notice} " if found.notice else ""
    scale = ", ".join(f"{grade} {number}" for grade, number in CONFIDENCE.items())
    return (
        f"{notice}As of {export.about()['as_of'] or 'never'}. {found.n} claims about {export.tables['accounts'].n} accounts. "
        f"{found.method} {' '.join(found.caveats)} Confidence by grade: {scale}."
    )
