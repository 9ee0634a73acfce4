"""Opens what may leave the tracker: the lake with pseudonyms for whoever is not public, made from this record's key."""

from dataclasses import replace

from sqlalchemy import Engine

from tracker import findings
from tracker.analysis.tables import Lake
from tracker.findings import Finding, Options
from tracker.findings.publication import CAVEAT, Secret, published
from tracker.store import publishing
from tracker.store.engine import unit_of_work


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
