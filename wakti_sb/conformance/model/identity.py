"""Somebody who sends requests, and the claims of its token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

World = Literal["this", "other"]
WORLDS: tuple[World, ...] = ("this", "other")


@dataclass(frozen=True)
class Identity:
    """Somebody who sends requests.

    Parameters:
        label: how a sentence names it: `the owner`, `another owner`, `anon`.
        role: the database role of its token.
        user_id: the `sub` claim; also the id of its row in auth.users.
        claims: what its token says beside the usual.
        world: whose side it is on; None belongs nowhere.
        member_role: the role it has in the places of its world.
        former: whether it belonged to the place of its world once.
        beside_the_model: nothing in the model asks for it; a policy does.
        headers: those that its requests carry beside the usual ones.
        signature: `valid`, `expired`, `foreign` (signed with another secret) or `none`.
    """

    label: str
    role: str = "authenticated"
    user_id: str | None = None
    claims: Mapping[str, Any] = field(default_factory=dict, hash=False)
    world: World | None = None
    member_role: str | None = None
    signature: str = "valid"
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    former: bool = False
    beside_the_model: bool = False

    @property
    def token(self) -> dict[str, Any]:
        """The claims of its access token, as the Auth service writes them."""
        if self.user_id is None:
            return {"role": self.role}
        usual = {
            "sub": self.user_id,
            "role": self.role,
            "aud": "authenticated",
            "email": f"{self.user_id}@example.com",
            "aal": "aal1",
            "is_anonymous": False,
            "app_metadata": {"provider": "email"},
            "user_metadata": {},
        }
        return {**usual, **self.claims}


ANON = Identity("anon", role="anon")
SERVICE = Identity("service_role", role="service_role")
