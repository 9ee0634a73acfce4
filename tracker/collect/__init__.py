"""How an answer is asked for, kept, and turned into snapshots."""
