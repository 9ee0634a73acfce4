"""Takes credentials out of what is kept, shown or logged, whoever put them there.

A platform may hand the caller's token back, as Meta does in the address of every ad. The mark is the same everywhere, and
no `access_token=` is left for a reader, or a search, to stumble over.
"""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MARK = "REDACTED"
SHORTEST = 8
"""A credential is at least so long; what is shorter would be found in words that are none."""

_IN_BODIES = rb"access_token|refresh_token|client_secret"
_IN_ADDRESSES = (
    r"access_token|refresh_token|client_secret|client_key|api_?key|key|token|secret|password|signature"
)
_IN_QUERY = re.compile(rb"\b(" + _IN_BODIES + rb")(?:=|%3D)[^&\"'\s\\<>]+", re.IGNORECASE)
_IN_JSON = re.compile(rb'("(?:' + _IN_BODIES + rb')"\s*:\s*")(?:[^"\\]|\\.)*', re.IGNORECASE)
_IN_URL = re.compile(rf"(?<=[?&])({_IN_ADDRESSES})=[^&#]*", re.IGNORECASE)


class Redactor:
    """Knows the credentials of a run, and what credentials look like."""

    def __init__(self, secrets: Iterable[str] = ()):
        self._forms: set[bytes] = set()
        self._known: re.Pattern[bytes] | None = None
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        """Take out this credential too from now on, in every way in which text may spell it."""
        if len(secret) < SHORTEST:
            return
        spelt = {json.dumps(secret, ensure_ascii=plain)[1:-1] for plain in (True, False)}
        forms = {secret, quote(secret, safe=""), quote_plus(secret), *spelt}
        forms |= {form.replace("/", "\\/") for form in spelt}
        self._forms |= {form.encode() for form in forms}
        self._forms |= {
            re.sub(rb"%[0-9A-F]{2}", lambda found: found[0].lower(), form) for form in self._forms
        }
        longest_first = sorted(self._forms, key=lambda form: (-len(form), form))
        self._known = re.compile(b"|".join(map(re.escape, longest_first)))

    def knows(self, words: str) -> bool:
        """Say whether a known credential stands in `words`."""
        return self._known is not None and self._known.search(words.encode()) is not None

    def body(self, body: bytes) -> bytes:
        """Return bytes that may be kept."""
        known = self._known.sub(MARK.encode(), body) if self._known else body
        spelt = _IN_QUERY.sub(rb"\1:" + MARK.encode(), known)
        return _IN_JSON.sub(rb"\g<1>" + MARK.encode(), spelt)

    def text(self, words: str) -> str:
        """Return words that may be shown."""
        return self.body(words.encode(errors="replace")).decode()

    def url(self, url: str) -> str:
        """Return an address that may be kept: without a fragment, and without the values of secret parameters."""
        return self.text(_IN_URL.sub(rf"\1:{MARK}", url.partition("#")[0]))
