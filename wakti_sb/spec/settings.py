"""The settings of `wakti.toml` that are plain numbers, names and lists.

Every default is the value of the documented contract, so that an empty file is a valid one.
Sizes are bytes unless the name says otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, Literal

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


FEWEST_ROWS = 20_000
"""In a table: fewer fill so few pages that an index would not help."""

Slug = Annotated[str, AfterValidator(_slug)]
MimeType = Annotated[str, AfterValidator(_mime)]
Size = Annotated[int, Field(gt=0, le=2**40)]
Port = Annotated[int, Field(ge=1, le=65535)]
Rate = Annotated[int, Field(ge=0, le=1_000_000)]


class Project(Section):
    """`[project]`: what the stack is called and which schemas its API shows."""

    name: Slug = "wakti"
    """What the stack is called: letters, digits, - and _, at most 63."""
    schemas: tuple[str, ...] = Field(default=("public",), min_length=1)
    """Schemas whose tables and functions the Data API shows."""


class Generate(Section):
    """`[generate]`: what `wakti-sb generate` writes.

    A team that only wants its own policies proved turns both off; a team that wants policies from
    its ownership model and no site API turns `backend` off. `first_release` is for a project that
    holds the first WAKTI release: its history adopts the tables that are there. `wakti-sb adopt`
    sets it.
    """

    backend: bool = True
    """The tables, rules and function of the site API."""
    policies: bool = True
    """Privileges and policies of the ownership model."""
    first_release: bool = False
    """The history takes over the tables of the first WAKTI release; `wakti-sb adopt` sets it."""


class Limits(Section):
    """`[limits]`: how much the site API takes."""

    json_body: Size = MIB
    """A JSON request, in bytes."""
    form_data: Size = 64 * 1024
    """The data of one form submission, in bytes."""
    item: Size = 256 * 1024
    """One item of a collection, in bytes."""
    json_depth: Annotated[int, Field(ge=1, le=1000)] = 32
    """Levels of a nested JSON value."""
    list_items: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Entries of one page of a list."""
    name_chars: Annotated[int, Field(ge=1, le=64)] = 64
    """Characters of a form's or a collection's name."""
    email_chars: Annotated[int, Field(ge=3, le=254)] = 254
    """Characters of an e-mail address."""
    file: Size = 10 * MIB
    """One uploaded file, in bytes."""
    project: Size = 50 * MIB
    """All files of one project, in bytes."""
    filename_chars: Annotated[int, Field(ge=16, le=200)] = 100
    """Characters of a file's name."""
    answer: Size = 8 * MIB
    """One answer to a list, in bytes; `nextOffset` tells where the next begins."""
    items: Annotated[int, Field(ge=1, le=100_000_000)] = 100_000
    """Items of all collections of one project."""
    submissions: Annotated[int, Field(ge=1, le=100_000_000)] = 100_000
    """Form submissions of one project."""
    bulk_items: Annotated[int, Field(ge=1, le=1000)] = 100
    """Items that one request adds."""
    filters: Annotated[int, Field(ge=1, le=100)] = 10
    """Filters of one list."""
    field_chars: Annotated[int, Field(ge=1, le=1000)] = 128
    """Characters of a field's name in a filter, an order, a choice of fields."""
    value_chars: Annotated[int, Field(ge=1, le=10_000)] = 1024
    """Characters of a filter's value, of a search, of a choice of fields."""
    metadata: Size = 16 * 1024
    """What a visitor keeps with its account, as JSON."""
    form_files: Annotated[int, Field(ge=1, le=100)] = 10
    """Files that one form brings, together no larger than one file may be."""
    large_bodies: Annotated[int, Field(ge=1, le=1_000_000)] = 60
    """JSON requests over 64 KiB that one client sends in a minute."""

    @property
    def name_pattern(self) -> str:
        """What names a form or a collection, as a regular expression without its ends.

        One that PostgreSQL, JavaScript and JSON Schema read alike.
        """
        return f"[A-Za-z0-9_-]{{1,{self.name_chars}}}"


