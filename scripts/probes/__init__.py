"""What the live canary does: one row for each thing that must work at a gateway."""
