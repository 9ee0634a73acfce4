"""The queries behind each table of the lake, read as Arrow; `docs/lake.md` describes the columns."""

from collections.abc import Mapping

import pyarrow as pa

from tracker.store.lake_connections import Connection, connect

__all__ = [
    "SCHEMAS", "SMALL", "Connection", "connect", "hand_watermarks", "last_seen", "last_snapshot", "month_table", "table",
    "texts_after", "touched_months", "watermarks", "with_last_seen",
]  # fmt: skip

TIME, DAY, TEXT, INT, FLAG = pa.timestamp("us"), pa.date32(), pa.string(), pa.int64(), pa.bool_()


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()))


_CODINGS = _schema(
    item_type=TEXT,
    item_id=INT,
    ym=pa.int32(),
    code=TEXT,
    parent=TEXT,
    coder=TEXT,
    codebook_version=pa.int32(),
)
_SUGGESTIONS = _schema(
    item_type=TEXT, item_id=INT, ym=pa.int32(), model=TEXT, level=TEXT, code=TEXT, probability=pa.float64(),
    suggested=FLAG,
)  # fmt: skip
SCHEMAS: dict[str, pa.Schema] = {
    "accounts": _schema(
        account_id=INT, account=TEXT, brand_id=TEXT, brand=TEXT, platform=TEXT, handle=TEXT, name=TEXT, status=TEXT,
        operator=TEXT, operator_native=TEXT, predicate=TEXT, confidence=TEXT, document_id=TEXT, document=TEXT,
        document_date=DAY, label=TEXT, label_on=DAY, discloses=TEXT, followers=TEXT, place=TEXT, url=TEXT, disputed=FLAG, withdrawn=INT,
        objections=INT, organ=TEXT, chain_confidence=TEXT,
    ),
    "ads": _schema(
        ad_id=INT, snapshot_id=INT, account_id=INT, source=TEXT, listing_id=INT, observed_at=TIME, ym=pa.int32(),
        first_shown=DAY, last_shown=DAY, payer=TEXT, beneficiary=TEXT, advertiser_name=TEXT, text=TEXT,
        creative_url=TEXT, landing_url=TEXT, posted_at=TIME, status=TEXT, targeting_set_id=INT,
        impressions_lower=pa.float64(), impressions_upper=pa.float64(), evidence=TEXT, line=INT,
        language=TEXT, language_certainty=pa.float64(), copy_group=INT, copy_distance=pa.float64(),
    ),
    "posts": _schema(
        post_id=INT, snapshot_id=INT, account_id=INT, source=TEXT, section=TEXT, published_at=TIME, first_seen=TIME, last_seen=TIME,
        ym=pa.int32(), day=DAY, text=TEXT, url=TEXT, language=TEXT, language_certainty=pa.float64(), stated_language=TEXT,
        copy_group=INT, copy_distance=pa.float64(),
    ),
    "ads_codings": _CODINGS,
    "posts_codings": _CODINGS,
    "ads_suggestions": _SUGGESTIONS,
    "posts_suggestions": _SUGGESTIONS,
    "suggestion_models": _schema(
        model=TEXT, digest=TEXT, codebook_version=pa.int32(), embedder=TEXT, items=INT, macro_f1=pa.float64(),
        trained_at=TIME, trained_by=TEXT, state=TEXT,
    ),
    "hand_codings": _schema(
        item_type=TEXT, item_id=INT, coding_id=INT, coder=TEXT, coder_key=TEXT, state=TEXT, code=TEXT, parent=TEXT,
        made_under=pa.int32(), codebook_version=pa.int32(), to_recode=FLAG, selection=TEXT,
    ),
    "hand_settled": _schema(
        item_type=TEXT, item_id=INT, how=TEXT, state=TEXT, coders=INT, code=TEXT, parent=TEXT, counts=FLAG,
        counted_before=FLAG, codebook_version=pa.int32(),
    ),
    "samples": _schema(
        sample_id=INT, item_type=TEXT, item_id=INT, selection=TEXT, account_id=INT, since=DAY, until=DAY,
        population=INT, size=INT, seed=INT, frame_last=INT,
    ),
    "targets": _schema(targeting_set_id=INT, kind=TEXT, value=TEXT, polarity=TEXT, as_published=TEXT),
    "listings": _schema(
        listing_id=INT, query_id=INT, source=TEXT, series=TEXT, account_id=INT, section=TEXT, country=TEXT,
        observed_at=TIME, covers_from=DAY, covers_to=DAY, outcome=TEXT, items=INT, evidence=TEXT, message=TEXT,
        read=INT, stated_total=INT, suspect=FLAG, shown_from=DAY, shown_to=DAY,
        archive=FLAG,
    ),
    "changes": _schema(
        change_id=INT, at=TIME, type=TEXT, account_id=INT, subject=TEXT, field=TEXT, before=TEXT, after=TEXT,
        snapshot_before=TEXT, snapshot_after=TEXT,
    ),
    "looks": _schema(
        look=TEXT, account_id=INT, day=DAY, observed_at=TIME, label=TEXT, label_words=TEXT, bio=TEXT, discloses=TEXT,
        discloses_words=TEXT, handle=TEXT, name=TEXT, entered_by=TEXT, document_id=TEXT, document=TEXT, evidence=TEXT,
        issuer=TEXT, mark=TEXT,
    ),
    "advertiser_reports": _schema(
        listing_id=INT, account_id=INT, name=TEXT, disclaimer=TEXT, spend_lower=pa.float64(), spend_upper=pa.float64(),
        currency=TEXT, spend_as_published=TEXT, ads=INT, line=INT,
    ),
    "drifts": _schema(
        drift_id=INT, source=TEXT, shape=TEXT, field=TEXT, what=TEXT, at=TIME, answers=INT, query_id=INT, evidence=TEXT,
    ),
    "quarantined": _schema(source=TEXT, evidence=TEXT, line=INT, field=TEXT, reason=TEXT),
    "claims": _schema(
        claim_id=INT, subject_type=TEXT, subject=TEXT, predicate=TEXT, object_type=TEXT, object=TEXT, document_id=TEXT,
        publisher=TEXT, title=TEXT, published_on=DAY, place=TEXT, says=TEXT, grade=TEXT, rival=TEXT, valid_from=DAY,
        valid_to=DAY, subject_name=TEXT, object_name=TEXT, object_native=TEXT, analyst=TEXT, reliability=TEXT,
        credibility=INT, kind=TEXT, items=INT, evidence=TEXT, disputed=FLAG, withdrawn=FLAG, withdrawn_on=DAY,
        withdrawn_by=TEXT, withdrawn_reason=TEXT, objections=INT, objection=TEXT,
    ),
    "decisions": _schema(
        number=INT, at=TIME, kind=TEXT, account_id=INT, account=TEXT, other_id=INT, other=TEXT, by=TEXT, reason=TEXT,
        rival=TEXT, predicate=TEXT, operator=TEXT, operator_native=TEXT, claim_id=INT, document_id=TEXT, document=TEXT,
        document_date=DAY, on=DAY,
    ),
    "organisations": _schema(
        organisation_id=TEXT, name=TEXT, native_name=TEXT, kind=TEXT, level=TEXT, place=TEXT, province=TEXT,
        country=TEXT, founded=TEXT, founded_document=TEXT, aliases=TEXT, accounts=INT, accepted_accounts=INT, accounts_below=INT,
        accepted_below=INT,
    ),
    "figures": _schema(
        figure_id=INT, counted=TEXT, place=TEXT, level=TEXT, as_published=TEXT, lower=INT, upper=INT, on=DAY,
        document_id=TEXT, publisher=TEXT, title=TEXT, published_on=DAY, where=TEXT, says=TEXT,
    ),
}  # fmt: skip

