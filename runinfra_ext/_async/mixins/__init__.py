"""What is more than a call: methods written by hand, beside those that the document gives."""
