"""What the frameworks' tests ask for, and how they look at what the sandbox saw."""

from __future__ import annotations

from pydantic import BaseModel

CHAT = "acme-chat-8b"
EMBED = "acme-embed-m"
PRIME = [{"role": "user", "content": "Name one prime."}]
COUNT = [{"role": "user", "content": "Count to five."}]
COUNTED = "one two three four five."
PLAN = "Plan a trip to Bergen for 3 days."
ASK = f"{PLAN} What is the weather there?"


class Trip(BaseModel):
    """A trip."""

    city: str
    days: int


TRIP = Trip(city="Bergen", days=3)


def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"21 degrees in {city}"


def operations(sandbox):
    """What was asked, in order."""
    return [entry.operation for entry in sandbox.journal]
