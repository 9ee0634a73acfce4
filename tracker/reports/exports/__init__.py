"""The forms a report takes: page, document, workbook, text files. Each is a pure drawing of the content."""
