import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import AccountRef
from tracker.errors import BadInput
from tracker.registry.handles import account_ref, key_of, landing_account, site_of
from tracker.registry.lookalikes import mixed_script, skeleton
from tracker.registry.platforms import PLATFORMS

IRA_ADS = (
    Path(__file__).parents[2].parent
    / "shared"
    / "data"
    / "ads"
    / "ira"
    / "ira_facebook_ads_2015_2017.jsonl.gz"
)


@pytest.mark.parametrize(
    ("typed", "platform", "expected"),
    [
        ("@ChinaSays", "x", ("x", "chinasays", "ChinaSays")),
        (" chinasays/ ", "twitter", ("x", "chinasays", "chinasays")),
        ("https://mobile.twitter.com/ChinaSays/?s=20&t=abc", None, ("x", "chinasays", "ChinaSays")),
        ("x.com/ChinaSays/status/123", None, ("x", "chinasays", "ChinaSays")),
        ("https://x.com/i/user/1234567", None, ("x", "1234567", "1234567")),
        ("https://m.facebook.com/PeoplesDaily", None, ("facebook", "peoplesdaily", "PeoplesDaily")),
        ("https://en-gb.facebook.com/www.rg.ru/", None, ("facebook", "www.rg.ru", "www.rg.ru")),
        ("www.rg.ru", "facebook", ("facebook", "www.rg.ru", "www.rg.ru")),
        ("https://www.facebook.com/profile.php?id=100091791662713", None, ("facebook", "100091791662713", None)),
        ("profile.php?id=61550978094668&paipv=0", "facebook", ("facebook", "61550978094668", None)),
        ("@the...optimist", "tiktok", ("tiktok", "the...optimist", "the...optimist")),
        ("https://facebook.com/Tabasums-life-108100584302366/", None, ("facebook", "108100584302366", None)),
        ("https://www.facebook.com/people/Some-Name/100012345678901/", None, ("facebook", "100012345678901", None)),
        ("https://www.youtube.com/@Daily_Bae", None, ("youtube", "daily_bae", "Daily_Bae")),
        ("https://youtube.com/c/CGTNEurope", None, ("youtube", "cgtneurope", "CGTNEurope")),
        ("https://youtube.com/user/CGTNEurope/videos", None, ("youtube", "cgtneurope", "CGTNEurope")),
        (
            "https://www.youtube.com/channel/UCXl9X2fi65wKf65r13efAGQ/about",
            None,
            ("youtube", "UCXl9X2fi65wKf65r13efAGQ", None),
        ),
        ("https://www.tiktok.com/@ichongqing.info?lang=en", None, ("tiktok", "ichongqing.info", "ichongqing.info")),
        ("instagram.com/CCTV", None, ("instagram", "cctv", "CCTV")),
        ("https://t.me/s/rian_ru", None, ("telegram", "rian_ru", "rian_ru")),
        ("https://www.threads.net/@cctv.chinese", None, ("threads", "cctv.chinese", "cctv.chinese")),
        ("https://bsky.app/profile/News.bsky.social/post/3k", None, ("bluesky", "news.bsky.social", "News.bsky.social")),
        ("@River@Server.example", None, ("mastodon", "river@server.example", "River@Server.example")),
        ("river@server.example", "mastodon", ("mastodon", "river@server.example", "river@server.example")),
        ("https://server.example/@River/117", "mastodon", ("mastodon", "river@server.example", "River@server.example")),
        ("https://server.example/users/river", "fediverse", ("mastodon", "river@server.example", "river@server.example")),
        ("https://a.example/@river@b.example", "mastodon", ("mastodon", "river@b.example", "river@b.example")),
        ("did:plc:abc123XYZ", "bluesky", ("bluesky", "did:plc:abc123XYZ", None)),
        ("https://m.weibo.cn/u/1234567890", None, ("weibo", "1234567890", None)),
        ("https://ok.ru/group/53990714703879", None, ("okru", "53990714703879", None)),
        ("https://www.linkedin.com/company/telesur-english", None, ("linkedin", "telesur-english", "telesur-english")),
        ("HTTPS://WWW.NewsGD.com/a/b.html#top", None, ("web", "newsgd.com", "newsgd.com")),
        ("newsgd.com:8080/x", None, ("web", "newsgd.com", "newsgd.com")),
        ("http://новости.рф/", None, ("web", "xn--b1amnebsh.xn--p1ai", "xn--b1amnebsh.xn--p1ai")),
        ("http://XN--b1amnebsh.xn--p1ai", None, ("web", "xn--b1amnebsh.xn--p1ai", "xn--b1amnebsh.xn--p1ai")),
        ("ＣＧＴＮ", "x", ("x", "cgtn", "CGTN")),
    ],
)  # fmt: skip
def test_every_spelling_of_an_account_becomes_one_key(typed, platform, expected):
    ref = account_ref(typed, platform)

    assert (ref.platform, ref.key, ref.handle) == expected


