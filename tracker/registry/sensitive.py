"""Words in targeting that may stand for a sensitive category, in several languages: a proxy to look at, never a verdict.

Regulation (EU) 2022/2065 (Digital Services Act), Art. 26(3), forbids platforms to present ads based on profiling with the
special categories of Regulation (EU) 2016/679 (GDPR), Art. 9(1): racial or ethnic origin, political opinions, religious or
philosophical beliefs, trade union membership, health, sex life or sexual orientation (genetic and biometric data have no
words here). The words are ours; nobody published such a list. A word that ends in `*` also begins longer ones.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

WORDS: Mapping[str, str] = {
    "politics": (
        "politic* conservativ* liberal liberals liberalism progressiv* socialis* communis* marxis* fascis* nationalis* "
        "republican* democrat* democrats left-wing right-wing far-right tea_party election* voter* activis* "
        "politik* politisch* partei* konservativ* sozialis* kommunis* grüne linke wahlen rechtsextrem* "
        "politique* parti_politique extrême_droite extrême_gauche élection* socialiste* communiste* nationaliste* "
        "polític* izquierda derecha partido_polític* elecciones política* esquerda direita eleições partito elezioni "
        "polity* wybory partia lewica prawica политик* политич* выборы партия либерал* коммунист* оппозици* "
        "سياسة سياسية انتخابات حزب 政治 选举 選舉 政党 政黨 民主 共产 共產 选民"
    ),
    "faith": (
        "religio* christian* catholic* protestant* evangelical* orthodox_church muslim* islam* quran ramadan jewish jew jews "
        "judaism hindu* buddhis* sikh* atheis* bible church gospel mosque jesus falun_gong presbyterian* mormon* "
        "christentum christlich* katholi* evangelisch* muslimisch* moslem* jüdisch* judentum kirche glaube atheist* "
        "chrétien* catholique* protestant* musulman* juif juive juifs bouddhis* église "
        "cristian* católic* musulmán* judío* iglesia cattolic* chiesa igreja muçulman* chrześcija* katolic* kościół "
        "религи* христиан* православ* мусульман* ислам* иуде* буддис* церковь دين مسلم مسلمين الإسلام مسيحي 宗教 基督 天主教 "
        "伊斯兰 穆斯林 佛教 教会 法轮功"
    ),
    "ethnicity": (
        "ethnic* racial* african-american* african_american* black_(color) black_history black_lives black_people hispanic* "
        "hispanidad latino* latina* latinx chicano* mexican-american* asian_american* native_american* indigenous roma_people "
        "romani kurd kurds kurdish uyghur* uighur* tibetan* arab arabs multicultural_affinity pan-african* la_raza immigrant* "
        "migrant* refugee* ethnie* ethnisch* migrant* flüchtling* kurden sinti ethnique* immigré* réfugié* kurde* "
        "étnic* gitano* inmigrante* refugiado* migranti rifugiati uchodź* этнич* мигрант* беженц* татар* курды уйгур* "
        "عرقي لاجئ لاجئين أكراد 民族 种族 種族 移民 难民 維吾爾 维吾尔 藏族"
    ),
    "health": (
        "health* disease* illness* cancer diabet* hiv aids depress* anxiety disabilit* disabled autis* addiction* pregnan* "
        "abortion* infertil* obes* vaccin* mental_health veteran_ptsd gesundheit* krank* krebs depression* behinder* drogensucht suchtkrank* "
        "schwanger* impf* santé maladie* handicap* grossesse* avortement* salud enfermedad* cáncer discapacid* embaraz* aborto* "
        "salute malatti* saúde doença* zdrowi* chorob* ciąża здоров* болезн* депресси* инвалид* беременн* صحة مرض سرطان "
        "健康 疾病 癌症 抑郁 怀孕 疫苗 残疾"
    ),
    "sexuality": (
        "lgbt* gay gays lesbian* bisexual* transgender* queer homosexual* same-sex pride_parade sexual_orientation "
        "schwul* lesbisch* homosexuell* homosexuel* lesbienne* homosexuales lesbiana* omosessual* homossexua* gej* "
        "гей геи лесби* гомосексуал* лгбт* مثلي 同性恋 同性戀 跨性别"
    ),
    "trade union": (
        "trade_union* labor_union* labour_union* union_member* gewerkschaft* syndicat* syndicalis* sindicato* sindical* "
        "sindacat* związek_zawodowy związki_zawodowe профсоюз* نقابة 工会 工會"
    ),
}
"""The words by category: apart by spaces, `_` for a space within one."""
UNREAD_KINDS = (
    "age", "gender", "language", "location", "location_living_in", "location_recently_in", "exclude_location", "country",
    "placements", "platform", "device_os", "follower_lookalike", "connections", "excluded_connections",
    "friends_of_connections", "unknown",
)  # fmt: skip
"""Kinds of criteria that are not read: places, ages, devices, and handles, whose words say nothing of those reached."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def categories_of(text: str) -> dict[str, str]:
    """Return each sensitive category that a criterion may stand for, with the word that says so."""
    line = _folded(text)
    return {name: found[0] for name, pattern in _patterns().items() if (found := pattern.search(line))}


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {
        name: re.compile("|".join(dict.fromkeys(_pattern(word) for word in words.split())))
        for name, words in WORDS.items()
    }


def _pattern(word: str) -> str:
    plain = _folded(word.removesuffix("*").replace("_", " "))
    if _UNSPACED.search(plain):
        return re.escape(plain)
    end = r"\w*" if word.endswith("*") else r"(?!\w)"
    return rf"(?<!\w){re.escape(plain)}{end}"