_STANDS = "NOT EXISTS (SELECT 1 FROM reparse a WHERE a.of_query_id = {0} AND a.query_id IS NOT NULL)"
"""Of a query: its evidence was not read again with another result, which would stand in its place."""
SMALL = {
    "targets": """
        SELECT set_id AS targeting_set_id, kind, value, polarity, as_published
        FROM targeting_item ORDER BY set_id, kind, value, polarity""",
    "listings": f"""
        SELECT l.id AS listing_id, l.query_id, q.source, l.series, l.account_id, l.section, l.country, l.observed_at,
               l.covers_from, l.covers_to, l.outcome, COALESCE(n.items, 0) + COALESCE(a.items, 0) AS items,
               e.sha256 AS evidence,
               o.message, o.read, o.stated_total,
               EXISTS (SELECT 1 FROM collect_run r WHERE r.suspect IS NOT NULL
                       AND q.started_at BETWEEN r.started_at AND r.finished_at
                       AND (r.platform IS NULL OR r.platform = w.platform)) AS suspect,
               s.shown_from, s.shown_to,
               q.evidence_id IS NOT NULL AND s.listing_id IS NOT NULL AND l.observed_at = q.observed_at AS archive
        FROM listing l JOIN query q ON q.id = l.query_id JOIN query_outcome o ON o.query_id = q.id
        LEFT JOIN account w ON w.id = l.account_id
        LEFT JOIN evidence e ON e.id = q.evidence_id
        LEFT JOIN (SELECT listing_id, COUNT(*) AS items FROM sighting GROUP BY listing_id) n ON n.listing_id = l.id
        LEFT JOIN (SELECT listing_id, COUNT(*) AS items FROM advertiser_report GROUP BY listing_id) a ON a.listing_id = l.id
        LEFT JOIN (SELECT i.listing_id, MIN({{day}}) AS shown_from, MAX({{day}}) AS shown_to
                   FROM sighting i JOIN listing x ON x.id = i.listing_id JOIN query y ON y.id = x.query_id
                   JOIN post p ON p.id = i.item WHERE y.source NOT IN (SELECT source FROM ad)
                   GROUP BY i.listing_id) s ON s.listing_id = l.id
        WHERE {_STANDS.format("l.query_id")} ORDER BY l.id""",  # noqa: S608
    "changes": """
        SELECT id AS change_id, at, type, account_id, subject, field, before, after, snapshot_before, snapshot_after
        FROM change ORDER BY id""",
    "advertiser_reports": f"""
        SELECT r.listing_id, r.account_id, r.name, r.disclaimer, r.spend_lower, r.spend_upper, r.currency,
               r.spend_as_published, r.ads, r.line
        FROM advertiser_report r JOIN listing l ON l.id = r.listing_id JOIN query_outcome o ON o.query_id = l.query_id
        WHERE {_STANDS.format("l.query_id")} ORDER BY r.id""",  # noqa: S608
    "quarantined": f"""
        SELECT q.source, e.sha256 AS evidence, x.line, x.field, x.reason
        FROM quarantined x JOIN query q ON q.id = x.query_id JOIN query_outcome o ON o.query_id = q.id
        LEFT JOIN evidence e ON e.id = q.evidence_id
        WHERE {_STANDS.format("x.query_id")} ORDER BY x.id""",  # noqa: S608
    "drifts": """
        SELECT d.id AS drift_id, d.source, d.shape, d.field, d.what, d.at, d.answers, d.query_id,
               COALESCE(e.sha256, (SELECT p.sha256 FROM query_cursor c JOIN evidence p ON p.id = c.evidence_id
                                   WHERE c.query_id = d.query_id ORDER BY c.seq LIMIT 1)) AS evidence
        FROM field_drift d JOIN query q ON q.id = d.query_id LEFT JOIN evidence e ON e.id = q.evidence_id
        ORDER BY d.id""",
    "figures": """
        SELECT f.id AS figure_id, f.counted, f.place, f.level, f.as_published, f.lower, f.upper, f."on", f.document_id,
               d.publisher, d.title, d.published_on, f."where", f.says
        FROM published_figure f JOIN document d ON d.id = f.document_id ORDER BY f.id""",
}

