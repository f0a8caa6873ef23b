# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Keyword arguments of the methods of ``client.models``."""

from __future__ import annotations
