"""The settings of `wakti.toml` that are plain numbers, names and lists.

Every default is the value of the documented contract, so that an empty file is a valid one.
Sizes are bytes unless the name says otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

MIB = 1024 * 1024

DOCUMENT_TYPES = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/svg+xml",
    "image/avif",
    "application/pdf",
    "text/plain",
    "text/csv",
    "application/json",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "application/zip",
)
"""File types that a published site may upload."""


class Section(BaseModel):
    """A part of `wakti.toml`: frozen, and a key that nobody reads is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _slug(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", text):
        raise PydanticCustomError(
            "slug",
            "{value} is not a name of letters, digits, - and _ (at most 63, no leading - or _)",
            {"value": f'"{text}"'},
        )
    return text


def slug_of(text: str) -> str:
    """The name nearest to any text, such as that of a folder."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_-]+", "-", plain).lstrip("-_")[:63].rstrip("-_") or "project"


def _mime(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9.+-]+/([a-z0-9.+-]+|\*)", text):
        raise PydanticCustomError(
            "mime", '{value} is not a MIME type such as "image/png"', {"value": f'"{text}"'}
        )
    return text


Slug = Annotated[str, AfterValidator(_slug)]
MimeType = Annotated[str, AfterValidator(_mime)]
Size = Annotated[int, Field(gt=0, le=2**40)]
Port = Annotated[int, Field(ge=1, le=65535)]
Rate = Annotated[int, Field(ge=0, le=1_000_000)]


class Project(Section):
    """`[project]`: what the stack is called and which schemas its API shows."""

    name: Slug = "wakti"
    schemas: tuple[str, ...] = Field(default=("public",), min_length=1)


class Generate(Section):
    """`[generate]`: what `wakti-sb generate` writes.

    A team that only wants its own policies proved turns both off; a team that wants policies from
    its ownership model and no site API turns `backend` off. `first_release` is for a project that
    holds the first WAKTI release: its history adopts the tables that are there. `wakti-sb adopt`
    sets it.
    """

    backend: bool = True
    policies: bool = True
    first_release: bool = False


class Limits(Section):
    """`[limits]`: how much the site API takes."""

    json_body: Size = MIB
    form_data: Size = 64 * 1024
    item: Size = 256 * 1024
    json_depth: Annotated[int, Field(ge=1, le=1000)] = 32
    list_items: Annotated[int, Field(ge=1, le=100_000)] = 1000
    name_chars: Annotated[int, Field(ge=1, le=64)] = 64
    email_chars: Annotated[int, Field(ge=3, le=254)] = 254
    file: Size = 10 * MIB
    project: Size = 50 * MIB
    filename_chars: Annotated[int, Field(ge=16, le=200)] = 100
    answer: Size = 8 * MIB
    items: Annotated[int, Field(ge=1, le=100_000_000)] = 100_000
    submissions: Annotated[int, Field(ge=1, le=100_000_000)] = 100_000


class Uploads(Section):
    """`[uploads]`: where the site API stores files, and which types it takes.

    `owner_mime_types` are taken from an owner besides, who stores them through the Storage API.
    """

    bucket: Slug = "project-uploads"
    mime_types: tuple[MimeType, ...] = Field(default=DOCUMENT_TYPES, min_length=1)
    owner_mime_types: tuple[MimeType, ...] = ("text/css", "text/javascript")

    @property
    def stored_types(self) -> tuple[MimeType, ...]:
        """The types that lie in the bucket."""
        return tuple(dict.fromkeys((*self.mime_types, *self.owner_mime_types)))


class Auth(Section):
    """`[auth]`: passwords and tokens of site users."""

    password_min: Annotated[int, Field(ge=1, le=128)] = 8
    password_max: Annotated[int, Field(ge=8, le=1024)] = 256
    pbkdf2_iterations: Annotated[int, Field(ge=1000, le=10_000_000)] = 600_000
    token_days: Annotated[int, Field(ge=1, le=365)] = 7


class RateLimits(Section):
    """`[rate_limits]`: requests a minute for one address and project; 0 means no limit.

    A project changes them in `features.rate_limits`.
    """

    submit: Rate = 60
    login: Rate = 20
    signup: Rate = 20
    write: Rate = 120
    upload: Rate = 30
    read: Rate = 1_000


class Stack(Section):
    """`[stack]`: the local stack. The ports are where the official CLI looks for one.

    It goes on without the extensions in `without`, and without the statements that need them. Where
    it is not `durable`, it is faster, and a machine that loses its power can lose the database.
    """

    port: Port = 54321
    db_port: Port = 54322
    max_rows: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    auto_expose_new_tables: bool = True
    without: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    durable: bool = False


class Lint(Section):
    """`[lint]`: rules that are switched off, each with the reason.

    Migrations up to the version `since` are released: style and safety are not asked of them.
    """

    off: dict[str, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    since: Annotated[str, Field(pattern=r"^[0-9]+$")] | None = None


Json = dict[str, Any]
"""A free table, handed through unread."""
