"""The page of an account: who is said to stand behind it, what was taken back, and what nobody asked."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import auth, registrydata
from tests.dashboard import registries
from tests.dashboard.conftest import MAIN
from tests.dashboard.test_pages import html_of
from tracker.errors import NotAllowed


def opened(name: str, page: str = "account", **unfolded: bool) -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=60).run()
    for part, is_open in unfolded.items():
        app.session_state[part] = is_open
    app.switch_page(f"views/{page}.py")
    app.query_params["id"] = name
    return app.run()


@pytest.fixture
def registry(home: Path) -> Path:
    """A home with the hostile registry."""
    return registries.registry_at(home)


@pytest.fixture
def viewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody signed in who may only read."""
    somebody = auth.Visitor("Vera", "vera@example.org", "viewer", signed_in=True)
    monkeypatch.setattr(auth, "visitor", lambda: somebody)


def test_two_operators_stand_side_by_side_each_with_its_own_confidence_and_document(registry: Path):
    text = html_of(opened("harbour-voice"))

    assert "Disputed: documents name 2 operators" in text
    assert text.count('class="it-way"') == 2
    assert text.count('class="it-chain"') == 2
    assert "according to <b>Example List</b>, 2 May 2023" in text
    assert "海港国际传播中心 · city" in text
    assert "City Office" in text


def test_each_link_carries_its_grade_and_opens_its_evidence(registry: Path):
    text = html_of(opened("harbour-voice"))

    links = re.findall(
        r'<div class="it-arrow"><span>([a-z ]+)</span>.*?<span class="it-badge [a-z]*">([a-z]+)<', text
    )
    assert links == [("operated by", "moderate"), ("supervised by", "moderate"), ("operated by", "moderate")]
    assert f'href="snapshot?sha256={registries.HASH}&amp;line=1"' in text
    assert "B: usually reliable" in text
    assert "2: probably true" in text
    assert "hxxps://evil[.]example/a" in text


def test_what_was_withdrawn_stays_struck_with_who_and_why_and_leads_nowhere(registry: Path):
    text = html_of(opened("x:harbourvoice"))

    assert "<s> operated by <b>Wrong Body</b></s>" in text
    assert "<b>Withdrawn</b> by Ben Second on 1 Oct 2024: Another account." in text
    assert '<div class="it-node "><b>Wrong Body' not in text


def test_an_objection_and_the_rival_explanation_stand_in_their_own_words(registry: Path):
    text = html_of(opened("x:harbourvoice"))

    assert "<b>Objection of Harbour Media" in text
    assert "We do not run it." in text
    assert "hxxps://example[.]org/answer" in text
    assert "What else could explain it: A contractor." in text


def test_a_payer_is_said_to_be_no_operator(registry: Path):
    text = html_of(opened("harbour-voice"))

    assert "Ads paid by <b>Clip Firm (as documents say)</b>: a payer is not an operator" in text


def test_a_source_that_nobody_asked_is_said_so_plainly(registry: Path):
    text = html_of(opened("x:harbourvoice"))

    assert "never asked about this account" in text
    assert "0 ads" not in text


def test_the_label_is_a_dated_observation_by_somebody(registry: Path):
    text = html_of(opened("x:harbourvoice"))

    assert "1 Mar 2024</td>" in text
    assert '<span class="it-badge red">no label</span>' in text
    assert "label not checked" in html_of(opened("facebook:harbourvoicefb"))


def test_a_suspicion_and_each_step_of_its_review_stand_with_their_reasons(registry: Path):
    text = html_of(opened("x:riverfan"))

    assert "Rejected in the review:" in text
    assert text.count('class="it-step"') == 2
    assert "<b>Reason:</b> A fan." in text
    assert "attributed by nobody so far" in text


@pytest.mark.parametrize("name", ["harbour-voice", "x:harbourvoice", "x:rivervoice", "x:riverfan"])
def test_hostile_text_on_the_page_of_an_account_is_text(registry: Path, name: str):
    app = opened(name)

    text = html_of(app)
    assert [error.value for error in app.exception] == []
    assert "<script" not in text
    assert "<img" not in text
    assert not re.search(r'href="(?!(snapshot|account|review)\?|accounts")', text)
    assert [
        element.value for element in [*app.markdown, *app.caption] if "evil.example" in element.value
    ] == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x:nobody",
        "<script>alert(1)</script>",
        "../../etc",
        "x:\x00",
        "a" * 3000,
        "x:",
        ":",
        "javascript:alert(1)",
    ],
    ids=range(9),
)
def test_an_address_that_names_no_account_says_so_in_words(registry: Path, name: str):
    app = opened(name)

    text = html_of(app)
    assert [error.value for error in app.exception] == []
    assert "Nothing to show at this address" in text
    assert "<script" not in text


def test_many_claims_are_paged_and_none_is_left_out(home: Path):
    registries.registry_at(home, claims=120)

    first = opened("harbour-voice")

    text = html_of(first)
    assert "124 claims: 2 disputed, 1 withdrawn, 1 objected to" in text
    assert "50 of 124 claims" in text
    assert len(first.get("pagination")) == 1


def test_a_claim_is_withdrawn_on_the_page_and_at_once_leads_nowhere(registry: Path):
    app = opened("harbour-voice", withdraw=True)
    app.text_area(key="withdrawal-0-reason").set_value("The list corrected it.")
    app.text_input(key="withdrawal-0-by").set_value("Ben Second")
    media = next(number for number in range(1, 12) if _claim(number, "harbour-media"))
    app.selectbox(key="withdrawal-0-claim").set_value(media)

    app.button[0].click().run()

    text = html_of(app)
    assert f"claim {media}, by Ben Second. It stays, marked." in text
    assert text.count('class="it-chain"') == 1
    assert "by Ben Second on" in text


def _claim(number: int, thing: str) -> bool:
    return any(
        claim["id"] == number and claim["object"] == thing
        for claim in registrydata.account("harbour-voice")["claims"]
    )


def test_a_withdrawal_without_reason_is_refused_under_its_field_and_keeps_the_name(registry: Path):
    app = opened("harbour-voice", withdraw=True)
    app.text_input(key="withdrawal-0-by").set_value("Ben Second")

    app.button[0].click().run()

    assert '<div class="it-fielderror" role="alert">is needed</div>' in html_of(app)
    assert app.text_input(key="withdrawal-0-by").value == "Ben Second"


def test_an_objection_from_the_future_is_refused_and_what_was_typed_stays(registry: Path):
    app = opened("harbour-voice", object=True)
    typed = {"objector": "Harbour ICC", "received_on": "2999-01-01", "by": "Ben Second"}
    for name, value in typed.items():
        app.text_input(key=f"objection-0-{name}").set_value(value)
    app.text_area(key="objection-0-words").set_value("We object.")

    app.button[0].click().run()

    assert "lies after today" in html_of(app)
    assert app.text_area(key="objection-0-words").value == "We object."
    assert app.text_input(key="objection-0-received_on").value == "2999-01-01"


def test_a_viewer_reads_the_page_and_cannot_write_by_it_or_by_its_handler(registry: Path, viewer: None):
    app = opened("harbour-voice")

    assert [error.value for error in app.exception] == []
    assert [button.label for button in app.button] == ["Sign out"]
    for write in (registrydata.withdraw_claim, registrydata.object_to_claim, registrydata.review):
        with pytest.raises(NotAllowed):
            write({"claim": 1, "by": "Vera", "reason": "None at all."})
