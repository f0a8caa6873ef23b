"""Uses the forms, lists and times of recipe.yaml; type-checked and run in a copy of the tree.

    python recipe_forms.py BASE_URL API_KEY FOLDER

Not a test by itself: see test_recipe.py. Prints what was refused as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, assert_type

from runinfra_client.api.usage import send_parcel

from runinfra_client import models
from runinfra_client.client import Client
from runinfra_client.params import LabelRequestParam
from runinfra_ext import AsyncRunInfra, InvalidRequestError, RunInfra

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
LABEL: LabelRequestParam = {"to": "Bergen", "at": NOON, "kind": None}


def main(base_url: str, api_key: str, folder: Path) -> list[str]:
    """Send a parcel by each client, and what no client sends."""
    picture = folder / "a.png"
    picture.write_bytes(b"PNG")
    gif = ("b.gif", b"GIF", "image/gif")
    with RunInfra(api_key=api_key, base_url=base_url) as client:
        sent = client.parcels.send(
            pictures=[picture, b"raw", gif],
            cover_page=b"top",
            label=LABEL,
            labels=[LABEL, {"to": "Oslo"}],
            table="a,b",
            days=[date(2026, 11, 1), "2026-11-02"],
            level=2,
            kind="parcel",
            x_tags=["a b", " c "],
        )
        assert_type(sent, models.KeptFile | models.UsageRow)
        client.visits.log(at=[NOON], seals=[b"wax"], labels=[LABEL])
        refused = [refusal(client, wrong) for wrong in WRONG]
        try:
            client.visits.log(labels=[{"to": "x", "at": datetime(2026, 1, 1)}])
        except InvalidRequestError as error:
            refused.append(str(error))

    async def again() -> None:
        async with AsyncRunInfra(api_key=api_key, base_url=base_url) as client:
            await client.parcels.send(pictures=[picture], label=LABEL)

    asyncio.run(again())
    with Client(base_url, api_key) as low:
        send_parcel.sync(low, pictures=[picture, gif], cover_page=b"top", label=LABEL, table="a,b")
    return refused


WRONG: list[dict[str, Any]] = [
    {"pictures": b"PNG"},
    {"pictures": []},
    {"pictures": [b"PNG", b""]},
    {"label": {"to": object()}},
    {"level": 3},
    {"kind": "letter"},
    {"x_tags": ["a,b"]},
    {"x_tags": ["a\r\nEvil: 1"]},
]


def refusal(client: RunInfra, wrong: dict[str, Any]) -> str:
    """The error of wrong arguments, which never leave."""
    try:
        client.parcels.send(**{"pictures": [b"PNG"], "label": LABEL, **wrong})
    except InvalidRequestError as error:
        return str(error)
    return "sent"


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))))