_ADS = """
    SELECT a.id AS ad_id, s.id AS snapshot_id, a.account_id, a.source, s.listing_id, s.observed_at, {ym} AS ym,
           s.first_shown, s.last_shown, s.payer, s.beneficiary, s.advertiser_name, s.text, s.creative_url,
           s.landing_url, s.posted_at, s.status, s.targeting_set_id, m.lower AS impressions_lower,
           m.upper AS impressions_upper, e.sha256 AS evidence, s.line,
           NULL AS language, NULL AS language_certainty, NULL AS copy_group, NULL AS copy_distance
    FROM ad a
    JOIN ad_snapshot s ON s.id = (
        SELECT x.id FROM ad_snapshot x WHERE x.ad_id = a.id ORDER BY x.observed_at DESC, x.id DESC LIMIT 1)
    JOIN listing l ON l.id = s.listing_id JOIN query q ON q.id = l.query_id
    LEFT JOIN evidence e ON e.id = q.evidence_id
    LEFT JOIN (SELECT snapshot_id, {total_lower} AS lower, {total_upper} AS upper FROM ad_metric
               WHERE name = 'impressions' AND segment = '' GROUP BY snapshot_id) m ON m.snapshot_id = s.id
    WHERE {where} ORDER BY a.id"""
_TOTAL = "COALESCE(MAX(CASE WHEN country = '' THEN {0} END), CASE WHEN COUNT(*) = 1 THEN MIN({0}) END)"
"""The total that the publisher states; else the only number there is. Numbers of several countries are not added."""
_POSTS = """
    SELECT p.id AS post_id, s.id AS snapshot_id, p.account_id, p.source, p.section, p.published_at, p.first_seen, NULL AS last_seen,
           {ym} AS ym, {day} AS day, s.text, p.url, NULL AS language, NULL AS language_certainty,
           p.language AS stated_language, NULL AS copy_group, NULL AS copy_distance
    FROM post p
    JOIN post_snapshot s ON s.id = (
        SELECT x.id FROM post_snapshot x WHERE x.post_id = p.id ORDER BY x.observed_at DESC, x.id DESC LIMIT 1)
    WHERE {where} ORDER BY p.id"""
