# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The error of the low-level client."""


class UnexpectedStatus(Exception):
    """The answer has a status, or a body, that the document does not tell of."""

    def __init__(self, status_code: int, content: bytes) -> None:
        self.status_code = status_code
        self.content = content
        super().__init__(f"Unexpected answer with status {status_code} ({len(content)} bytes)")


__all__ = ["UnexpectedStatus"]
