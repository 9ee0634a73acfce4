"""The seed files: the shipped ones load, and each kind of mistake is refused with its file and line."""

from datetime import date
from pathlib import Path

import pytest

from tracker.analysis.keywords import KeywordCoder
from tracker.domain import (
    AccountRef,
    Claim,
    FollowerCount,
    LabelSeen,
    Organisation,
    PublishedFigure,
    SeedAccount,
)
from tracker.errors import SeedError
from tracker.registry.claims import grade
from tracker.registry.seedlist import LARGEST_FILE_BYTES, load_codebook, load_seeds
from tracker.registry.seedmodels import parse_followers

SHIPPED = Path(__file__).parents[2] / "seeds"

DOCUMENTS = """\
lab-report:
  publisher: Example Lab
  title: no
  date: 2024-03-01
  url: https://lab.example/report
  reliability: B
"""
ORGANISATIONS = """\
city-office:
  name: City Office
  kind: state_organ
  country: NO
"""
BRAND = """\
id: hello-city
name: Hello City
note: 2024-01-01
accounts:
  - platform: x
    handle: '@HelloCity'
    followers:
      - says: nearly 190,000
        document: lab-report
        on: 2024-02-01
    labels:
      - state: none
        document: lab-report
  - platform: facebook
    handle:
claims:
  - predicate: operated_by
    object: city-office
    document: lab-report
    place: page 3
    says: Names the office as operator.
    grade: moderate
"""
FIGURES = """\
centres:
  counted: icc
  place: China
  as_published: over 70
  document: lab-report
  where: page 4
  says: Counts the centres.
"""
CODEBOOK = """\
version: 1
codes:
  culture:
    name: Culture
    definition: What is lived.
    includes: songs
    excludes: laws
    examples: [A song, A dance]
    keywords:
      en: [song, museum*]
"""


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A folder with one document, one organisation and one brand."""
    folder = tmp_path / "seeds"
    (folder / "brands").mkdir(parents=True)
    (folder / "documents.yml").write_text(DOCUMENTS, encoding="utf-8")
    (folder / "organisations.yml").write_text(ORGANISATIONS, encoding="utf-8")
    (folder / "brands" / "hello-city.yml").write_text(BRAND, encoding="utf-8")
    return folder


@pytest.fixture
def figures(seeds: Path) -> Path:
    """The same folder with one figure."""
    (seeds / "figures.yml").write_text(FIGURES, encoding="utf-8")
    return seeds


@pytest.fixture(scope="module")
def coder() -> KeywordCoder:
    """The keywords of the shipped codebook."""
    return KeywordCoder(load_codebook(SHIPPED / "codebook.yml"))


def change(folder: Path, name: str, before: str, after: str) -> None:
    """Replace one passage of a seed file."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def refusal(folder: Path) -> str:
    """Load the folder, which must fail, and return the message."""
    with pytest.raises(SeedError) as refused:
        load_seeds(folder)
    return str(refused.value)


# -- what ships


def test_the_shipped_seeds_load_and_name_every_brand_of_the_first_article() -> None:
    shipped = load_seeds(SHIPPED)

    names = {brand.name for brand in shipped.brands}
    assert {"China Says", "Hi, this is GBA", "Daily Bae", "WuhanPlus", "iChongqing"} <= names
    assert (len(shipped.documents), len(shipped.brands)) == (19, 52)


def test_every_shipped_centre_of_the_two_articles_has_a_brand() -> None:
    places = (
        "Zhejiang", "Chongqing", "Shanghai", "Anhui", "Jiangxi", "Hangzhou", "Henan", "Weifang", "Xianju", "Yuhang",
        "Yiwu", "Ningbo", "Wenzhou",
    )  # fmt: skip

    shipped = load_seeds(SHIPPED)

    operated = {
        claim.object for claim in shipped.claims
        if claim.document in ("cmp-icc-talent", "cmp-zhejiang-iccs") and claim.subject_type == "brand"
    }  # fmt: skip
    seats = [one.place or "" for one in shipped.organisations if one.id in operated]
    assert [place for place in places if not any(place in seat for seat in seats)] == []


