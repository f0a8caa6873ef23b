"""TLS for the sandbox: an authority that lives as long as one run, and what trusts it."""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path
from typing import Any, Final

try:
    import trustme
except ImportError as error:  # pragma: no cover - only without the extra
    _message = "TLS of the sandbox needs its extra: pip install 'runinfra-ext[sandbox]'"
    raise ImportError(_message) from error

_NAMES: Final = ("localhost", "127.0.0.1", "::1")


class Authority:
    """A certificate authority of its own, with one certificate for this machine.

    The private keys stay in memory; only the authority's certificate is a file.

    Args:
        host: that the sandbox listens on, if it is none of the usual names.

    Attributes:
        server_context: what the sandbox serves with.
        ca_file: path of the authority's certificate (PEM), until :meth:`close`.
    """

    def __init__(self, host: str = "localhost") -> None:
        authority = trustme.CA(organization_name="RunInfra sandbox")
        self.server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server_context.set_alpn_protocols(["http/1.1"])
        certificate: Any = authority.issue_cert(*dict.fromkeys((*_NAMES, host)))
        certificate.configure_cert(self.server_context)
        # It also goes by itself when the interpreter ends without a close.
        self._folder = tempfile.TemporaryDirectory(prefix="runinfra-sandbox-")
        self.ca_file = str(Path(self._folder.name) / "ca.pem")
        authority.cert_pem.write_to_path(self.ca_file)

    def close(self) -> None:
        """Remove the file."""
        self._folder.cleanup()


def trusting(ca_file: str) -> ssl.SSLContext:
    """A client's context that trusts this authority and no other.

    Args:
        ca_file: its certificate (PEM).
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.set_alpn_protocols(["http/1.1"])
    return context
