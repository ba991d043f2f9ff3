"""Proxies that the environment names: for the world, never for this machine's own addresses."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import MutableMapping

LOOPBACK = "127.0.0.1,localhost,::1"
_NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def spare_loopback(environ: MutableMapping[str, str] = os.environ) -> tuple[str, ...]:
    """Keep this machine's own addresses from every proxy, for us and for what we start.

    Return a sentence for each proxy that is not used, since that takes a package which is missing.
    """
    said = []
    names = [name for upper in _NAMES for name in (upper, upper.lower()) if environ.get(name)]
    for name in names:
        # The HTTP client refuses to work at all with one that it cannot speak to.
        if environ[name].startswith("socks") and importlib.util.find_spec("socksio") is None:
            del environ[name]
            said.append(
                f"{name} names a SOCKS proxy: it is not used without `pip install socksio`."
            )
    if names:
        named = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
        spared = f"{named},{LOOPBACK}" if named else LOOPBACK
        environ["NO_PROXY"] = environ["no_proxy"] = spared
    return tuple(said)
