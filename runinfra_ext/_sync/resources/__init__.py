# Generated from runinfra_ext/_async/resources/__init__.py by `make gen`; do not edit.
# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The operations, grouped as OpenAI users know them."""
