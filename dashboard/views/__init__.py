"""One file a page: its question, its filters, its answer and what that does not show."""
