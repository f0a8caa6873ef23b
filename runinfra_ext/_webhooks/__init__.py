"""Signing, checking and reading webhooks."""