@pytest.mark.parametrize(
    ("typed", "platform", "words"),
    [
        ("", None, "nothing was given"),
        ("../../etc/passwd", "x", "web address"),
        ("/etc/passwd", None, "a path is not an account"),
        ("..", "facebook", "cannot be a handle"),
        ("C:\\Users\\x", None, "REVERSE SOLIDUS"),
        ("china says", "x", "SPACE"),
        ("china\u202esays", "x", "RIGHT-TO-LEFT OVERRIDE"),
        ("china\x00says", "x", "U+0000"),
        ("a" * 10_000, "x", "longer than"),
        ("a" * 26, "x", "cannot be a handle"),
        ("сgtn", "x", "CYRILLIC SMALL LETTER ES"),
        ("javascript:alert(1)", None, "javascript: addresses are not taken"),
        ("file:///etc/passwd", None, "file: addresses are not taken"),
        ("data:text/html,x", "facebook", "data: addresses are not taken"),
        ("https://user:secret@x.com/chinasays", None, "user name or password"),
        ("http://127.0.0.1/admin", None, "number address"),
        ("http://[::1]/", None, "number address"),
        ("http://0x7f.1/", None, "number address"),
        ("http://2130706433/", None, "number address"),
        ("http://printer.local/", None, "names no public site"),
        ("chinasays", None, "a handle with its platform"),
        ("https://x.com/", None, "does not name an account"),
        ("https://youtu.be/dQw4w9WgXcQ", None, "does not name an account"),
        ("https://www.facebook.com/events/1730167210590258/", None, "does not name an account"),
        ("https://t.me/+AbCdEf", None, "does not name an account"),
        ("https://x.com/chinasays", "facebook", "is on x, not on facebook"),
        ("https://[oops", None, "cannot be read"),
        ("https://server.example/about", "mastodon", "names no account"),
        ("river", "mastodon", "cannot be a handle"),
        ("chinasays", "myspace", "not a known platform"),
    ],
)
def test_what_is_no_account_is_refused_in_words(typed, platform, words):
    with pytest.raises(BadInput, match=r".") as refused:
        account_ref(typed, platform, field="address_or_handle")

    assert words in str(refused.value)
    assert refused.value.field == ("platform" if platform == "myspace" else "address_or_handle")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("typed", ["https://x.com/chinasays", "x.com/chinasays", "a/b", "javascript:x"])
def test_a_bare_handle_is_never_an_address_or_a_path(typed):
    with pytest.raises(BadInput) as refused:
        key_of("x", typed)

    assert refused.value.field == "handle"


def test_a_bare_handle_and_its_address_have_the_same_key():
    assert key_of("x", "@ChinaSays") == account_ref("https://twitter.com/chinasays/").key
    assert key_of("web", "www.NewsGD.com") == "newsgd.com"


@given(st.text(max_size=80), st.sampled_from([None, *PLATFORMS]))
def test_hostile_text_is_either_read_or_refused_and_a_key_stays_itself(text, platform):
    try:
        ref = account_ref(text, platform)
    except BadInput:
        ref = account_ref("x.com/chinasays")

    assert key_of(ref.platform, ref.key) == ref.key


@pytest.mark.parametrize(
    ("one", "other"),
    [("ChinaSays", "China_Says"), ("ChinaSays", "Сhіnаѕауѕ"), ("chinasays", "ch1na.says"), ("gov0", "GOVO"),
     ("Illinois", "lIIinois"), ("modern", "modem"), ("cgtn", "ＣＧＴＮ"), ("café", "cafe"),
     ("аррӏе", "xn--80ak6aa92e")],
)  # fmt: skip
def test_look_alikes_share_a_skeleton(one, other):
    assert skeleton(one) == skeleton(other)