_LAST_SEEN = """
    SELECT i.item AS post_id, MAX(l.observed_at) AS last_seen FROM sighting i
    JOIN listing l ON l.id = i.listing_id JOIN query q ON q.id = l.query_id
    WHERE q.source NOT IN (SELECT source FROM ad) GROUP BY i.item"""
_TOUCHED = {
    "ads": """
        SELECT DISTINCT {ym} AS ym FROM ad_snapshot s
        WHERE s.id > {ad_snapshot} OR s.ad_id IN (SELECT ad_id FROM ad_snapshot WHERE id > {ad_snapshot})""",
    "posts": """
        SELECT DISTINCT {ym} AS ym FROM post p WHERE p.id > {post}
        OR p.id IN (SELECT post_id FROM post_snapshot WHERE id > {post_snapshot})
        OR p.id IN (SELECT i.item FROM sighting i JOIN listing l ON l.id = i.listing_id
                    JOIN query q ON q.id = l.query_id
                    WHERE l.id > {listing} AND q.source NOT IN (SELECT source FROM ad))""",
}
_MARKS = ("ad_snapshot", "post", "post_snapshot", "listing", "identity_step", "profile_snapshot", "suspect", "review",
          "claim_withdrawal", "claim_objection", "reparse", "suggestion_model")  # fmt: skip
_HAND_MARKS = ("coding", "adjudication", "coding_sample", "codebook")
_DATED = {"ads": "s.first_shown", "posts": "COALESCE(p.published_at, p.first_seen)"}


def table(connection: Connection, name: str) -> pa.Table:
    """Return a small table of the lake, whole, in its schema."""
    return _typed(
        _standing(connection, connection.fetch(SMALL[name].format(day=_day(connection, "p.published_at")))),
        SCHEMAS[name],
    )


def watermarks(connection: Connection) -> dict[str, int]:
    """Return the highest id of each table that the lake is made from."""
    return _highest(connection, (*_MARKS, *_HAND_MARKS))


def hand_watermarks(connection: Connection) -> dict[str, int]:
    """Return the highest id of each table that codings by hand are made from."""
    return _highest(connection, _HAND_MARKS)


def _highest(connection: Connection, names: tuple[str, ...]) -> dict[str, int]:
    parts = ", ".join(f"(SELECT COALESCE(MAX(id), 0) FROM {name}) AS {name}" for name in names)  # noqa: S608
    return {name: int(value) for name, value in connection.fetch(f"SELECT {parts}").to_pylist()[0].items()}


