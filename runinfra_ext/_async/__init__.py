"""The drivers that do I/O, written once, async; ``_sync`` is generated from them."""
