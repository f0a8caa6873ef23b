"""The rules that the document has to follow; `lint_document.py` is their command."""
