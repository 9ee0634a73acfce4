"""Opens what may leave the tracker: the lake with pseudonyms for whoever is not public, made from this record's key."""

from sqlalchemy import Engine

from tracker.analysis.tables import Lake
from tracker.findings.publication import Secret, published
from tracker.store import publishing
from tracker.store.engine import unit_of_work


def secret_of(engine: Engine) -> Secret:
    """Return what the pseudonyms of this record are made of; its key is made when it is first asked for."""
    with unit_of_work(engine) as session:
        return Secret(publishing.pseudonym_key(session), publishing.also_known(session))


def lake_to_publish(engine: Engine, lake: Lake) -> Lake:
    """Return a lake as it may be published, with the pseudonyms of this record."""
    return published(lake, secret_of(engine))
