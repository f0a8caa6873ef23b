# Generated from runinfra_ext/_async/mixins/__init__.py by `make gen`; do not edit.
"""What is more than a call: methods written by hand, beside those that the document gives."""
