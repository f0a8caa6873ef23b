"""Makes the documentation's pages, those of the reference from the code and from the document."""
