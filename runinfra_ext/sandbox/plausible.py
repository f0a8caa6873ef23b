"""Plausible values of parameters: from what was said, else what such a parameter usually holds."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from .mentions import Accept, Mentions, listed, words_of

_DAY: Final = date(2026, 5, 18)
_CLOCK: Final = "09:30:00"
_VARIANTS: Final = 40  # texts of one kind that are tried
_PLACES: Final = listed(
    "city location place country town destination origin address region state capital "
    "where airport station area province district venue"
)
_PEOPLE: Final = listed(
    "name firstname lastname surname user username author person customer contact "
    "recipient guest owner employee player artist company organization brand product "
    "model"
)
_PROMPTS: Final = listed(
    "query question prompt message input q search request text content task topic subject"
)
_REPLIES: Final = listed(
    "answer response reply summary result explanation reason reasoning thought "
    "thoughts output conclusion comment feedback description note notes translation"
)
_SUMS: Final = listed("expression formula equation calculation expr")
_ORIGINS: Final = listed("from origin source departure start")
_TARGETS: Final = listed("to destination arrival target end")
# Last word of a parameter's name -> what it holds when nothing of the kind was said.
_USUAL: Final = {
    **dict.fromkeys(
        ["city", "location", "place", "town", "destination", "capital", "area"], "Paris"
    ),
    **dict.fromkeys(["origin", "departure", "source"], "Berlin"),
    **dict.fromkeys(["country", "nationality"], "France"),
    **dict.fromkeys(["state", "region", "province"], "Bavaria"),
    **dict.fromkeys(["name", "person", "author", "customer", "contact", "guest"], "Ada Lovelace"),
    **dict.fromkeys(["owner", "recipient", "employee", "player", "artist"], "Ada Lovelace"),
    **dict.fromkeys(["user", "username", "login"], "ada"),
    **dict.fromkeys(["company", "organization", "brand"], "Acme"),
    "firstname": "Ada",
    "lastname": "Lovelace",
    "surname": "Lovelace",
    "street": "12 Main Street",
    "address": "12 Main Street",
    "currency": "EUR",
    **dict.fromkeys(["language", "lang", "locale"], "en"),
    **dict.fromkeys(["phone", "telephone", "mobile"], "+1 202 555 0147"),
    **dict.fromkeys(["zip", "zipcode", "postcode", "postal"], "75001"),
    "title": "A paper boat",
    **dict.fromkeys(["color", "colour"], "blue"),
    **dict.fromkeys(["unit", "units"], "celsius"),
    **dict.fromkeys(["timezone", "tz"], "Europe/Paris"),
    **dict.fromkeys(["category", "kind", "type", "label", "tag"], "general"),
    "status": "open",
    **dict.fromkeys(["file", "filename"], "report.txt"),
    **dict.fromkeys(["path", "directory", "folder"], "documents/report.txt"),
    **dict.fromkeys(["hour", "time"], "09:30"),
    "weekday": "Monday",
    "month": "May",
    "version": "1.0.0",
    "code": "A1",
    **dict.fromkeys(["id", "identifier", "key", "reference"], "a1b2c3"),
    "sentiment": "positive",
    "animal": "cat",
    "fruit": "apple",
}
# What kind of mention a parameter takes, by a word of its name.
_KINDS: Final = {
    **dict.fromkeys(["email", "mail", "emails"], "email"),
    **dict.fromkeys(["url", "uri", "link", "website", "homepage", "href"], "uri"),
    **dict.fromkeys(["date", "day", "birthday", "deadline", "dob", "until", "since"], "date"),
    **dict.fromkeys(["datetime", "timestamp", "moment"], "date-time"),
    **dict.fromkeys(["uuid", "guid"], "uuid"),
}


def of_format(name: str, mentions: Mentions, accept: Accept) -> Iterator[str]:
    """Texts of a format of JSON Schema; none of an unknown one."""
    if name in {"date", "date-time", "time"}:
        day = mentions.of("days", lambda _: True) if name != "time" else None
        clock = mentions.of("times", lambda _: True) if name != "date" else None
        if day or clock:
            yield _moment(name, day or _DAY.isoformat(), clock or _CLOCK)
    said = {"email": "emails", "idn-email": "emails", "uri": "urls", "iri": "urls"}.get(name)
    found = mentions.of(said, accept) if said else None
    if found:
        yield found
    for number in range(_VARIANTS):
        text = _formatted(name, number)
        if text is None:
            return
        yield text


def _moment(name: str, day: str, clock: str) -> str:
    return {"date": day, "time": f"{clock}Z", "date-time": f"{day}T{clock}Z"}[name]


def _formatted(name: str, number: int) -> str | None:
    end = "" if not number else str(number)
    day = (_DAY + timedelta(days=number)).isoformat()
    if name in {"date", "time", "date-time"}:
        return _moment(name, day, f"{(9 + number) % 24:02d}:30:00")
    # The first digit goes through all that there are.
    digits = uuid.uuid5(uuid.NAMESPACE_URL, f"runinfra:{number}").hex
    texts = {
        "duration": f"PT{number + 1}H30M",
        "email": f"ada{end}@example.com",
        "idn-email": f"ada{end}@example.com",
        "hostname": f"www{end}.example.com",
        "idn-hostname": f"www{end}.example.com",
        "ipv4": f"192.0.2.{10 + number}",
        "ipv6": f"2001:db8::{10 + number:x}",
        "uri": f"https://example.com/{end}",
        "iri": f"https://example.com/{end}",
        "uri-reference": f"/docs/{end}",
        "iri-reference": f"/docs/{end}",
        "uri-template": f"https://example.com/{{id{end}}}",
        "uuid": str(uuid.UUID(f"{number % 16:x}{digits[1:]}", version=4)),
        "json-pointer": f"/items/{number}",
        "relative-json-pointer": f"{number + 1}/items",
        "regex": f"^[a-z]+{end}$",
    }
    return texts.get(name)


def texts(name: str, described: str, mentions: Mentions, accept: Accept) -> Iterator[str]:
    """Texts for a parameter, the most fitting first.

    Args:
        name: of the parameter; empty if it has none.
        described: its description.
        mentions: what was said.
        accept: whether its schema takes a text.
    """
    words = words_of(name)
    last = words[-1] if words else ""
    bag = set(words)
    joined = "".join(words)
    for found in _said(words, bag, joined, mentions, accept):
        if found:
            yield found
    kind = next((_KINDS[word] for word in reversed(words) if word in _KINDS), None)
    if kind is not None:
        yield from of_format(kind, mentions, accept)
    if bag & _REPLIES:
        yield mentions.answer or mentions.prompt or "sample"
    for word in (joined, last, *words):
        if word in _USUAL:
            yield _USUAL[word]
    if not words or described.lower().startswith(("the user", "what the user")):
        yield mentions.prompt or "sample"
    yield " ".join(words) or "sample"
    for number in range(2, _VARIANTS):
        yield f"{' '.join(words) or 'sample'} {number}"


def _said(
    words: list[str], bag: set[str], joined: str, mentions: Mentions, accept: Accept
) -> Iterator[str | None]:
    """What of the conversation a text parameter may be, the most fitting first."""
    yield mentions.pair(words, accept)
    if bag & _SUMS:
        yield mentions.of("sums", accept)
    if any(word in _KINDS for word in words):
        return
    if bag & _ORIGINS:
        yield mentions.place_after("from", accept)
    if bag & _TARGETS:
        yield mentions.place_after("to", accept)
    if bag & _PLACES:
        for preposition in ("in", "at", "for", "of", "to", "near"):
            yield mentions.place_after(preposition, accept)
        yield mentions.name(accept)
        yield mentions.quote(accept)
        return
    if bag & _PEOPLE or joined in _PEOPLE:
        yield mentions.quote(accept)
        yield mentions.name(accept)
        return
    if bag & _PROMPTS:
        yield mentions.quote(accept)
        yield mentions.prompt or None
        return
    if bag & _REPLIES:
        return
    yield mentions.quote(accept)
    if not any(word in _USUAL for word in (joined, *words)):
        yield mentions.name(accept)


# Words of a number's name -> the number when none was said, and nothing bounds it.
_NUMBERS: Final = {
    "age": 36,
    "year": 2026,
    "month": 5,
    "day": 18,
    "hour": 9,
    "minute": 30,
    "port": 8080,
    "temperature": 21,
    "latitude": 48.85,
    "lat": 48.85,
    "longitude": 2.35,
    "lon": 2.35,
    "lng": 2.35,
    "price": 19.99,
    "cost": 19.99,
    "amount": 19.99,
    "total": 19.99,
    "salary": 48000,
    "population": 2100000,
    "weight": 70,
    "height": 175,
    "percent": 50,
    "percentage": 50,
    "score": 0.8,
    "confidence": 0.8,
    "probability": 0.8,
    "rating": 4,
    "id": 1042,
    "count": 3,
    "quantity": 3,
    "limit": 10,
    "page": 1,
}


def usual_number(name: str) -> float:
    """The number that such a parameter usually holds."""
    return next((_NUMBERS[word] for word in reversed(words_of(name)) if word in _NUMBERS), 7)
