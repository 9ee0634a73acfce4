"""Credentials are taken out of what is kept, in every way in which an answer may spell them."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.collect.redaction import MARK, Redactor

TOKEN = "EAAB|12/34+56"


@pytest.mark.parametrize(
    "words",
    [
        TOKEN,
        quote(TOKEN, safe=""),
        quote(TOKEN, safe="").lower().replace("eaab", "EAAB"),
        json.dumps(TOKEN),
        json.dumps(TOKEN).replace("/", "\\/"),
    ],
)
def test_a_known_credential_is_found_however_it_is_spelt(words: str) -> None:
    body = f'{{"next": "https://graph.example.org/ads?after=abc&t={words}"}}'.encode()

    kept = Redactor([TOKEN]).body(body)

    assert MARK.encode() in kept
    assert b"12" not in kept
    assert b"after=abc" in kept


def test_what_looks_like_a_token_is_taken_out_even_when_nobody_knows_it() -> None:
    body = (
        b'{"ad_snapshot_url":"https:\\/\\/www.example.org\\/render_ad\\/?id=7&access_token=EAAunknown","id":"7",'
        b'"paging":{"next":"https://x/?access_token=EAAother&after=QVFI"},"access_token":"clt.\\"x","expires_in":7200}'
    )

    kept = Redactor().body(body)

    assert json.loads(kept) == {
        "ad_snapshot_url": f"https://www.example.org/render_ad/?id=7&access_token:{MARK}",
        "id": "7",
        "paging": {"next": f"https://x/?access_token:{MARK}&after=QVFI"},
        "access_token": MARK,
        "expires_in": 7200,
    }
    assert b"access_token=" not in kept


def test_the_landing_address_of_an_ad_is_left_as_it_was_published() -> None:
    body = b'{"landing":"https://shop.example.org/?key=spring&token=42&signature=9"}'

    assert Redactor([TOKEN]).body(body) == body


def test_an_address_that_was_asked_loses_the_values_of_secret_parameters_and_its_fragment() -> None:
    url = (
        "https://api.example.org/v1?key=k1&fields=a,b&client_secret=s1&page_token=p2&TOKEN=t3#access_token=z"
    )

    assert Redactor().url(url) == (
        f"https://api.example.org/v1?key:{MARK}&fields=a,b&client_secret:{MARK}&page_token=p2&TOKEN:{MARK}"
    )


def test_a_word_too_short_for_a_credential_is_not_searched_for() -> None:
    assert Redactor(["a", "", "1234567"]).body(b"a banana of 1234567") == b"a banana of 1234567"


@given(st.text(min_size=8, max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_credential_survives_in_json(secret: str, before: str, after: str) -> None:
    secret = f"S3cr3t{secret}".encode(errors="ignore").decode()
    document = json.dumps({"words": before + secret + after}, ensure_ascii=False).encode(errors="ignore")

    kept = Redactor([secret]).body(document).decode(errors="ignore")

    assert json.dumps(secret, ensure_ascii=False)[1:-1] not in kept
