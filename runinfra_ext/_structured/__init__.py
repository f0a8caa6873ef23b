"""Schemas from Python types, values from JSON, and Python functions as tools."""
