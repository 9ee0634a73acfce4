"""TikTok's Research API: a user and their videos, for researchers whom TikTok let in.

A question spans at most thirty days, so that longer ones are cut; 1,000 questions and 100,000 records are given out a day.
Only creators of age are shown, and lists leave out without a word: nothing is concluded from what they do not show.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker.collect import tiktok_answers
from tracker.collect import tiktok_research_cells as cells
from tracker.collect.answers import apart_or, document_or_none, records_of
from tracker.collect.post_cells import words
from tracker.collect.sources import Client
from tracker.collect.tiktok_research_cells import Place
from tracker.collect.timelines import Timeline, account_in
from tracker.domain import Answer, Page, Parsed, Record, Release, Scope
from tracker.errors import BadInput

name = "tiktok_research"
platform = "tiktok"
kind = "posts"
needs: tuple[str, ...] = ("TIKTOK_RESEARCH_CLIENT_KEY", "TIKTOK_RESEARCH_CLIENT_SECRET")
hosts = ("open.tiktokapis.com",)
per_minute = 20
origin = "https://developers.tiktok.com/products/research-api (for researchers, on application)"
required = ("id",)
release: Release | None = None
matched = False
scope = {
    "account": "the account, such as tiktok:somebody",
    "from": "first day asked about, YYYY-MM-DD; else two weeks ago",
    "to": "last day asked about, YYYY-MM-DD; else today",
}
BASE = "https://open.tiktokapis.com/v2"
MOST_PAGES = 1_000
_VIDEO = (
    "id,create_time,username,region_code,video_description,music_id,like_count,comment_count,share_count,view_count,"
    "favorites_count,effect_ids,hashtag_names,sticker_info_list,video_mention_list,video_label,playlist_id,voice_to_text,"
    "is_stem_verified,video_duration"
)
_USER = "display_name,bio_description,bio_url,avatar_url,is_verified,follower_count,following_count,likes_count,video_count"


def question(scope: Scope) -> str:
    """Return the name that TikTok is asked by; refuse an account of which none is known."""
    account = account_in(scope, "account=tiktok:NAME")
    asked = account.handle or account.key
    if not asked.replace(".", "").replace("_", "").isalnum() or len(asked) > 24:
        raise BadInput("TikTok is asked by a user's name, and none is known", field="--scope account")
    return asked.casefold()


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the videos of an answer, or the user that it is about."""
    found = (one for record in records_of(body) for one in cells.items_in(record.values))
    yield from (Record(line, one) for line, one in enumerate(found, 1))


def shape(values: Mapping[str, Any]) -> str:
    """Name what a record is: a `user` or a `video`."""
    return "user" if "display_name" in values else "video"


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the profile and a post for each video, once."""
    timeline = Timeline(name, scope, account_in(scope, "account=tiktok:NAME"))
    users, videos = list[Record](), dict[str, Record]()
    for record in records:
        if shape(record.values) == "user":
            users.append(record)
        else:
            videos.setdefault(str(record.values.get("id")), record)
    for record in users[:1]:
        yield apart_or(lambda one: cells.profile(one, timeline.profile(), timeline.account), record)
    listing = timeline.posts(outcome="rows" if videos else "empty_unverified")
    yield listing
    for record in videos.values():
        yield apart_or(lambda one: cells.post(one, listing, timeline.account), record)


# -- asking ------------------------------------------------------------------------------------------------------


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask for the user, then slice by slice for the videos; a token that ended is renewed."""
    desk, asked, (first, end) = _Desk(client, credentials), question(scope), cells.days(scope)
    place: Place | None = Place.read(cursor) if cursor else Place.slice_from(first, end)
    if place is not None and cursor is None:
        answer = desk.post("user/info", _USER, {"username": asked})
        outcome, said = tiktok_answers.refused(answer)
        if said:
            yield Page(answer, outcome=outcome or "error", message=said)
            return
        yield Page(
            answer, place.text, about_account=True, standing="present" if cells.data_of(answer) else None
        )
    for _ in range(MOST_PAGES):
        if place is None:
            return
        page = _videos(desk, asked, place, cells.days(scope)[1])
        yield page
        place = Place.read(page.cursor) if page.cursor and page.outcome is None else None


def _videos(desk: "_Desk", asked: str, place: Place, end: Any) -> Page:
    answer = desk.post("video/query", _VIDEO, place.question(asked))
    outcome, said = tiktok_answers.refused(answer)
    if said:
        return Page(answer, outcome=outcome or "error", message=said)
    onward = place.onward(cells.data_of(answer), end)
    return Page(answer, onward.text if onward else None)


class _Desk:
    """Asks with a token, and with a new one when TikTok says that it has ended."""

    def __init__(self, client: Client, credentials: Mapping[str, str]):
        self._client, self._credentials, self._token = client, credentials, ""

    def post(self, what: str, fields: str, body: object) -> Answer:
        """Return the answer to a question, or to that for a token where none is given."""
        answer = self._post(what, fields, body) if self._token else None
        if answer is None or answer.status == 401:
            granted = self._renew()
            if not self._token:
                return granted
            answer = self._post(what, fields, body)
        return answer

    def _post(self, what: str, fields: str, body: object) -> Answer:
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._client.post(
            f"{BASE}/research/{what}/", params={"fields": fields}, json=body, headers=headers
        )

    def _renew(self) -> Answer:
        form = {"client_key": self._credentials[needs[0]], "client_secret": self._credentials[needs[1]],
                "grant_type": "client_credentials"}  # fmt: skip
        answer = self._client.post(f"{BASE}/oauth/token/", form=form)
        self._token = words(document_or_none(answer), "access_token") or ""
        return answer
