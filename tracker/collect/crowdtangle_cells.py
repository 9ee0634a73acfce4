"""What CrowdTangle's tables have of their own: times with a zone's short name, ids inside addresses, a name that varies. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from tracker.collect.cells import cell_text
from tracker.collect.moments import Moment, moment
from tracker.collect.post_columns import Columns
from tracker.domain import Record

KEY, SCORE = "post id", "overperforming"
"""Columns of ours: the id that stands in the address, and the score whose whole name varies."""
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}) ([A-Z]{2,5})")
_IDS = (
    re.compile(r"/(?:posts|permalink|videos|photos/[^/]+|reel|p|tv)/(?:[^/?#]*?[-_:])?([\w-]{5,})/?(?:[?#].*)?$"),
    re.compile(r"[?&](?:story_fbid|fbid|v)=([\w-]{5,})"),
    re.compile(r"facebook\.com/(?:groups/)?[\w.-]+_(\d{5,})/?$"),
    re.compile(r"facebook\.com/\d+/(?:posts/)?(\d{5,})/?$"),
)  # fmt: skip
_HOURS = {
    "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "CET": 1, "CEST": 2,
    "WET": 0, "WEST": 1, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "KST": 9, "HKT": 8, "SGT": 8, "AEST": 10, "AEDT": 11,
    "NZST": 12, "NZDT": 13,
}  # fmt: skip
"""Short names of zones that mean one thing; CST, IST and BST mean several."""
_VIEWS = ("post views", "total views", "total views for all crossposts", "views")
_FILMS = ("video", "live", "reel", "igtv")
_INTERACTIONS = {
    "likes": "likes", "comments": "comments", "shares": "shares", "love": "love", "wow": "wow", "haha": "haha",
    "sad": "sad", "angry": "angry", "care": "care", "total interactions": "interactions",
}  # fmt: skip
_SPONSOR = ("sponsor id", "sponsor name", "sponsor category")
_TOO = ("post created date", "post created time")

FACEBOOK = Columns(
    "facebook", (KEY,), ("message",), ("post created",), handle=("user name",), native_id=("facebook id",),
    name=("page name", "group name"), title=("link text",), url=("url",), bio=("page description",),
    joined=("page created",), links=("final link", "link"),
    counts=_INTERACTIONS | {"post views": "views", "total views": "total_views",
                            "total views for all crossposts": "crosspost_views"},
    kept=("page category", "page admin top country", "likes at posting", "followers at posting", "members at posting",
          "type", "video share status", "is video owner?", "video length", "image text", "description", *_SPONSOR, SCORE),
    ignored=_TOO, key_form=r"[\w-]{5,64}",
)  # fmt: skip
INSTAGRAM = Columns(
    "instagram", (KEY,), ("description",), ("post created",), handle=("user name",), name=("account",), url=("url",),
    links=("link",), media={"photo": "photo"}, counts=_INTERACTIONS | {"views": "views"},
    kept=("followers at posting", "type", "title", "image text", *_SPONSOR, SCORE), ignored=_TOO,
    key_form=r"[\w-]{5,64}",
)  # fmt: skip


def prepared(record: Record) -> Record:
    """Return a row with the id of its post, the score under one name, and no views of what is no film.

    CrowdTangle prints 0 for the views of a picture: that is no number of views.
    """
    cells = {" ".join(column.casefold().split()): value for column, value in record.values.items()}
    form = cell_text(cells.get("type")).casefold()
    is_film = not form or any(word in form for word in _FILMS)
    kept = {
        (SCORE if SCORE in column else column): value
        for column, value in cells.items()
        if is_film or column not in _VIEWS or cell_text(value) != "0"
    }
    address = cell_text(cells.get("url"))
    key = next((found[1] for pattern in _IDS if (found := pattern.search(address))), "")
    return Record(record.line, {**kept, KEY: key} if key else kept)


@dataclass(frozen=True, slots=True)
class Clock:
    """Reads `2021-05-01 10:00:00 EDT`. `zone` is where the team sat that made the export, if a person says so."""

    zone: tzinfo | None

    def __call__(self, words: str, latest: datetime) -> Moment:
        """Return the time; a short name that means several zones is not guessed."""
        found = _TIME.fullmatch(words)
        if found is None:
            return moment(words, None, zone=self.zone, latest=latest)
        local, name = datetime.fromisoformat(found[1]), found[2]
        zone = self._stated(local, name) or self._known(name)
        if zone is None:
            return Moment(
                None, words, f"{name} names several zones; give --scope zone, such as America/Chicago"
            )
        at = moment(local.replace(tzinfo=zone).isoformat(), None, zone=None, latest=latest)
        return Moment(at.at, words, at.doubt)

    def _known(self, name: str) -> tzinfo | None:
        return timezone(timedelta(hours=_HOURS[name])) if name in _HOURS else None

    def _stated(self, local: datetime, name: str) -> tzinfo | None:
        """Return the offset of the stated zone where it bears that short name then, in the hour that comes twice too."""
        for fold in (0, 1):
            at = local.replace(tzinfo=self.zone or UTC, fold=fold)
            offset = at.utcoffset()
            if self.zone is not None and at.tzname() == name and offset is not None:
                return timezone(offset)
        return None