def touched_months(connection: Connection, name: str, since: Mapping[str, int]) -> list[int | None]:
    """Return the months of `ads` or `posts` in which something came in after the watermarks; `None` is undated."""
    marks = {mark: int(since.get(mark, 0)) for mark in _MARKS}
    rows = connection.fetch(_TOUCHED[name].format(ym=_ym(connection, _DATED[name]), **marks)).to_pylist()
    months = [None if row["ym"] is None else int(row["ym"]) for row in rows]
    return sorted(months, key=lambda month: -1 if month is None else month)


def month_table(connection: Connection, name: str, month: int | None) -> pa.Table:
    """Return the items of one month, in the schema of `ads` or `posts`."""
    ym = _ym(connection, _DATED[name])
    where = f"{ym} IS NULL" if month is None else f"{ym} = {int(month)}"
    day = _day(connection, _DATED[name])
    sql = {"ads": _ADS, "posts": _POSTS}[name].format(
        ym=ym, where=where, day=day, total_lower=_TOTAL.format("lower"), total_upper=_TOTAL.format("upper")
    )
    return _typed(_standing(connection, connection.fetch(sql)), SCHEMAS[name])


def last_snapshot(connection: Connection, name: str) -> int:
    """Return the highest id of a snapshot of `ads` or `posts`, 0 where there is none."""
    snapshots = f"{name[:-1]}_snapshot"
    return _highest(connection, (snapshots,))[snapshots]


def texts_after(connection: Connection, name: str, after: int, most: int) -> pa.Table:
    """Return the next snapshots of `ads` or `posts` after one, in the order in which they came: `id`, `text`."""
    sql = f"SELECT id, text FROM {name[:-1]}_snapshot WHERE id > {after} ORDER BY id LIMIT {most}"  # noqa: S608
    return _typed(connection.fetch(sql), _schema(id=INT, text=TEXT))


def last_seen(connection: Connection) -> pa.Table:
    """Return when each post was last seen: `post_id`, `last_seen`."""
    return _typed(connection.fetch(_LAST_SEEN), _schema(post_id=INT, last_seen=TIME))


def with_last_seen(posts: pa.Table, seen: pa.Table) -> pa.Table:
    """Return a month of posts with their column `last_seen` filled."""
    joined = posts.drop_columns(["last_seen"]).join(seen, "post_id").sort_by("post_id")
    return joined.select(SCHEMAS["posts"].names).cast(SCHEMAS["posts"])


def _day(connection: Connection, dated: str) -> str:
    return f"date({dated})" if connection.dialect == "sqlite" else f"({dated} AT TIME ZONE 'UTC')::date"


def _ym(connection: Connection, dated: str) -> str:
    if connection.dialect == "sqlite":
        return (
            f"(CAST(strftime('%Y', {dated}) AS INTEGER) * 12 + CAST(strftime('%m', {dated}) AS INTEGER) - 1)"
        )
    when = dated if dated == _DATED["ads"] else f"{dated} AT TIME ZONE 'UTC'"
    return f"(EXTRACT(YEAR FROM {when}) * 12 + EXTRACT(MONTH FROM {when}) - 1)::int"


def _standing(connection: Connection, found: pa.Table) -> pa.Table:
    """Return rows with the account that theirs turned out to be, where it was merged into another."""
    merged = connection.fetch("SELECT id, merged_into FROM account WHERE merged_into IS NOT NULL").to_pylist()
    if not merged or "account_id" not in found.column_names:
        return found
    onward = {row["id"]: row["merged_into"] for row in merged}
    stands = {one: _end(one, onward) for one in onward}
    place = found.column_names.index("account_id")
    ids = [stands.get(one, one) for one in found.column(place).to_pylist()]
    return found.set_column(place, "account_id", pa.array(ids, INT))


def _end(account: int, onward: Mapping[int, int]) -> int:
    seen = {account}
    while account in onward and onward[account] not in seen:
        account = onward[account]
        seen.add(account)
    return account


def _typed(found: pa.Table, schema: pa.Schema) -> pa.Table:
    """Cast to the lake's types: SQLite has no dates, and a column without values has no type there."""
    columns = [_cast(found.column(field.name), field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _cast(column: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    if column.null_count == len(column):
        return pa.chunked_array([pa.nulls(len(column), wanted)])
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        column = column.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us", "UTC"))
        return column.cast(wanted, safe=False)
    return column.cast(wanted)
