"""What everything stands on: checks, redaction, metadata, JSON, limits. Imports no other room."""
