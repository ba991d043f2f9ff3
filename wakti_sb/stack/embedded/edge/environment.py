"""What a function finds in its environment: the platform's variables and the project's own."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Mapping

from wakti_sb.stack.embedded.database import EDGE_ROLE
from wakti_sb.stack.embedded.keys import Keys
from wakti_sb.stack.embedded.ports import HOST, Ports
from wakti_sb.stack.embedded.server import PASSWORD

# How this machine reaches the world: what a function's requests need too.
_FOR_THE_NETWORK = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "DENO_CERT",
    "DENO_TLS_CA_STORE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
)
# What Deno finds packages by, and the function itself does not see.
_FOR_PACKAGES = ("HOME", "NPM_CONFIG_REGISTRY", "NPM_CONFIG_USERCONFIG")
# What Deno adds by itself.
_OF_DENO = ("PATH", "DENO_NODE_SHIM_ACTIVE")
# Names that the function's runtime takes away before the function runs (services/edge/runtime.ts).
HIDDEN = "WAKTI_HIDDEN"
LOOPBACK = "127.0.0.1,localhost,::1"


def of_the_platform(ports: Ports, keys: Keys, *, is_ours: bool) -> dict[str, str]:
    """The platform's variables.

    Parameters:
        is_ours: the site API connects as a role of its own and gets no other way in.
    """
    database = f"{HOST}:{ports.db}/postgres"
    found = {
        "SUPABASE_URL": f"http://{HOST}:{ports.api}",
        "SUPABASE_ANON_KEY": keys.anon,
        "SUPABASE_SERVICE_ROLE_KEY": keys.service_role,
        "SUPABASE_PUBLISHABLE_KEYS": json.dumps({"default": keys.publishable}),
        "SUPABASE_SECRET_KEYS": json.dumps({"default": keys.secret}),
        "SUPABASE_JWKS": _jwks(keys.jwt_secret),
    }
    if is_ours:
        found["WAKTI_DB_URL"] = f"postgresql://{EDGE_ROLE}:{keys.edge_password}@{database}"
    else:
        found["SUPABASE_DB_URL"] = f"postgresql://postgres:{PASSWORD}@{database}"
    return found


def of_the_machine(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """How to reach the world from here, where that takes a proxy or an authority of its own."""
    found = _named(_FOR_THE_NETWORK, environ)
    if any(name.lower().endswith("_proxy") for name in found):
        named = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
        found["NO_PROXY"] = f"{named},{LOOPBACK}" if named else LOOPBACK
    return found


def for_fetching(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """All of the person's environment: who may read a registry is written there. No code runs."""
    return {**environ, **of_the_machine(environ)}


def hidden(needed: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What Deno needs and a function does not see, as on the platform.

    Parameters:
        needed: more of it.
    """
    found = {**_named(_FOR_PACKAGES, environ), **needed}
    return {**found, HIDDEN: ",".join([*found, *_OF_DENO, HIDDEN])}


def _named(names: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    both = [variable for name in names for variable in (name, name.lower())]
    return {variable: environ[variable] for variable in both if environ.get(variable)}


def secrets_of(keys: Keys) -> tuple[str, ...]:
    """What no log of a function may show, longest first."""
    encoded = _encoded(keys.jwt_secret)
    hidden = {keys.secret, keys.service_role, keys.jwt_secret, keys.edge_password, encoded}
    return tuple(sorted(hidden, key=len, reverse=True))


def _jwks(secret: str) -> str:
    """The key that signs tokens, as the official CLI gives it to local functions (RFC 7517)."""
    return json.dumps({"keys": [{"kty": "oct", "k": _encoded(secret)}]})


def _encoded(secret: str) -> str:
    return base64.urlsafe_b64encode(secret.encode()).rstrip(b"=").decode()
