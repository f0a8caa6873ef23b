"""Everything that `make gen` does: from the document to the generated files."""
