"""One record of each source whose posts come by file, for the contract that every source keeps."""

from typing import Any

from tests.collect import zeeschuimer

FILED: dict[str, dict[str, Any]] = {
    "zeeschuimer": zeeschuimer.envelope("x.com", zeeschuimer.x_post(), seen=1_720_000_000_000),
    "fourcat": {"id": "DThread0001", "author": "somebody", "body": "Hello", "timestamp": "2024-07-03 10:00:00", "reposts": "1",
                "author_is_verified": "no"},
    "crowdtangle": {"Page Name": "Some Body", "User Name": "somebody", "Facebook Id": "100200300400",
                    "Post Created": "2024-07-03 10:00:00 EDT", "URL": "https://www.facebook.com/somebody/posts/900800700",
                    "Message": "Hello", "Likes": "1,234"},
    "io_archive": {"userid": "0a/b+c=", "user_screen_name": "0a/b+c=", "tweetid": "1094567890123456789", "tweet_text": "Hello",
                   "tweet_time": "2019-01-05 10:00"},
    "content_library": {"id": "3000000000000001", "creation_time": "2024-07-03T10:00:00+0000", "text": "Hello",
                        "post_owner.id": "77001122", "post_owner.name": "Some Body", "post_owner.username": "somebody",
                        "statistics.love_count": "2"},
    "cooretweet": {"object_id": "https://news.example.org/1", "account_id": "somebody", "content_id": "1094567890123456789",
                   "timestamp_share": "1720000000"},
    "junkipedia": {"id": "4001", "attributes.published_at": "2024-07-03T10:00:00Z", "attributes.url": "https://x.com/somebody/status/1",
                   "attributes.search_data_fields.sanitized_text": "Hello", "attributes.channel.channel_name": "Some Body"},
    "telegram_export": {"id": 5, "type": "message", "date": "2024-07-03T10:00:00", "date_unixtime": "1720000800", "text": ["Hello"],
                        "chat": {"id": 1234567890, "name": "Some Body", "type": "public_channel"}},
    "twarc": {"kind": "post", "item": {"id": "1808000000000000001", "text": "Hello", "created_at": "2024-07-03T10:00:00.000Z",
                                       "author": {"id": "77", "username": "somebody", "verified": False}}},
    "posts_csv": {"id": "p-1", "text": "Hello", "date": "2024-07-03 10:00:00", "author": "somebody", "platform": "x"},
}  # fmt: skip
STATED = {"cooretweet": {"platform": "x"}}
"""What must be stated beside a file of a source."""
