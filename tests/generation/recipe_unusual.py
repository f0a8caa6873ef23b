"""Uses the unusual operations of recipe.yaml; type-checked and run in a copy of the tree.

    python recipe_unusual.py

Not a test by itself: see test_recipe.py. Prints what it saw as JSON.
"""

from __future__ import annotations

import json
from typing import Any, assert_type

from runinfra_client import models
from runinfra_ext import InvalidRequestError, RunInfra, types
from runinfra_ext.sandbox import Sandbox


def main(client: RunInfra, gateway: Sandbox) -> dict[str, Any]:
    """Call them, and tell what came."""
    note = client.notes.create(text="a", notes=[{"text": "b", "notes": []}])
    assert_type(note, models.Note | None)
    seen: dict[str, Any] = {"nothing": note}
    assert_type(client.notes.update("n", text="a", kinds=["a", "b"]), models.Note | None)
    seen["sent"] = [gateway.journal[-1].path, gateway.journal[-1].headers.get("x-team")]
    client.notes.update("n", text="a", x_team="all")
    seen["team"] = gateway.journal[-1].headers.get("x-team")
    kept = models.Note.from_dict({"class": "c", "async": True, "notes": [{"class": "d"}]})
    seen["keywords"] = [kept.class_, kept.async_, [inner.class_ for inner in kept.notes or ()]]
    try:
        client.notes.update("n", text="a", kinds=["c"])  # type: ignore[list-item]
    except InvalidRequestError as error:
        seen["refused"] = str(error)
    page = client.answers.list()
    assert_type(page.data[0], types.Response)
    assert_type(page.data[0].output_text, str)
    seen["classes"] = [type(page).__module__, type(page.data[0]) is types.Response]
    for answer in client.answers.list_all():
        assert_type(answer, types.Response)
    last = client.answers.last()
    assert_type(last, types.Response | models.Note)
    seen["union"] = type(last) is types.Response
    return seen


if __name__ == "__main__":
    with Sandbox() as sandbox:
        with RunInfra(api_key=sandbox.api_key, base_url=sandbox.base_url) as made:
            print(json.dumps(main(made, sandbox)))
        assert all(entry.valid and not entry.answer_problems for entry in sandbox.journal)
