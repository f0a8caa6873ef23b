"""Streams: events, clocks, and the assembly of what they add up to. No I/O."""
