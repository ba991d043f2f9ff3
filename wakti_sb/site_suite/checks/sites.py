"""The sites of a run: one for each way in which an owner can set a backend."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
from supabase import Client

from .site import BUCKET, FUNCTION, Site

# The suite sends in a minute what a visitor sends in a day; a test of its own tries the limits.
NO_LIMITS = {
    "rate_limits": dict.fromkeys(("submit", "login", "signup", "write", "upload", "read"), 0)
}
HOME = "https://shop.example.com"
LISTED = (HOME, "https://*.example.org")


@dataclass(frozen=True)
class Setting:
    """How the owner has set the backend of a site.

    Parameters:
        features: beyond the rate limits.
        origins: the list; empty for every origin.
        enabled: whether it is; None for no backend row at all.
    """

    features: dict[str, Any] = field(default_factory=dict)
    origins: tuple[str, ...] = ()
    enabled: bool | None = True


OPEN = "on an open site"
SITE_USERS = "where site users read and write"
OWNER = "where the owner reads and writes"
ORIGINS = "with a list of origins"
NO_BACKEND = "without a backend"
DISABLED = "with its backend disabled"
CLOSED = "with sign-ups closed"
LIMITED = "with a rate limit of two"


def without(feature: str) -> str:
    """The setting with one feature switched off."""
    return f"with {feature} switched off"


FEATURES = ("forms", "collections", "uploads", "auth")
SETTINGS = {
    OPEN: Setting(),
    SITE_USERS: Setting(
        {
            "collections": {"read": "site_users", "write": "site_users"},
            "uploads": {"write": "site_users"},
        }
    ),
    OWNER: Setting(
        {"collections": {"read": "owner", "write": "owner"}, "uploads": {"write": "owner"}}
    ),
    ORIGINS: Setting(origins=LISTED),
    NO_BACKEND: Setting(enabled=None),
    DISABLED: Setting(enabled=False),
    CLOSED: Setting({"auth": {"signup": False}}),
    LIMITED: Setting({"rate_limits": {"submit": 2}}),
    **{without(feature): Setting({feature: {"enabled": False}}) for feature in FEATURES},
}


class Sites:
    """Makes each site when it is first asked for, and takes all of them away again.

    Parameters:
        functions_url: where edge functions answer.
        http: sends what visitors send.
        service: the client with the secret key.
    """

    def __init__(self, functions_url: str, http: httpx.Client, service: Client) -> None:
        self._url = f"{functions_url}/{FUNCTION}"
        self._http = http
        self._service = service
        self._made: dict[tuple[str, str], Site] = {}
        self._projects: list[str] = []

    def site(self, owner_id: str, setting: str = OPEN) -> Site:
        """The owner's site that is set so."""
        key = (owner_id, setting)
        if key not in self._made:
            self._made[key] = self._make(owner_id, SETTINGS[setting])
        return self._made[key]

    def new_project(self, owner_id: str) -> str:
        """The id of a new project without a backend."""
        project = str(uuid.uuid4())
        self.expect(project)
        row = {"id": project, "user_id": owner_id, "name": "made by wakti-sb test"}
        self._service.table("projects").insert(row).execute()
        return project

    def expect(self, project: str) -> None:
        """Remember a project before it is there: a lost answer must not leave it behind."""
        self._projects.append(project)

    def remove(self) -> None:
        """Take away every project with all that belongs to it, and every file."""
        bucket = self._service.storage.from_(BUCKET)
        for project in self._projects:
            while names := [entry["name"] for entry in bucket.list(project)]:
                if not bucket.remove([f"{project}/{name}" for name in names]):
                    break
        if self._projects:
            self._service.table("projects").delete().in_("id", self._projects).execute()

    def _make(self, owner_id: str, setting: Setting) -> Site:
        project = self.new_project(owner_id)
        backend = {"project_id": project, "user_id": owner_id, "enabled": True}
        made = {**backend, "features": NO_LIMITS}
        self._service.table("project_backends").insert(made).execute()
        site = Site(project, owner_id, self._url, {"Origin": HOME}, self._http, self._service)
        if setting.enabled is None or not setting.enabled or setting.features.get("auth"):
            site.account("site user")  # while it can still sign up
        if setting.enabled is None:
            backends = self._service.table("project_backends")
            backends.delete().eq("project_id", project).execute()
        elif setting != Setting():
            site.configure(
                enabled=setting.enabled,
                features={**NO_LIMITS, **setting.features},
                allowed_origins=list(setting.origins),
            )
        return site