class Uploads(Section):
    """`[uploads]`: where the site API stores files, and which types it takes.

    `owner_mime_types` are taken from an owner besides, who stores them through the Storage API.
    """

    bucket: Slug = "project-uploads"
    """The bucket of all files."""
    mime_types: tuple[MimeType, ...] = Field(default=DOCUMENT_TYPES, min_length=1)
    """Types that a published site may upload."""
    owner_mime_types: tuple[MimeType, ...] = ("text/css", "text/javascript")
    """Types that an owner may store besides, through the Storage API."""

    @property
    def stored_types(self) -> tuple[MimeType, ...]:
        """The types that lie in the bucket."""
        return tuple(dict.fromkeys((*self.mime_types, *self.owner_mime_types)))


class Auth(Section):
    """`[auth]`: passwords and tokens of site users."""

    password_min: Annotated[int, Field(ge=1, le=128)] = 8
    """The fewest characters of a visitor's password."""
    password_max: Annotated[int, Field(ge=8, le=1024)] = 256
    """The most characters of a visitor's password."""
    pbkdf2_iterations: Annotated[int, Field(ge=1000, le=10_000_000)] = 600_000
    """Rounds of PBKDF2-HMAC-SHA256 for a new hash; an older one is renewed at the next login."""
    token_days: Annotated[int, Field(ge=1, le=365)] = 7
    """Days that a session token of a visitor counts."""


class RateLimits(Section):
    """`[rate_limits]`: requests a minute for one address and project; 0 means no limit.

    A project changes them in `features.rate_limits`.
    """

    submit: Rate = 60
    """Form submissions."""
    login: Rate = 20
    """Logins of visitors."""
    signup: Rate = 20
    """Sign-ups of visitors."""
    write: Rate = 120
    """Items created, changed and deleted."""
    upload: Rate = 30
    """Uploaded files."""
    read: Rate = 1_000
    """Lists and single items."""


class Stack(Section):
    """`[stack]`: the local stack. The ports are where the official CLI looks for one.

    It goes on without the extensions in `without`, and without the statements that need them. Where
    it is not `durable`, it is faster, and a machine that loses its power can lose the database.
    """

    port: Port = 54321
    """Port of the API."""
    db_port: Port = 54322
    """Port of the database."""
    max_rows: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    """The most rows that the Data API answers with."""
    auto_expose_new_tables: bool = True
    """New tables get the privileges of the API roles by themselves, as on older Supabase projects.
    """
    without: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Extensions to go on without; statements that need them are left out and told."""
    durable: bool = False
    """Wait for the disk at each commit."""


LintGroup = Literal["access", "safety", "speed", "strict", "style", "functions"]
"""Groups of the rules of `wakti-sb lint`, in the order in which they are shown."""


class Lint(Section):
    """`[lint]`: rules that are switched off, each with the reason.

    Migrations up to the version `since` are released: style and safety are not asked of them.
    """

    off: dict[str, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    """A rule that is switched off, with the reason: `[lint.off]`, `"rule-name" = "reason"`."""
    since: Annotated[str, Field(pattern=r"^[0-9]+$")] | None = None
    """Migrations up to this version are released: style and safety are not asked of them."""
    ask: tuple[Literal[LintGroup, "all"], ...] | None = None
    """Groups of rules. Without it everything of a project with our backend, else `access` and
    `safety`."""


class Cost(Section):
    """`[cost]`: what `wakti-sb rls cost` measures, and what a query may cost."""

    rows: Annotated[int, Field(ge=FEWEST_ROWS, le=10_000_000)] = 50_000
    """How many rows each table of the model is filled with."""
    pages: Annotated[int, Field(ge=1, le=2**31)] | None = None
    """The most pages of 8 KiB that a query may ask for."""
    ratio: Annotated[float, Field(ge=1, le=1_000_000)] | None = None
    """How many times the pages of the same query without row level security it may ask for."""


Json = dict[str, Any]
"""A free table, handed through unread."""
