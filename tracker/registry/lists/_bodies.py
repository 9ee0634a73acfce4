"""Finds bodies by the names that lists give them: pure, by name and country, never by likeness."""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tracker.domain import Organisation

Row = Mapping[str, Any]


class Bodies:
    """Finds a body by one of its names, within its country as far as both sides give one."""

    def __init__(self, rows: Iterable[Row]):
        self._names: dict[str, str] = {}
        self._where: dict[str, str] = {}
        self._unnamed: set[str] = set()
        self._by_name: defaultdict[str, list[str]] = defaultdict(list)
        for row in rows:
            names = (row["name"], row["native_name"], *row["aliases"])
            self._add(row["id"], row["name"], row["country"] or "", names)
            if row["kind"] == "unnamed":
                self._unnamed.add(row["id"])

    def name(self, body_id: str) -> str:
        """Return the name of a body."""
        return self._names.get(body_id, body_id)

    def is_named(self, body_id: str) -> bool:
        """Say whether a claim about this body names one, and does not only say that there is one."""
        return body_id not in self._unnamed

    def find(self, body: Organisation) -> tuple[str, Organisation | None]:
        """Return the id of a body, and the body with its new id when nobody knows it."""
        if body.id in self._names:
            return body.id, None
        where = body.country or body.place or ""
        for name in (body.native_name, body.name):
            for known in self._by_name[folded_name(name)] if name and not body.id else ():
                if not where or not self._where[known] or self._where[known] == where:
                    return known, None
        new = body if body.id else replace(body, id=self._free_id(body.name, where))
        self._add(new.id, new.name, where, (new.name, new.native_name, *new.aliases))
        if new.kind == "unnamed":
            self._unnamed.add(new.id)
        return new.id, new

    def _add(self, body_id: str, name: str, where: str, names: Iterable[str | None]) -> None:
        self._names[body_id], self._where[body_id] = name, where
        for one in names:
            if one and body_id not in self._by_name[folded_name(one)]:
                self._by_name[folded_name(one)].append(body_id)

    def _free_id(self, name: str, where: str) -> str:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
        plain = re.sub(r"\([^)]*\)|['’]", "", plain)
        slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:70]
        mark = hashlib.sha256(f"{name}|{where}".encode()).hexdigest()[:8]
        slug = slug or f"body-{mark}"
        return slug if slug not in self._names else f"{slug}-{mark}"


def folded_name(name: str) -> str:
    """Return a body's name without case, blanks, signs, the article and what stands in brackets, to compare it."""
    plain = unicodedata.normalize("NFKC", name).casefold().replace("’", "'").removeprefix("the ")
    plain = plain.removesuffix(" of the people's republic of china")
    letters = "".join(letter for letter in re.sub(r"\([^)]*\)", "", plain) if letter.isalnum())
    return letters or plain.strip()
