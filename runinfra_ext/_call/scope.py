"""What a client speaks for, as type checkers see it: a workspace, or one of its pipelines.

A client is generic over it: made with ``pipeline_id=`` it is a ``RunInfra[Pipeline]``, whose
methods let ``model`` be left out; with any other client that is a type error. At run time there is
one class, and the URL decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import TypeVar  # the checkers' own: nothing has to be installed
else:
    from typing import TypeVar


class Workspace:
    """A client of the workspace: each call names its ``model``."""


class Pipeline(Workspace):
    """A client of one pipeline, which has a model of its own."""


if TYPE_CHECKING:
    Scope_co = TypeVar("Scope_co", bound=Workspace, default=Workspace, covariant=True)
else:
    Scope_co = TypeVar("Scope_co", covariant=True)