def test_different_names_have_different_skeletons():
    names = ["chinasays", "chinaspeaks", "cgtn", "cgtnamerica", "人民日报", "新华社"]

    assert len({skeleton(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("name", "mixed"),
    [
        ("chinasays", False),
        ("chinаsays", True),
        ("новости", False),
        ("人民日报 PeoplesDaily 2024", False),
        ("αbc", True),
    ],
)
def test_scripts_that_do_not_belong_together_are_noticed(name, mixed):
    assert mixed_script(name) is mixed


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("app.ichongqing.info", "ichongqing.info"),
        ("www.ningbo.gov.cn", "ningbo.gov.cn"),
        ("cgtn.com", "cgtn.com"),
    ],
)
def test_the_site_of_a_host_is_what_one_owner_registers(host, site):
    assert site_of(host) == site


def _facebook_page(number: str, name: str) -> AccountRef:
    return AccountRef(
        "facebook", number, name=name, url=f"https://www.facebook.com/{number}", native_id=number
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://www.facebook.com/Woke-B|acks-294234600956431/",
        "https://www.facebook.com/Woke—Blacks—294234600956431/",
        "https://www.facebook.oom/Woke-Blacks-294234600956431/",
        "https://www.faoebook.com/Woke-Blacks-294234600956431",
        "https://www.facebook.comlWoke-Blacks-294234600956431/timeline/",
        "https://www.facebook.com/pages/Woke-Blacks/294234600956431?ref=ts",
    ],
)
def test_a_landing_page_with_its_number_is_one_account_however_it_was_scanned(url):
    assert landing_account(url) == _facebook_page("294234600956431", "Woke Blacks")


@pytest.mark.parametrize(
    ("url", "platform", "key"),
    [
        (
            "https://www.facebook.com/blackmattersus.mvmnt/shop?cid=3431113893802",
            "facebook",
            "blackmattersus.mvmnt",
        ),
        (
            "https://www.facebook.com/BIack-Matters-157967359894750“",
            "facebook",
            "biack-matters-157967359894750",
        ),
        ("https://www.facebook.comNeterans-Come-First-1757336424535312/", "facebook", "1757336424535312"),
        ("https://ihstagram.Com/Cop_block_us", "instagram", "cop_block_us"),
        ("https://b|ackmattersus.coml33280-bananas-found-hanging", "web", "blackmattersus.com"),
        ("https://blackmattersus.oom/33865-wearing", "web", "blackmattersus.com"),
    ],
)
def test_damaged_landing_pages_keep_a_stable_key(url, platform, key):
    ref = landing_account(url)

    assert ref is not None
    assert (ref.platform, ref.key) == (platform, key)


@pytest.mark.parametrize(
    "url",
    ["", "—", "https://www.facebook.com/events/1020107254789367]", "https://www.facebook.comleventsl1095560153903958]",
     "https://www.facebook.com/Iogin/?hext=https%3A%2F%2Fl.facebook.com%2", "https://www.instagram.com/p/BAw7thMbc4/",
     "https://www.youtube.com/watch?v=XtOi3XHXsrU", "https://www.change.org/p/x", "http://[", "http://127.0.0.1/"],
)  # fmt: skip
def test_a_landing_page_that_names_no_account_gives_none(url):
    assert landing_account(url) is None


@pytest.mark.skipif(not IRA_ADS.exists(), reason="the released ads are not beside the repository")
def test_the_480_landing_pages_of_the_release_become_124_accounts():
    with gzip.open(IRA_ADS, "rt", encoding="utf-8") as lines:
        ads = Counter(json.loads(line)["url"] for line in lines)

    refs = {url: landing_account(url or "") for url in ads}

    assert len(refs) == 480
    assert len({(ref.platform, ref.key) for ref in refs.values() if ref}) == 124
    assert sum(number for url, number in ads.items() if refs[url] is None) == 283


@given(st.text(max_size=120))
def test_no_landing_page_makes_an_import_fall_over(text):
    ref = landing_account(f"https://www.facebook.com{text}")

    assert ref is None or ref.key


@pytest.mark.parametrize("typed", ["@HarbourVoice", "0555567", "12345"])
def test_a_bare_handle_or_number_without_a_platform_is_told_that_it_needs_one(typed: str) -> None:
    with pytest.raises(
        BadInput, match="without its platform; choose the platform, or give the whole address"
    ):
        account_ref(typed)
