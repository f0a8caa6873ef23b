"""The operations, grouped as OpenAI users know them."""
