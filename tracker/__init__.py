"""Watches cloaked state-media accounts: what they say, what they pay to say, who pays, whom they pay to reach."""

__version__ = "0.1.0"
