"""Posts and profiles on X through its interface for developers (API v2), with a token that is paid by use.

Each post and each user that is read costs money: one question reads the user and the posts of the last days, and no posts of
others that these refer to. X names what is wrong with a user or a post inside an answer that succeeds.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tracker.collect import x_api_cells
from tracker.collect import x_live_cells as cells
from tracker.collect.answers import apart_or, document_or_none, records_of
from tracker.collect.post_cells import objects, words
from tracker.collect.sources import Client
from tracker.collect.timelines import Timeline, account_in, since
from tracker.domain import AccountRef, Answer, Found, Page, Parsed, Record, Release, Scope, Sought
from tracker.errors import BadInput

name = "x_posts"
platform = "x"
kind = "posts"
needs: tuple[str, ...] = ("X_API_TOKEN",)
hosts = ("api.x.com",)
per_minute = 30
origin = "https://developer.x.com, a project with a bearer token (paid by use)"
required = ("id",)
release: Release | None = None
matched = False
scope = {
    "account": "the account, such as x:somebody or its number",
    "from": "first day asked about, YYYY-MM-DD; else a week ago",
}
BASE = "https://api.x.com/2"
DAYS = 7
MOST_PAGES = 32
"""At most the 3,200 newest posts are given out, a hundred at a time."""
AT_ONCE = 100
_USER = (
    "affiliation,created_at,description,entities,id,is_identity_verified,location,name,parody,pinned_tweet_id,"
    "profile_image_url,protected,public_metrics,subscription_type,url,username,verified,verified_type,withheld"
)
_POST = (
    "attachments,author_id,community_id,conversation_id,created_at,edit_history_tweet_ids,entities,id,in_reply_to_user_id,"
    "lang,note_tweet,possibly_sensitive,public_metrics,referenced_tweets,reply_settings,source,text,withheld"
)
_NUMBER, _NAME = re.compile(r"\d{1,20}"), re.compile(r"[A-Za-z0-9_]{1,15}")


def question(scope: Scope) -> AccountRef:
    """Return the account that X is asked about; refuse one without a number or a name that X could have given."""
    account = account_in(scope, "account=x:NAME")
    if not (account.native_id or _NAME.fullmatch(account.handle or account.key)):
        raise BadInput("X is asked by a name or a number, and neither is known", field="--scope account")
    return account


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the users, or the posts with their media, of an answer; one with problems alone has none."""
    answers = (record.values for record in records_of(body))
    found = (one for answer in answers if "data" in answer for one in x_api_cells.joined(answer))
    yield from (Record(line, one) for line, one in enumerate(found, 1))


def shape(values: Mapping[str, Any]) -> str:
    """Name what a record is: a `user` or a `post`."""
    return "user" if "username" in values else "post"


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the profile and a post for each post, once; the latest version of an edited one stands."""
    asked = account_in(scope, "account=x:NAME")
    people, posts = list[Record](), dict[str, Record]()
    for record in records:
        if shape(record.values) == "user":
            people.append(record)
        else:
            key = next(iter(cells.history_of(record.values)), str(record.line))
            posts.setdefault(key, record)
    user = people[0].values if people else {}
    writer = next((words(one.values, "author_id") for one in posts.values()), None)
    account = replace(
        asked, handle=words(user, "username") or asked.handle, native_id=words(user, "id") or asked.native_id or writer
    )  # fmt: skip
    timeline = Timeline(name, scope, account)
    for record in people[:1]:
        yield apart_or(lambda one: cells.profile(one, timeline), record)
    listing = timeline.posts(
        outcome="rows" if posts else "empty_unverified", complete_since=since(scope, days=DAYS)
    )
    yield listing
    for record in posts.values():
        yield apart_or(lambda one: cells.post(one, listing, account), record)


# -- asking ------------------------------------------------------------------------------------------------------


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask for the user, then for the timeline; `cursor` is the user's number and the token of a page."""
    headers = {"Authorization": f"Bearer {credentials[needs[0]]}"}
    if cursor is None:
        page = _user(client, headers, question(scope))
        yield page
        if page.cursor is None:
            return
        cursor = page.cursor
    for _ in range(MOST_PAGES):
        number, _, token = cursor.partition(" ")
        asked = {
            "max_results": "100", "start_time": f"{since(scope, days=DAYS):%Y-%m-%dT%H:%M:%SZ}", "tweet.fields": _POST,
            "expansions": "attachments.media_keys", "media.fields": "alt_text,media_key,preview_image_url,type,url",
            **({"pagination_token": token} if token else {}),
        }  # fmt: skip
        page = _timeline(client.get(f"{BASE}/users/{number}/tweets", params=asked, headers=headers), number)
        yield page
        if page.cursor is None:
            return
        cursor = page.cursor


def _user(client: Client, headers: Mapping[str, str], account: AccountRef) -> Page:
    by = {"ids": account.native_id} if account.native_id else {"usernames": account.handle or account.key}
    path = "users" if account.native_id else "users/by"
    answer = client.get(f"{BASE}/{path}", params={**by, "user.fields": _USER}, headers=headers)
    values = document_or_none(answer)
    user = next(iter(objects(values, "data")), {})
    number = words(user, "id")
    if answer.status == 200 and number and _NUMBER.fullmatch(number):
        if user.get("protected") is True:
            return Page(
                answer, None, standing="protected", about_account=True, message="the posts are protected"
            )
        return Page(answer, f"{number} ", standing="present", about_account=True)
    return cells.refusal(answer, values)


def _timeline(answer: Answer, number: str) -> Page:
    values = document_or_none(answer)
    meta = values.get("meta") if isinstance(values, dict) else None
    if answer.status != 200 or not isinstance(meta, dict):
        return cells.refusal(answer, values)
    token = words(meta, "next_token")
    nothing = meta.get("result_count") == 0 and token is None
    return Page(answer, f"{number} {token}" if token else None, "empty_confirmed" if nothing else None)


def find(
    sought: Sequence[Sought], scope: Scope, client: Client, credentials: Mapping[str, str]
) -> Iterator[Found]:
    """Ask for posts by their ids, a hundred at a time; what X does not give it explains one by one."""
    headers = {"Authorization": f"Bearer {credentials[needs[0]]}"}
    for start in range(0, len(sought), AT_ONCE):
        keys = [one.key for one in sought[start : start + AT_ONCE]]
        asked = {"ids": ",".join(keys), "tweet.fields": "edit_history_tweet_ids"}
        answer = client.get(f"{BASE}/tweets", params=asked, headers=headers)
        values = document_or_none(answer)
        shown = {key for one in objects(values, "data") for key in (words(one, "id"), *cells.history_of(one))}
        problems = {words(one, "resource_id", "value"): one for one in objects(values, "errors")}
        for key in keys:
            problem = problems.get(key, {})
            standing = (
                "present"
                if key in shown
                else cells.standing_of(problem)
                if answer.status == 200
                else "unknown"
            )
            yield Found(key, standing, answer, None if key in shown else words(problem, "detail"))