def test_china_says_is_attributed_without_a_handle_that_no_document_gives() -> None:
    shipped = load_seeds(SHIPPED)

    accounts = {one.ref.platform: one for one in shipped.accounts if one.ref.brand_id == "china-says"}
    claims = [claim for claim in shipped.claims if claim.subject == "china-says"]
    assert {(one.ref.key, one.ref.handle) for one in accounts.values()} == {("~china-says", None)}
    assert [label.state for label in accounts["facebook"].labels] == ["none"]
    assert [(claim.predicate, claim.object, claim.document) for claim in claims] == [
        ("operated_by", "china-internet-news-center", "cmp-cloaked-accounts")
    ]


def test_the_shipped_marketing_firm_pays_and_does_not_operate() -> None:
    shipped = load_seeds(SHIPPED)

    claims = [claim for claim in shipped.claims if claim.subject == "shanghai-yangzhi-marketing"]
    assert {(claim.predicate, claim.object, grade(claim.items, {})) for claim in claims} == {
        ("pays_for", "x:~china-says", "moderate"),
        ("same_as", "socialydia", "low"),
    }
    assert all(claim.rival for claim in claims)


def test_reference_media_are_known_under_the_names_that_data_sets_use() -> None:
    shipped = load_seeds(SHIPPED)

    known = {name: one.ref.key for one in shipped.accounts for name in one.ref.known_as}
    wanted = {
        "cgtn": "cgtn.com", "chinadaily": "chinadaily.com.cn", "globaltimes": "globaltimes.cn",
        "xinhuanet": "xinhuanet.com",
    }  # fmt: skip
    assert wanted.items() <= known.items()


def test_no_shipped_grade_is_high_because_no_claim_has_two_kinds_of_evidence() -> None:
    shipped = load_seeds(SHIPPED)

    publishers = {document.id: document.publisher for document in shipped.documents}
    assert [claim for claim in shipped.claims if grade(claim.items, publishers) == "high"] == []


def test_the_shipped_codebook_has_three_top_codes_with_finer_ones_below_each() -> None:
    book = load_codebook(SHIPPED / "codebook.yml")

    tops = [code.id for code in book.codes if code.parent is None]
    assert tops == ["culture", "economy", "politics"]
    assert {code.parent for code in book.codes if code.parent} == set(tops)
    assert all(
        len(code.examples) >= 2 and "en" in code.keywords and "zh" in code.keywords for code in book.codes
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Giant pandas play in fresh snow", "culture.landscape"),
        ("Craftsmen keep paper-cutting alive", "culture.heritage"),
        ("Exports rise for the third month", "economy.trade"),
        ("Central bank cuts interest rate", "economy.business"),
        ("Drills around Taiwan end", "politics.taiwan"),
        ("UN chief calls for ceasefire", "politics.global_governance"),
        ("Stop police brutality!", "politics.race_and_policing"),
        ("Secure our borders", "politics.migration"),
        ("台海局势与一个中国原则", "politics.taiwan"),
        ("Бундестаг и президент России", "politics.government"),
    ],
)
def test_the_shipped_keywords_code_plain_sentences(coder: KeywordCoder, text: str, code: str) -> None:
    codes = {match.code for match in coder.code(text)}

    assert code in codes


@pytest.mark.parametrize(
    "text",
    [
        "Er war gestern im Garten",
        "Un homme et un chien, mars, chef de gare",
        "Promised land, starting line",
        "Es uno de los mayores",
        "Meet at 8 pm",
    ],
)
def test_common_words_of_one_language_do_not_code_another(coder: KeywordCoder, text: str) -> None:
    assert coder.code(text) == ()


# -- what a file becomes


def test_an_account_becomes_a_reference_with_figures_and_labels(seeds: Path) -> None:
    loaded = load_seeds(seeds)

    ref = AccountRef(
        platform="x",
        key="hellocity",
        handle="HelloCity",
        url="https://x.com/HelloCity",
        brand_id="hello-city",
    )
    assert loaded.accounts[0] == SeedAccount(
        ref=ref,
        status="accepted",
        followers=((FollowerCount(None, 190_000, "nearly 190,000", date(2024, 2, 1)), "lab-report"),),
        labels=(LabelSeen(account=ref, state="none", on=None, document="lab-report"),),
    )
    assert loaded.accounts[1].ref == AccountRef(platform="facebook", key="~hello-city", brand_id="hello-city")
    assert loaded.claims == (
        Claim(
            "brand", "hello-city", "operated_by", "organisation", "city-office", "lab-report", "page 3",
            "Names the office as operator.",
        ),
    )  # fmt: skip


