"""Whoever is not public cannot be recognised in what is published, and public names stay as they are."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.registry.disguise import folded
from tracker.registry.pseudonyms import Pseudonyms

KEY = b"the key of one store, 32 bytes .."


def account(number: int, handle: str, status: str, **values: Any) -> dict[str, Any]:
    return {
        "account_id": number, "account": f"x:{handle.lower()}", "platform": "x", "handle": handle, "name": None,
        "brand_id": None, "brand": None, "url": f"https://x.com/{handle}", "status": status, **values,
    }  # fmt: skip


ACCOUNTS = [
    account(1, "ChinaDaily", "accepted", brand_id="china-daily", brand="China Daily", operator="China Daily Group"),
    account(2, "HushedVoice", "suspected", brand_id="hushed", brand="The Hushed Voice", name="静音之声"),
    account(3, "BBCWorld", "control"),
    account(4, "it", "rejected", brand_id="china-daily", brand="China Daily"),
    account(5, "quiet_harbor", "under_review"),
    {**account(6, "harbor.example", "unassessed"), "account": "web:harbor.example", "platform": "web"},
]  # fmt: skip
NAMES = Pseudonyms(KEY, ACCOUNTS, {5: ["old_harbor_name", "1234567890123"]})
HUSHED, IT, HARBOR = (NAMES.of_account(number) or "" for number in (2, 4, 5))


def test_a_pseudonym_is_stable_in_a_store_and_another_in_the_next() -> None:
    same, other = Pseudonyms(KEY, ACCOUNTS), Pseudonyms(b"another key", ACCOUNTS)

    assert same.of_account(2) == HUSHED
    assert other.of_account(2) not in (None, HUSHED)
    assert HUSHED.startswith("account-")


def test_accepted_accounts_and_the_comparison_are_named() -> None:
    assert (NAMES.of_account(1), NAMES.of_account(3), NAMES.of_account(None)) == (None, None, None)
    assert NAMES.text("China Daily and @BBCWorld at https://x.com/BBCWorld/status/1") == (
        "China Daily and @BBCWorld at https://x.com/BBCWorld/status/1"
    )


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("hushedvoice says", f"{HUSHED} says"),
        ("by @HushedVoice.", f"by @{HUSHED}."),
        ("x:hushedvoice, again", f"x:{HUSHED}, again"),
        ("the  hushed\nvoice speaks", f"{HUSHED} speaks"),
        ("这是静音之声的消息", f"这是{HUSHED}的消息"),
        ("see https://x.com/hushedvoice/status/9", f"see [address withheld: {HUSHED}]"),
        ("twitter.com/HushedVoice", f"[address withheld: {HUSHED}]"),
        ("https://sub.harbor.example/a", f"[address withheld: {NAMES.of_account(6)}]"),
        ("https://news.example/tag/hushedvoice", f"[address withheld: {HUSHED}]"),
        ("https://x.com/%68ushedvoice", f"[address withheld: {HUSHED}]"),
        ("hush\u200bedvoice", HUSHED),
        ("\uff28ushedvoice", HUSHED),
        ("once old_harbor_name", f"once {HARBOR}"),
        ("id 1234567890123", f"id {HARBOR}"),
        ("it is not what @it says", f"it is not what @{IT} says"),
        ("hushedvoices is another word", "hushedvoices is another word"),
        ("China Daily is read", "China Daily is read"),
    ],
)
def test_a_text_names_nobody_who_is_not_public(text: str, public: str) -> None:
    assert NAMES.text(text) == public


def test_somebody_in_no_registry_bears_a_pseudonym_wherever_they_are_mentioned() -> None:
    told, sought = NAMES.text("thanks @jane_doe"), NAMES.row({"handle": "@Jane_Doe", "polarity": "include"})

    assert "jane" not in told
    assert told.removeprefix("thanks ") == sought["handle"]


def test_an_audience_sought_that_is_the_brand_of_an_accepted_account_is_named() -> None:
    assert NAMES.row({"kind": "follower_lookalike", "value": "China Daily"})["value"] == "China Daily"


def test_a_row_about_a_hidden_account_names_it_nowhere_and_keeps_what_was_counted() -> None:
    row = {
        "account_id": 4, "account": "x:it", "account_status": "rejected", "handle": "it", "brand": "China Daily",
        "advertiser_name": "It Works", "creative_url": "https://x.com/i/status/5", "text": "It is at https://t.co/x",
        "payer": None, "ads": 3,
    }  # fmt: skip

    assert NAMES.row(row) == {
        "account_id": 4, "account": f"x:{IT}", "account_status": "rejected", "handle": IT, "brand": IT,
        "advertiser_name": IT, "creative_url": f"[address withheld: {IT}]",
        "text": f"{IT} is at [address withheld: {IT}]", "payer": None, "ads": 3,
    }  # fmt: skip


def test_a_claim_names_only_the_public_side() -> None:
    row = {
        "subject_type": "account", "subject": "x:quiet_harbor", "predicate": "same_as", "object_type": "account",
        "object": "x:chinadaily", "subject_name": None, "says": "quiet_harbor repeats China Daily",
    }  # fmt: skip

    assert NAMES.row(row) == row | {
        "subject": f"x:{HARBOR}",
        "says": f"{HARBOR} repeats China Daily",
    }


def test_a_brand_without_any_public_account_is_hidden_with_its_name() -> None:
    row = {"subject_type": "brand", "subject": "hushed", "subject_name": "The Hushed Voice",
           "object_type": "organisation", "object": "body", "says": "nothing"}  # fmt: skip

    made = NAMES.row(row)

    assert made["subject"] == made["subject_name"]
    assert made["subject"].startswith("brand-")


def test_what_a_nested_cell_says_is_replaced_too() -> None:
    row = {
        "top": [
            {"kind": "follower_lookalike", "value": "@HushedVoice", "polarity": "include", "share_to": 0.5}
        ]
    }

    assert NAMES.row(row)["top"][0]["value"] == f"@{HUSHED}"


DRESSED = [
    "{}", "@{}", "x:{}", "https://x.com/{}", "http://twitter.com/{}/status/1", "({})", "“{}”", "{}!", "**{}**",
    "https://example.org/?u={}", "=HYPERLINK(\"https://x.com/{}\")", "<b>{}</b>", "\u202e{}",
]  # fmt: skip


@given(
    handle=st.from_regex(r"[a-z]{3,8}_[a-z0-9]{2,6}", fullmatch=True),
    dress=st.sampled_from(DRESSED),
    upper=st.booleans(),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
)
def test_no_text_lets_a_hidden_handle_through(
    handle: str, dress: str, upper: bool, before: str, after: str
) -> None:
    names = Pseudonyms(KEY, [account(1, handle, "suspected")])
    text = f"{before} {dress.format(handle.upper() if upper else handle)} {after}"

    assert handle not in folded(names.text(text))


def test_a_common_word_that_an_advertiser_is_called_is_no_name_in_a_text_about_others() -> None:
    accounts = [
        account(1, "Assembly", "unassessed"),
        account(2, "Harbour", "unassessed"),
        account(3, "Harbour", "suspected"),
    ]
    names = Pseudonyms(KEY, accounts)
    assembly = names.of_account(1)

    assert names.text("The general assembly met.") == "The general assembly met."
    assert names.text("See @Assembly and x:assembly.") == f"See @{assembly} and x:{assembly}."
    assert "assembly" not in names.text("Assembly says so.", about=[1]).casefold()
    assert "Harbour" not in names.text("Harbour says so.")
