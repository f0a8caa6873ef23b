"""Formats of sound, uploads, vectors."""