def test_words_that_other_readers_turn_into_values_stay_text(seeds: Path) -> None:
    loaded = load_seeds(seeds)

    assert loaded.documents[0].title == "no"
    assert loaded.organisations[0].country == "NO"
    assert loaded.brands[0].note == "2024-01-01"
    assert loaded.documents[0].published_on == date(2024, 3, 1)


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        ("3.9 million", 3_900_000, 3_900_000),
        ("nearly 190,000", None, 190_000),
        ("more than 85,000", 85_000, None),
        ("1.1M followers", 1_100_000, 1_100_000),
        ("10,000 to 50,000", 10_000, 50_000),
        ("10-50 thousand", 10_000, 50_000),
        ("39万", 390_000, 390_000),
    ],
)
def test_a_follower_figure_keeps_its_words_and_its_bounds(
    text: str, lower: int | None, upper: int | None
) -> None:
    assert parse_followers(text, on=None) == FollowerCount(lower, upper, text, None)


@pytest.mark.parametrize("text", ["many", "-5", "1e6", "190,000 likes", ""])
def test_words_that_are_no_figure_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a figure"):
        parse_followers(text, on=None)


# -- what is refused


@pytest.mark.parametrize(
    ("name", "before", "after", "message"),
    [
        (
            "documents.yml", "  title: no\n", "  title: no\n  title: yes\n",
            "seeds/documents.yml, line 4, field 'lab-report.title': the key 'title' stands here a second time",
        ),
        (
            "documents.yml", "publisher: Example Lab", "publisher: &name Example Lab",
            "seeds/documents.yml, line 2: anchors and aliases are not allowed",
        ),
        (
            "documents.yml", "publisher: Example Lab", "publisher: *name",
            "seeds/documents.yml, line 2: anchors and aliases are not allowed",
        ),
        (
            "documents.yml", "publisher: Example Lab", "publisher: !!python/name:os.system x",
            "seeds/documents.yml, line 2: tags are not allowed",
        ),
        (
            "documents.yml", "2024-03-01", "01/03/2024",
            "seeds/documents.yml, line 4, field 'lab-report.date': '01/03/2024'; expected a date as YYYY-MM-DD, or "
            "nothing when none was published",
        ),
        (
            "documents.yml", "2024-03-01", "2024-02-30",
            "seeds/documents.yml, line 4, field 'lab-report.date': '2024-02-30' is not a day of the calendar",
        ),
        (
            "documents.yml", "reliability: B", "reliability: G",
            "seeds/documents.yml, line 6, field 'lab-report.reliability': 'G'; expected 'A', 'B', 'C', 'D', 'E' or 'F'",
        ),
        (
            "documents.yml", "https://lab.example/report", "javascript:alert(1)",
            "seeds/documents.yml, line 5, field 'lab-report.url': 'javascript:alert(1)'; expected an address that "
            "begins with https:// or http://",
        ),
        (
            "documents.yml", "lab-report:", "Lab Report:",
            "seeds/documents.yml, line 1, field 'Lab Report': 'Lab Report'; expected lower-case words joined by "
            "hyphens, such as 'china-says'",
        ),
        (
            "organisations.yml", "  kind:", "  knid:",
            "seeds/organisations.yml, line 3, field 'city-office.knid': unknown key 'knid'; did you mean 'kind'?",
        ),
        (
            "brands/hello-city.yml", "id: hello-city", "id: hallo-city",
            "seeds/brands/hello-city.yml, line 1, field 'id': 'hallo-city'; expected 'hello-city', the name of the file",
        ),
        (
            "brands/hello-city.yml", "object: city-office", "object: city-offcie",
            "seeds/brands/hello-city.yml, line 18, field 'claims.0.object': no organisation 'city-offcie' in the seed "
            "list; did you mean 'city-office'?",
        ),
        (
            "brands/hello-city.yml", "object: city-office", "object: account:x:nobody",
            "seeds/brands/hello-city.yml, line 18, field 'claims.0.object': no account 'x:nobody' in the seed list",
        ),
        (
            "brands/hello-city.yml", "    document: lab-report\n    place", "    document: lab-raport\n    place",
            "seeds/brands/hello-city.yml, line 19, field 'claims.0.document': no document 'lab-raport' in "
            "documents.yml; did you mean 'lab-report'?",
        ),
        (
            "brands/hello-city.yml", "    document: lab-report\n    place", "    place",
            "seeds/brands/hello-city.yml, line 17, field 'claims.0.document': is missing; every entry of this kind "
            "needs it",
        ),
        (
            "brands/hello-city.yml", "operated_by", "owned_by",
            "seeds/brands/hello-city.yml, line 17, field 'claims.0.predicate': 'owned_by'; expected 'operated_by', "
            "'part_of', 'supervised_by', 'pays_for', 'same_as', 'relays', 'quotes' or 'criticises'",
        ),
        (
            "brands/hello-city.yml", "platform: facebook", "platform: myspace",
            "line 14, field 'accounts.1.platform': 'myspace'; expected one of x, facebook",
        ),
        (
            "brands/hello-city.yml", "'@HelloCity'", "https://x.com/HelloCity",
            "line 5, field 'accounts.0': handle 'https://x.com/HelloCity': this is an address or a path",
        ),
        (
            "brands/hello-city.yml", "'@HelloCity'", "../HelloCity",
            "line 5, field 'accounts.0': handle '../HelloCity': this is an address or a path",
        ),
        (
            "brands/hello-city.yml", "nearly 190,000", "very many",
            "line 8, field 'accounts.0.followers.0.says': 'very many'; expected a figure",
        ),
        (
            "brands/hello-city.yml", "state: none", "state: no",
            "line 12, field 'accounts.0.labels.0.state': 'no'; expected 'state_affiliated'",
        ),
        (
            "brands/hello-city.yml", "platform: facebook\n    handle:", "platform: x\n    handle: hellocity",
            "line 14, field 'accounts.1': 'x:hellocity' already stands in seeds/brands/hello-city.yml",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_its_file_and_line(
    seeds: Path, name: str, before: str, after: str, message: str
) -> None:
    change(seeds, name, before, after)

    refused = refusal(seeds)

    assert message in refused


def test_an_unreadable_file_does_not_make_the_other_files_look_wrong(seeds: Path) -> None:
    change(seeds, "documents.yml", "publisher: Example Lab", "publisher: *name")

    assert refusal(seeds) == "seeds/documents.yml, line 2: anchors and aliases are not allowed"


def test_an_account_that_nothing_is_claimed_of_is_refused(seeds: Path) -> None:
    path = seeds / "brands" / "hello-city.yml"
    path.write_text(BRAND[: BRAND.index("claims:")], encoding="utf-8")

    refused = refusal(seeds)

    assert refused.splitlines() == [
        "seeds/brands/hello-city.yml, line 5, field 'accounts.0': the account x:hellocity has no claim, neither its "
        "own nor its brand's",
        "seeds/brands/hello-city.yml, line 14, field 'accounts.1': the account facebook:~hello-city has no claim, "
        "neither its own nor its brand's",
    ]


def test_all_mistakes_of_all_files_are_named_at_once(seeds: Path) -> None:
    change(seeds, "documents.yml", "reliability: B", "reliability: G")
    change(seeds, "organisations.yml", "state_organ", "bakery")
    change(seeds, "brands/hello-city.yml", "operated_by", "owned_by")
    change(seeds, "brands/hello-city.yml", "object: city-office", "object: nobody")
    (seeds / "brands" / "empty.yml").write_text("", encoding="utf-8")
    (seeds / "brands" / "notes.txt").write_text("x", encoding="utf-8")

    refused = refusal(seeds).splitlines()

    places = [line.split(": ")[0] for line in refused]
    assert places == [
        "seeds/brands/empty.yml",
        "seeds/brands/notes.txt",
        "seeds/documents.yml, line 6, field 'lab-report.reliability'",
        "seeds/organisations.yml, line 3, field 'city-office.kind'",
        "seeds/brands/hello-city.yml, line 17, field 'claims.0.predicate'",
        "seeds/brands/hello-city.yml, line 18, field 'claims.0.object'",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe\x00a", "is not UTF-8 text at byte 0"),
        (b"a: b\x00c", "cannot be read"),
        (b"a: [b", "line 1: "),
        (b"a:\n  - b\n c: d", "line 3: "),
        (b"a: 1\n---\nb: 2\n", "but found another document"),
        (b"- one\n- two\n", "is not a mapping"),
        (b"[" * 5000, "nested too deeply"),
        (b"a: " + b"b" * LARGEST_FILE_BYTES, "is larger than"),
    ],
)
def test_a_file_that_is_not_a_plain_seed_file_is_refused(seeds: Path, content: bytes, message: str) -> None:
    (seeds / "organisations.yml").write_bytes(content)

    refused = refusal(seeds)

    assert any(
        line.startswith("seeds/organisations.yml") and message in line for line in refused.splitlines()
    )


def test_a_missing_file_is_named(seeds: Path) -> None:
    (seeds / "documents.yml").unlink()

    assert refusal(seeds).splitlines()[0] == "seeds/documents.yml: is missing"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("version: 1", "version: one", "line 1, field 'version'"),
        ("  culture:", "  culture.food:", "line 3, field 'codes.culture.food': has no parent; expected a code 'culture'"),
        ("A song, A dance", "A song", "line 8, field 'codes.culture.examples'"),
        ("museum*", "mu*eum", "line 10, field 'codes.culture.keywords.en.1': 'mu*eum'; a `*` may stand only at the end"),
        ("museum*", "m*", "line 10, field 'codes.culture.keywords.en.1': 'm*'; a stem needs at least 3 letters"),
        ("    excludes: laws\n", "", "line 3, field 'codes.culture.excludes': is missing"),
        (CODEBOOK, "", "is empty"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_codebook_is_refused_with_its_line(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    path = tmp_path / "codebook.yml"
    path.write_text(CODEBOOK.replace(before, after, 1), encoding="utf-8")

    with pytest.raises(SeedError) as refused:
        load_codebook(path)

    assert message in str(refused.value)


# -- what a claim rests on


TRACE = """\
    evidence:
      - document: other-lab
        place: table 2
        says: Shares an identifier with the office's site.
        kind: technical
        credibility: 2
        sha256: {}
"""


def add_trace(folder: Path, sha256: str = "a" * 64) -> None:
    """Give the brand's claim a technical trace from another publisher."""
    with (folder / "documents.yml").open("a", encoding="utf-8") as file:
        file.write(
            "other-lab:\n  publisher: Other Lab\n  title: A trace\n  date: 2024-04-01\n  reliability: C\n"
        )
    change(
        folder, "brands/hello-city.yml", "    grade: moderate\n", TRACE.format(sha256) + "    grade: high\n"
    )


def test_a_second_independent_kind_of_evidence_makes_a_claim_high(seeds: Path) -> None:
    add_trace(seeds)

    [claim] = load_seeds(seeds).claims

    assert [(item.document, item.kind, item.credibility, item.evidence) for item in claim.items] == [
        ("lab-report", "documented", 6, None), ("other-lab", "technical", 2, "a" * 64),
    ]  # fmt: skip


def test_a_claim_needs_no_stated_grade(seeds: Path) -> None:
    change(seeds, "brands/hello-city.yml", "    grade: moderate\n", "")

    assert len(load_seeds(seeds).claims) == 1


@pytest.mark.parametrize(
    ("before", "after", "line", "message"),
    [
        (
            "grade: moderate",
            "grade: high",
            22,
            "'high'; the evidence gives 'moderate' (high needs two independent kinds",
        ),
        ("grade: moderate", "kind: contextual\n    grade: moderate", 23, "the evidence gives 'low'"),
        ("grade: moderate", "kind: audience", 17, "audience can never support operated_by"),
        ("grade: moderate", "kind: mention", 17, "mention can never support operated_by"),
        ("grade: moderate", "kind: hearsay", 22, "expected 'documented', 'technical'"),
        ("grade: moderate", "credibility: 7", 22, "less than or equal to 6"),
        ("grade: moderate", "credibility: 0555567", 22, "less than or equal to 6"),
        ("object: city-office", "object: brand:hello-city", 18, "itself; expected two"),
        ("grade: moderate", "valid_from: 2024-02-01\n    valid_to: 2024-01-01", 17, "before it begins"),
    ],
)
def test_a_claim_that_its_evidence_cannot_bear_is_refused_with_its_line(
    seeds: Path, before: str, after: str, line: int, message: str
) -> None:
    change(seeds, "brands/hello-city.yml", before, after)

    found = refusal(seeds)

    assert f"brands/hello-city.yml, line {line}," in found
    assert message in found


def test_a_hash_that_is_none_and_evidence_from_nowhere_are_refused(seeds: Path) -> None:
    add_trace(seeds, sha256="NO")
    change(seeds, "brands/hello-city.yml", "document: other-lab", "document: nowhere")

    found = refusal(seeds)

    assert "claims.0.evidence.0.sha256" in found
    assert "no document 'nowhere'" in found


def test_claims_that_make_a_circle_are_refused(seeds: Path) -> None:
    with (seeds / "organisations.yml").open("a", encoding="utf-8") as file:
        for one, other in (("first", "second"), ("second", "first")):
            file.write(
                f"{one}:\n  name: {one}\n  kind: icc\n  claims:\n    - predicate: part_of\n      object: {other}\n"
                "      document: lab-report\n      place: page 4\n      says: Says so.\n"
            )

    assert "makes a circle: second → first → second" in refusal(seeds)


# -- where a body sits, since when, and what documents count


def test_every_shipped_centre_has_a_level_and_a_province() -> None:
    centres = [one for one in load_seeds(SHIPPED).organisations if one.kind == "icc"]

    assert len(centres) == 27
    assert [one.id for one in centres if one.level is None or one.province is None] == []
    assert {one.id for one in centres if one.province == "CN-ZJ" and one.level != "province"} == {
        "hangzhou-icc", "ningbo-icc", "wenzhou-icc", "xianju-icc", "yiwu-icc", "yuhang-icc",
    }  # fmt: skip


def test_every_shipped_centre_of_a_named_body_says_who_stands_behind_it() -> None:
    shipped = load_seeds(SHIPPED)

    above = {claim.subject for claim in shipped.claims if claim.subject_type == "organisation"}
    assert {"gansu-icc", "shandong-icc", "heilongjiang-icc", "shenzhen-icc", "western-china-ico",
            "south-southeast-asian-media-icc"} <= above  # fmt: skip


def test_the_shipped_figures_keep_the_words_of_their_documents() -> None:
    figures = load_seeds(SHIPPED).figures

    said = {(one.counted, one.place, one.level, one.as_published, one.lower, one.upper) for one in figures}
    assert {
        ("icc", "China", "", "over 70", 70, None),
        ("icc", "Zhejiang", "below_province", "16", 16, 16),
        ("icc", "China", "", "more than 200", 200, None),
        ("icc", "China", "province", "29", 29, 29),
        ("cities_with_icc", "China", "city", "dozens of cities", None, None),
    } <= said
    assert len(figures) == 9


def test_a_province_is_read_from_the_place_and_a_founding_is_kept_as_exact_as_given(seeds: Path) -> None:
    change(
        seeds, "organisations.yml", "  country: NO",
        "  place: Wuhan, Hubei\n  country: CN\n  founded: 2020-05\n  founded_document: lab-report",
    )  # fmt: skip

    [office] = load_seeds(seeds).organisations

    assert office == Organisation(
        "city-office", "City Office", "state_organ", place="Wuhan, Hubei", country="CN", province="CN-HB",
        founded="2020-05", founded_document="lab-report",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("place", "country", "province"),
    [
        ("浙江省", "CN", "CN-ZJ"),
        (" hong kong ", "CN", "CN-HK"),
        ("Macau", "CN", "CN-MO"),
        ("Zhejiang Road", "CN", None),
        ("Hubei", "US", None),
        ("Taipei, Taiwan", "CN", None),
    ],
)
def test_only_a_place_that_names_a_province_word_for_word_gives_one(
    seeds: Path, place: str, country: str, province: str | None
) -> None:
    change(seeds, "organisations.yml", "  country: NO", f"  place: '{place}'\n  country: {country}")

    [office] = load_seeds(seeds).organisations

    assert office.province == province


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("province: CN-XX", "province': 'CN-XX'; expected the code of a unit at province level, such as 'CN-ZJ'"),
        ("province: Zhejiang", "province': 'Zhejiang'; expected the code of a unit at province level"),
        ("province: CN-TW", "expected the code of a unit at province level"),
        ("province: CN-ZJ\n  country: NO", "province CN-ZJ and country NO; expected a province of CN only"),
        ("province: CN-ZJ\n  place: Wuhan, Hubei", "province CN-ZJ, but the place 'Wuhan, Hubei' lies in CN-HB"),
        ("founded: 2020", "founded and founded_document; expected both or neither"),
        ("founded_document: lab-report", "founded and founded_document; expected both or neither"),
        ("founded: 2020-13\n  founded_document: lab-report", "'2020-13-01' is not a day of the calendar"),
        ("founded: --05-17\n  founded_document: lab-report", "expected YYYY, YYYY-MM or YYYY-MM-DD from 1800 on"),
        ("founded: 9999\n  founded_document: lab-report", "expected YYYY, YYYY-MM or YYYY-MM-DD from 1800 on"),
        ("founded: 2020\n  founded_document: lab-rport", "no document 'lab-rport' in documents.yml; did you mean 'lab-report'?"),
    ],
)  # fmt: skip
def test_a_body_in_no_province_or_founded_without_a_document_is_refused(
    seeds: Path, lines: str, words: str
) -> None:
    change(seeds, "organisations.yml", "  country: NO", f"  {lines}")

    assert words in refusal(seeds)


def test_a_figure_keeps_its_words_and_gets_its_bounds_from_them(figures: Path) -> None:
    [figure] = load_seeds(figures).figures

    assert figure == PublishedFigure(
        "icc", "China", "", "over 70", 70, None, None, "lab-report", "page 4", "Counts the centres."
    )


def test_a_figure_in_words_is_open_on_both_sides_unless_bounds_are_given(figures: Path) -> None:
    change(figures, "figures.yml", "over 70", "dozens\n  lower: 24")

    [figure] = load_seeds(figures).figures

    assert (figure.as_published, figure.lower, figure.upper) == ("dozens", 24, None)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("counted: icc", "counted: centres", "counted': 'centres'; expected 'icc'"),
        (
            "place: China",
            "place: Atlantis",
            "'Atlantis'; expected 'China', or a place that ends with a province",
        ),
        ("place: China", "place: China\n  level: village", "level': 'village'; expected 'province'"),
        ("over 70", "over 70\n  lower: 71", "lower 71; 'over 70' gives 70"),
        ("over 70", "over 70\n  upper: 80", "upper 80; 'over 70' gives None"),
        ("over 70", "dozens\n  lower: 9\n  upper: 4", "upper 4 is below lower 9"),
        ("over 70", "dozens\n  lower: -1", "lower"),
        ("over 70", "dozens\n  upper: NO", "upper"),
        ("as_published: over 70", "as_published:", "as_published': is missing"),
        ("document: lab-report", "document: lab-rport", "did you mean 'lab-report'?"),
        ("where: page 4", "", "where': is missing"),
        ("says:", "quote: x\n  says:", "unknown key 'quote'"),
        ("says:", "on: 2024-02-30\n  says:", "'2024-02-30' is not a day of the calendar"),
        ("says:", "where: page 5\n  says:", "the key 'where' stands here a second time"),
    ],
)
def test_a_bad_figure_is_refused_with_its_field(figures: Path, before: str, after: str, words: str) -> None:
    change(figures, "figures.yml", before, after)

    said = refusal(figures)

    assert "seeds/figures.yml" in said
    assert words in said


def test_a_figure_that_stands_twice_is_refused(figures: Path) -> None:
    (figures / "figures.yml").write_text(FIGURES + FIGURES.replace("centres:", "again:", 1), encoding="utf-8")

    assert "'again': says again what 'centres' says" in refusal(figures)
