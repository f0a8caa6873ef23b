"""From bodies to results, and from statuses to errors."""
