"""Snapshot: what one observation said, or two of them side by side, with the evidence they rest on."""

from dashboard import snapshots

snapshots.page()
