# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Operations of the tag audio."""
