"""A process that works for one contender: orders in by standard input, measures out, as JSON lines.

``python -m benchmarks.worker``. An order that can't be done is answered with its error.
"""

from __future__ import annotations

import json
import sys
import traceback

from .jobs import Order, run, server_counts


def main() -> None:
    """Work until standard input ends."""
    for line in sys.stdin:
        fields = json.loads(line)
        counts = server_counts(fields.pop("counts"))
        try:
            answer: dict[str, object] = dict(run(Order(**fields), counts).as_json())
        except NotImplementedError:
            answer = {"absent": True}
        except Exception:  # noqa: BLE001 - one contender's failure must not end the run
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
