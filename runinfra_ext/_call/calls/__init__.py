# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Keyword arguments of the methods, as type checkers and editors see them."""
