"""Charts of the findings, for the pages and the report alike: each takes rows and returns an Altair chart.

A chart carries its own words: a title that says what it shows, and below it the unit, n and *as of*.
"""

from tracker.charts.ads import MOST_RULES, ads_per_month, new_payers
from tracker.charts.audiences import audience_graph
from tracker.charts.bursts import bursts
from tracker.charts.labels import MOST_BRANDS, STATE_WORDS, label_matrix, label_timeline
from tracker.charts.lives import MOST_ADS, ad_lives
from tracker.charts.look import DARK, LABEL_WORDS, LIGHT, OUTCOME_WORDS, Look, config
from tracker.charts.months import NOT_ASKED, coverage_runs
from tracker.charts.payers import MOST_PAYERS, payer_lanes
from tracker.charts.places import country_map, country_ranks, other_places
from tracker.charts.posts import posts_per_month
from tracker.charts.provinces import (
    LEVEL_WORDS,
    centres_by_year,
    founded_by_year,
    level_of,
    province_map,
    province_ranks,
    year_of,
)
from tracker.charts.registry import MOST_LANES, coverage_band, lanes_of
from tracker.charts.stacks import shares_stacked
from tracker.charts.targeting import MARK, group_of, shift_bars, targeting_heatmap
from tracker.charts.topics import NOT_CODED, codes_of, topic_share, topic_shares
from tracker.charts.words import first_use, shortened, until

__all__ = [
    "DARK",
    "LABEL_WORDS",
    "LEVEL_WORDS",
    "LIGHT",
    "MARK",
    "MOST_ADS",
    "MOST_BRANDS",
    "MOST_LANES",
    "MOST_PAYERS",
    "MOST_RULES",
    "NOT_ASKED",
    "NOT_CODED",
    "OUTCOME_WORDS",
    "STATE_WORDS",
    "Look",
    "ad_lives",
    "ads_per_month",
    "audience_graph",
    "bursts",
    "centres_by_year",
    "codes_of",
    "config",
    "country_map",
    "country_ranks",
    "coverage_band",
    "coverage_runs",
    "first_use",
    "founded_by_year",
    "group_of",
    "label_matrix",
    "label_timeline",
    "lanes_of",
    "level_of",
    "new_payers",
    "other_places",
    "payer_lanes",
    "posts_per_month",
    "province_map",
    "province_ranks",
    "shares_stacked",
    "shift_bars",
    "shortened",
    "targeting_heatmap",
    "topic_share",
    "topic_shares",
    "until",
    "year_of",
]
