"""Opens what may leave the tracker: the lake with pseudonyms for whoever is not public, made from this record's key."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Engine

from tracker import findings
from tracker.analysis.tables import Lake
from tracker.exports import registry, sdaf
from tracker.exports.content import Export
from tracker.findings import Finding, Options
from tracker.findings.publication import CAVEAT, Secret, pseudonyms_of, published
from tracker.store import claims, delivery, publishing
from tracker.store.engine import unit_of_work

OF_THE_REGISTRY = ("registry", "claims")
"""What can be exported beside the findings: everything about who stands behind whom, or the claims alone."""


def secret_of(engine: Engine) -> Secret:
    """Return what the pseudonyms of this record are made of; its key is made when it is first asked for."""
    with unit_of_work(engine) as session:
        return Secret(publishing.pseudonym_key(session), publishing.also_known(session))


def lake_to_publish(engine: Engine, lake: Lake) -> Lake:
    """Return a lake as it may be published, with the pseudonyms of this record."""
    return published(lake, secret_of(engine))


def finding(engine: Engine, lake: Lake, name: str, options: Options) -> Finding:
    """Return a finding as it may be published; its last caveat says who bears a pseudonym."""
    found = findings.run(name, lake_to_publish(engine, lake), options)
    return replace(found, caveats=(*found.caveats, CAVEAT))


def export(engine: Engine, lake: Lake, name: str, options: Options) -> Export:
    """Return what `tracker export NAME` writes: a finding, or tables of the registry, with pseudonyms."""
    if name not in OF_THE_REGISTRY:
        return Export(name, {name: finding(engine, lake, name, options)})
    secret = secret_of(engine)
    with unit_of_work(engine) as session:
        stated = claims.all_claims(session)
    tables = registry.tables(published(lake, secret), stated, pseudonyms_of(lake, secret))
    wanted = ("claims", "evidence", "objections") if name == "claims" else tuple(tables)
    return Export(name, {table: tables[table] for table in wanted})


def ads_in_sdaf(engine: Engine, lake: Lake, options: Options) -> tuple[Export, list[dict[str, Any]]]:
    """Return what `tracker export ads --format sdaf` writes: what must be said, and each ad in SDAF, with pseudonyms."""
    secret = secret_of(engine)
    open_lake, names = published(lake, secret), pseudonyms_of(lake, secret)
    ads = sdaf.ads(open_lake, options)
    snapshots = [int(ad["snapshot_id"]) for ad in ads]
    with unit_of_work(engine) as session:
        numbers = delivery.numbers_of(session, snapshots)
        removals = delivery.removals_of(session, snapshots)
    words = {number: names.text(removal) for number, removal in removals.items()}
    documents = [
        sdaf.document(ad, numbers.get(ad["snapshot_id"], []), words.get(ad["snapshot_id"])) for ad in ads
    ]
    found = finding(engine, lake, "ads", options)
    return sdaf.told(found, documents), documents
