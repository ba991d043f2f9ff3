"""What everything after a stack sees of it: addresses and keys, never which stack it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Endpoint:
    """A Supabase project that runs somewhere.

    Parameters:
        api_url: the gateway, e.g. `http://127.0.0.1:54321`.
        db_url: PostgreSQL as role postgres; it carries the password.
        functions_url: where edge functions answer, e.g. `{api_url}/functions/v1`.
        publishable_key: `sb_publishable_…`, for browsers.
        secret_key: `sb_secret_…`, bypasses row level security.
        anon_key: the legacy JWT for browsers.
        service_role_key: the legacy JWT that bypasses row level security.
        jwt_secret: signs the tokens of users; None where a project does not tell.
        dashboard_url: the owner's page, where the stack serves it.
    """

    api_url: str
    db_url: str
    functions_url: str
    publishable_key: str
    secret_key: str
    anon_key: str
    service_role_key: str
    jwt_secret: str | None = None
    dashboard_url: str | None = None

    def env(self) -> dict[str, str]:
        """The names under which the official CLI's `status -o env` prints them."""
        names = {
            "API_URL": self.api_url,
            "DB_URL": self.db_url,
            "FUNCTIONS_URL": self.functions_url,
            "PUBLISHABLE_KEY": self.publishable_key,
            "SECRET_KEY": self.secret_key,
            "ANON_KEY": self.anon_key,
            "SERVICE_ROLE_KEY": self.service_role_key,
            "JWT_SECRET": self.jwt_secret,
        }
        return {name: value for name, value in names.items() if value is not None}

    def __repr__(self) -> str:
        """Without keys and passwords: a repr ends up in logs and in the output of failed tests."""
        return f"Endpoint(api_url={self.api_url!r})"
