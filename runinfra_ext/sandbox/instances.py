"""Values that satisfy a JSON Schema, as a model under structured output writes them.

jsonschema-rs does the algebra: its canonical form has folded `allOf`, `$ref` with siblings, `if`,
dependencies and most of `not` into plain bounds, and knows many schemas that nothing satisfies.
What is left is to pick a plausible value for each place; the whole is validated before it is given.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Final

from jsonschema_rs import CanonicalSchema, canonical

from .algebra import Blocked, NoInstance, compiled
from .hints import Hints
from .maker import Maker
from .mentions import Mentions

_VARIANTS: Final = 24  # of the whole value, tried one after the other
_SECONDS: Final = 3.0  # of work for one value, not of waiting for others

__all__ = ["NoInstance", "instance"]


def instance(schema: Mapping[str, Any], mentions: Mentions, *, only_objects: bool = False) -> Any:
    """A value that satisfies a schema.

    Args:
        schema: JSON Schema; of draft 2020-12 unless it says otherwise.
        mentions: what the conversation names.
        only_objects: the value must be an object, as arguments are.

    Raises:
        NoInstance: there is none, or it takes a form that can't be made.
    """
    try:
        root, validator = compiled(json.dumps(schema), only_objects)
    except (ValueError, RecursionError) as error:
        first = str(error).partition("\n")[0]
        msg = f"the schema can't be read: {first[:200]}"
        raise NoInstance(msg) from None
    if root.satisfiability() is canonical.Satisfiability.NO:
        msg = "nothing satisfies the schema"
        raise NoInstance(msg)
    until = time.thread_time() + _SECONDS
    hints = Hints(schema)
    dead: set[CanonicalSchema] = set()  # places that have no value that can be made
    for variant in range(_VARIANTS):
        maker = Maker(root, mentions, until, dead)
        try:
            value = maker.make(root, "", hints, variant)
        except Blocked:
            continue
        except RecursionError:
            break
        if validator.is_valid(value):
            return value
    msg = "the sandbox can't make a value that satisfies the schema"
    raise NoInstance(msg)
