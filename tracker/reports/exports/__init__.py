"""The forms a report takes: a page, a document, a workbook, text files. Each is a pure drawing of the content."""
