"""What everything after a stack sees of it: addresses and keys, never which stack it is."""

from __future__ import annotations

from dataclasses import dataclass

from wakti_sb.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A Supabase project that runs somewhere.

    Parameters:
        api_url: the gateway, e.g. `http://127.0.0.1:54321`.
        functions_url: where edge functions answer, e.g. `{api_url}/functions/v1`.
        publishable_key: `sb_publishable_…` or the legacy anon key, for browsers.
        secret_key: `sb_secret_…` or the legacy service_role key, bypasses row level security.
        db_url: PostgreSQL as role postgres; it carries the password. None where nobody told.
        anon_key: the legacy JWT for browsers, where the project has one.
        service_role_key: the legacy JWT that bypasses row level security, likewise.
        jwt_secret: signs the tokens of users; None where a project does not tell.
        dashboard_url: the owner's page, where the stack serves it.
    """

    api_url: str
    functions_url: str
    publishable_key: str
    secret_key: str
    db_url: str | None = None
    anon_key: str | None = None
    service_role_key: str | None = None
    jwt_secret: str | None = None
    dashboard_url: str | None = None

    @property
    def database(self) -> str:
        """`db_url`, for what cannot do without. Raise UsageError if nobody told it."""
        if self.db_url is None:
            raise UsageError(
                f"this needs the database behind {self.api_url}, and only the API is known.",
                remedy="Name it with --db-url postgresql://postgres:…",
            )
        return self.db_url

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
