"""Compares the project with its last release, and says what the next version must be."""
