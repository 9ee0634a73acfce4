"""What is told to whom: changes become alerts, and alerts go out by the rules that people made."""
