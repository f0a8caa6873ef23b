"""The blocking drivers: generated from ``_async``, except ``_http`` and ``_timing``."""
