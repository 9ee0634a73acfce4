"""A reconstruction of the account China Says in 2024, made from the figures that the China Media Project published.

109 ads from January to September; the payer that the study names from July; September three times January; 70 % of
September's ads on politics or the economy; keywords before July, every country and the followers of state media
after. The words, the days and the addresses are ours. Each export of it says so in its name.
"""

import csv
import io
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from babel import Locale
from sqlalchemy import Engine

from tracker.collect.pipeline import import_file
from tracker.settings import Settings
from tracker.store.engine import unit_of_work
from tracker.store.writes import set_meta

NOTICE = (
    "Reconstruction from the published figures of the China Media Project study. These are not the real ads."
)
YEAR = 2024
ADS_PER_MONTH = {1: 10, 2: 8, 3: 8, 4: 8, 5: 7, 6: 8, 7: 14, 8: 16, 9: 30}
POLITICS_AND_ECONOMY = {
    1: (0, 0),
    2: (0, 0),
    3: (0, 1),
    4: (1, 0),
    5: (0, 1),
    6: (1, 1),
    7: (4, 3),
    8: (6, 4),
    9: (14, 7),
}
PAYER_FROM_JULY = "Shanghai Yangzhi Marketing"
AUDIENCES = (
    "Ministry of Foreign Affairs", "Ministry of Commerce", "People's Daily", "CGTN", "China Daily", "The Paper",
    "South China Morning Post",
)  # fmt: skip
ASKED_AND_EMPTY = ("x:~wuhanplus", "x:ichongqing_cimc")

_CULTURE = (
    "Morning mist over the karst peaks of Guilin: which landscape would you visit first?",
    "A tea ceremony in Hangzhou, step by step, the way it has been handed down for centuries.",
    "Cranes return to Poyang Lake as autumn colours reach the shore.",
    "Inside the workshop where porcelain from Jingdezhen is painted by hand.",
    "Steamed buns, noodles, hotpot: three breakfasts from three Chinese cities. Which cuisine is yours?",
    "The skyline of Shanghai at dusk, seen from the river.",
    "Giant pandas and snow: a slow morning in Sichuan.",
    "Dragon boats and drums: traditional culture on the river, two thousand years old.",
    "Snow peaks at sunrise, filmed from the air: a landscape before it wakes.",
    "A weaver in Suzhou shows how silk brocade is made, an intangible cultural heritage.",
)
TARIFFS = "Tariffs hurt consumers first: a look at trade figures and supply chains."
_ECONOMY = (
    "Exports of electric vehicles set a record: what China's manufacturing means for world trade.",
    "High-speed rail links forty new cities. Infrastructure that pays for itself, economists say.",
    "China's economy grew in the third quarter while investment in green energy rose.",
    TARIFFS,
    "New chips, new factories: how technology companies in Shenzhen keep growing.",
)
_POLITICS = (
    "Diplomacy Talk: why the Global South looks to China while Western aid to Africa stays an empty promise.",
    "Is NATO the problem? A peace researcher on militarism and a multipolar world order.",
    "Global governance needs reform: quotations from President Xi Jinping.",
    "Taiwan is China's internal affair: the one-China principle explained in ninety seconds.",
    "Sanctions, hegemony and double standards: what Washington does not say about foreign policy.",
    "The foreign ministry answers: who really raises tensions in the South China Sea?",
    "BRICS summit opens: developing countries speak with one voice at the United Nations.",
)

_TOPICS = {
    text: topic
    for topic, texts in (("culture", _CULTURE), ("economy", _ECONOMY), ("politics", _POLITICS))
    for text in texts
}


def load(engine: Engine, settings: Settings, *, now: Callable[[], datetime]) -> int:
    """Write the exports under `home`, import each as a researcher would, and return the number of ads."""
    with unit_of_work(engine) as session:
        set_meta(session, "notice", NOTICE)
    folder = settings.home / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    for month in ADS_PER_MONTH:
        path = folder / f"x_ads_china_says_{YEAR}-{month:02d}_RECONSTRUCTION.csv"
        path.write_text(export(until=month), encoding="utf-8")
        import_file(engine, settings, "x_ads", path=path, scope=_scope("x:~china-says", month), now=now)
    for account in ASKED_AND_EMPTY:
        path = folder / f"x_ads_{account.partition(':')[2]}_{YEAR}-09_RECONSTRUCTION.csv"
        path.write_text(_table([]), encoding="utf-8")
        import_file(engine, settings, "x_ads", path=path, scope=_scope(account, 9), now=now)
    return sum(ADS_PER_MONTH.values())


def topic_of(text: str) -> str:
    """Return the topic for which one of the reconstruction's texts was written; raise `KeyError` for any other text."""
    return _TOPICS[text]


def export(*, until: int) -> str:
    """Return the CSV of an export made at the end of a month: all ads of the year so far, by the published header."""
    return _table([row for month in range(1, until + 1) for row in _rows(month)])


def _scope(account: str, month: int) -> dict[str, str]:
    last = date(YEAR, month, monthrange(YEAR, month)[1])
    return {
        "account": account,
        "country": "FR",
        "from": f"{YEAR}-01-01",
        "to": last.isoformat(),
        "exported_at": f"{last + timedelta(days=1)}T06:00:00+00:00",
    }


_HEADER = (
    "Advertiser Name", "Funding Entity", "Creative", "Start date", "End Date", "Targeted Segments",
    "Excluded Targeting Segments", "Impressions", "Reach", "Facts And Circumstances Of Removal", "Enforcement Action",
    "Statement Of Reason", "Post text",
)  # fmt: skip


def _table(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, _HEADER, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _rows(month: int) -> Iterator[dict[str, str]]:
    count = ADS_PER_MONTH[month]
    days = monthrange(YEAR, month)[1]
    for number, text in enumerate(_texts(month)):
        start = date(YEAR, month, 1 + number * days // count)
        yield {
            "Advertiser Name": "China Says",
            "Funding Entity": PAYER_FROM_JULY if month >= 7 else "",
            "Creative": f"https://example.org/reconstruction/china-says/{YEAR}-{month:02d}/{number + 1:02d}",
            "Start date": start.isoformat(),
            "End Date": (start + timedelta(days=200 if month == 1 and number < 3 else 13)).isoformat(),
            "Targeted Segments": _targeting(month),
            "Post text": text,
        }


def _texts(month: int) -> Iterator[str]:
    """Yield the month's texts, the topics spread over its days."""
    politics, economy = POLITICS_AND_ECONOMY[month]
    culture = ADS_PER_MONTH[month] - politics - economy
    pools = ((politics, _POLITICS), (economy, _ECONOMY), (culture, _CULTURE))
    placed = [
        ((number + 0.5) / count, pool[(number + month) % len(pool)])
        for count, pool in pools
        for number in range(count)
    ]
    yield from (text for _, text in sorted(placed))


def _targeting(month: int) -> str:
    if month < 7:
        return "Keywords: Shanghai; Keywords: China" if month % 2 else "Keywords: Shanghai"
    return f"Locations: {', '.join(_countries())}; Follower look-alikes: {', '.join(AUDIENCES)}"


def _countries() -> list[str]:
    """Return every country's English name from CLDR, as the study says that every country was listed."""
    not_countries = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
    names = Locale("en").territories
    return sorted(
        name.replace(",", "")
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in not_countries
    )
