# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The operations, by their tags."""
