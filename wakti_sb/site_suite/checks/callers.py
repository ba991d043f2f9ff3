"""Who asks the site API, and by what it is known."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wakti_sb.stack import Endpoint

from .people import Person
from .site import Headers, Site
from .sites import HOME, Sites

VISITOR = "visitor"
OWNER = "owner"
OTHER_OWNER = "other owner"
NO_PROJECT = "owner of nothing"
SITE_USER = "site user"
OTHER_SITE_USER = "another site user"
SUSPENDED = "suspended site user"
FOREIGN_SITE_USER = "other site's user"
LOGGED_OUT = "logged-out token"
GARBAGE = "garbage token"
EXPIRED = "expired access token"
FORGED = "forged access token"
PUBLISHABLE = "publishable key"
SECRET = "secret key"  # noqa: S105  (the name of a caller)

EVERYBODY = (
    VISITOR,
    OWNER,
    OTHER_OWNER,
    NO_PROJECT,
    SITE_USER,
    OTHER_SITE_USER,
    SUSPENDED,
    FOREIGN_SITE_USER,
    LOGGED_OUT,
    GARBAGE,
    EXPIRED,
    FORGED,
    PUBLISHABLE,
    SECRET,
)
TOKENS = (SITE_USER, OTHER_SITE_USER, SUSPENDED, FOREIGN_SITE_USER, LOGGED_OUT, GARBAGE)


@dataclass(frozen=True)
class Callers:
    """Every kind of caller.

    Parameters:
        endpoint: where they come.
        owner, other_owner: of the sites, and of a site of its own.
        nobody: somebody who is signed in and owns nothing.
        sites: of the run.
    """

    endpoint: Endpoint
    owner: Person
    other_owner: Person
    nobody: Person
    sites: Sites

    def headers(self, who: str, site: Site) -> Headers:
        """What a caller sends along from the site's own origin."""
        return {"Origin": HOME, **self._known_by(who, site)}

    def token(self, who: str, site: Site) -> str:
        """The site token that a caller holds."""
        match who:
            case "garbage token":
                return base64.urlsafe_b64encode(hashlib.sha256(b"nobody").digest()).decode()[:43]
            case "other site's user":
                return self.sites.site(self.other_owner.id).account(SITE_USER).token
            case "logged-out token" | "suspended site user":
                fresh = who not in site.accounts
                account = site.account(who)
                if fresh and who == SUSPENDED:
                    site.suspend(account)
                elif fresh:
                    site.send("POST", "auth/logout", site.home, data={"token": account.token})
                return account.token
            case _:
                return site.account(who).token

    def _known_by(self, who: str, site: Site) -> Headers:
        if who == VISITOR:
            return {}
        if who in TOKENS:
            return {"X-Site-Token": self.token(who, site)}
        bearer: dict[str, Callable[[], str]] = {
            OWNER: lambda: self.owner.access_token,
            OTHER_OWNER: lambda: self.other_owner.access_token,
            NO_PROJECT: lambda: self.nobody.access_token,
            EXPIRED: lambda: self._altered({"exp": 1_700_000_000}, self.endpoint.jwt_secret),
            FORGED: lambda: self._altered({"aal": "aal2"}, None),
            PUBLISHABLE: lambda: self.endpoint.publishable_key,
            SECRET: lambda: self.endpoint.secret_key,
        }
        return {"Authorization": f"Bearer {bearer[who]()}"}

    def _altered(self, claims: dict[str, Any], secret: str | None) -> str:
        """The owner's token with other claims; without a secret it keeps its old signature."""
        head, body, signature = self.owner.access_token.split(".")
        held = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        if secret is not None:
            head = _encoded(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        altered = f"{head}.{_encoded(json.dumps({**held, **claims}).encode())}"
        if secret is not None:
            digest = hmac.digest(secret.encode(), altered.encode(), "sha256")
            signature = _encoded(digest)
        return f"{altered}.{signature}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
