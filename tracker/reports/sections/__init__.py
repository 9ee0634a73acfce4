"""The sections of the report: each asks the lake, and answers with a title, a line, tables and figures."""
