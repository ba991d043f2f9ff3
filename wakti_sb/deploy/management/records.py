"""The answers of the Management API, as far as deploying reads them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

ACTIVE = "ACTIVE_HEALTHY"


class _Record(BaseModel):
    """Frozen; fields that the platform adds one day are no error."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Database(_Record):
    host: str


class Project(_Record):
    """A hosted project.

    Parameters:
        status: `ACTIVE_HEALTHY` is the only one in which it can be deployed to.
    """

    ref: str
    name: str
    region: str
    status: str
    database: _Database


class ApiKey(_Record):
    """One key; `api_key` is None where the token may not see it."""

    name: str
    type: Literal["legacy", "publishable", "secret"] | None = None
    api_key: str | None = Field(default=None, repr=False)


class ApiKeys(_Record):
    """The two keys that the checks at the end need."""

    publishable: str = Field(repr=False)
    secret: str = Field(repr=False)


class Pooler(_Record):
    """Where the project's connection pooler listens."""

    database_type: str
    db_host: str
    db_port: int
    db_name: str
    pool_mode: str


class Login(_Record):
    """A database login that expires by itself."""

    role: str
    password: str = Field(repr=False)
    ttl_seconds: int


class Function(_Record):
    """An edge function as the platform holds it."""

    id: str
    slug: str
    name: str
    status: str
    version: int
    created_at: int | None = None
    verify_jwt: bool | None = None
    import_map: bool | None = None
    entrypoint_path: str | None = None
    import_map_path: str | None = None
    ezbr_sha256: str | None = None

    @property
    def edition(self) -> str:
        """What changes whenever somebody deploys it: number and hash of the bundle."""
        return f"{self.version} {self.ezbr_sha256 or ''}".strip()


class Secret(_Record):
    """A secret's name, and the digest of its value (SHA-256); the value cannot be read back."""

    name: str
    value: str = ""


class Health(_Record):
    """One service of the project."""

    name: str
    status: str
    error: str | None = None


class Lint(_Record):
    """One finding of the platform's advisors; names and levels may be new ones."""

    name: str
    title: str
    level: str
    detail: str = ""


class Advice(_Record):
    """What an advisor found."""

    lints: tuple[Lint, ...] = ()


class DataApi(_Record):
    """Settings of the Data API."""

    db_schema: str
    max_rows: int

    @property
    def schemas(self) -> tuple[str, ...]:
        """The exposed schemas."""
        return tuple(part.strip() for part in self.db_schema.split(",") if part.strip())


class StorageSettings(_Record):
    """Settings of Storage.

    Parameters:
        file_size_limit: bytes; no bucket can allow more.
    """

    file_size_limit: int = Field(alias="fileSizeLimit")
