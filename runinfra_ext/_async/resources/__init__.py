# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The operations, grouped as OpenAI users know them."""
