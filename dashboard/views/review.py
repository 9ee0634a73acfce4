"""Review: the suspicions that wait for a decision, and those that were decided with their reasons."""

from dashboard import reviewing

reviewing.page()
