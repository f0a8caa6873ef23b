"""For tests of applications: a pytest plugin, and a guard against real network access.

pytest finds the plugin by itself once the package is installed. Its fixtures are
``runinfra_gateway``, ``runinfra_client``, ``async_runinfra_client`` and
``runinfra_network_guard``; see :mod:`runinfra_ext.testing.plugin`.
"""

from __future__ import annotations

from .guard import NetworkBlockedError, NetworkGuard

__all__ = ["NetworkBlockedError", "NetworkGuard"]
