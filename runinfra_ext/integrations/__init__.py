"""Other people's clients and frameworks, over this SDK's engine; each needs its own extra."""
