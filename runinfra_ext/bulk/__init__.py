"""Bulk jobs: many rows, sent at the gateway's pace, kept in a journal, and each paid once.

A job is begun by ``client.bulk.map``, ``client.bulk.embed`` or ``client.bulk.run``; this package
has what they give out (:class:`Row`, :class:`Account`) and take (:class:`JobOptions`), and what
can be done with a journal alone: :func:`status` and :func:`export`.

What the parts promise, for those who build on them (workers of a cluster, a command line):

- :func:`row_key` gives the idempotency key of a row from job, row key and request digest. Nothing
  else goes into it: whoever repeats a row, anywhere, has the same key.
- :class:`Flow` says how many requests may be on their way (``limit``) and when the next may leave
  (``wait``), and learns from each that ended (``ended``, ``hold``). It does no I/O and needs no
  journal: one of it can pace many workers.
- :func:`judged` says what an error means: the row's own, the whole job's, or to come back later.
- :class:`Row` and :class:`Account` are plain objects that can be pickled; accounts can be added.
- :func:`checked_options` checks the options of a job, and ``Options.made_flow()`` gives its flow.
"""

from __future__ import annotations

from .account import Account
from .errors import BulkStoppedError, JournalError
from .export import Status, export, status
from .flow import Flow
from .keys import request_digest, row_key
from .options import JobOptions, checked_options
from .rows import Row, RowMeta, Usage
from .vectors import Vectors
from .verdict import Verdict, judged

__all__ = [
    "Account",
    "BulkStoppedError",
    "Flow",
    "JobOptions",
    "JournalError",
    "Row",
    "RowMeta",
    "Status",
    "Usage",
    "Vectors",
    "Verdict",
    "checked_options",
    "export",
    "judged",
    "request_digest",
    "row_key",
    "status",
]
