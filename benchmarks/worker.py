"""A process that works for one contender: orders in by standard input, measures out, as JSON lines.

``python -m benchmarks.worker``. An order that can't be done is answered with its error.
"""

from __future__ import annotations

import faulthandler
import json
import sys
import traceback

from .jobs import Order, run, server_counts

_LIMIT = 180  # seconds for one order: whoever hangs shows where and ends, instead of the whole run


def main() -> None:
    """Work until standard input ends."""
    for line in sys.stdin:
        fields = json.loads(line)
        faulthandler.dump_traceback_later(_LIMIT, exit=True)
        counts = server_counts(fields.pop("counts"))
        try:
            answer: dict[str, object] = dict(run(Order(**fields), counts).as_json())
        except NotImplementedError:
            answer = {"absent": True}
        except Exception:  # noqa: BLE001 - one contender's failure must not end the run
            answer = {"error": traceback.format_exc()}
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
