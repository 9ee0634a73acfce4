"""The weekly report and the exports."""
