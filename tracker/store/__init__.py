"""The record, the evidence and the lake: the only place that speaks SQL."""
