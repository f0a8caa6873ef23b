"""One call: its arguments, options, headers and URL, its attempts, and what is repeated."""
