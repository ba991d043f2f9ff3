"""A published site: what its visitors send, and what the secret key sees of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
from supabase import Client

from .case import expect

BUCKET = "project-uploads"
FUNCTION = "project-backend-api"
COLLECTION = "products"
PASSWORD = "correct horse battery"  # noqa: S105  (of accounts that live for a second)
PICTURE = (  # the smallest PNG: one transparent pixel
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x03\x00\x08\xfc\x02\xfe\xa7\x9a\xa0"
    b"\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)
_HOLDS = {
    "forms": ("project_form_submissions",),
    "collections": ("project_collections", "project_collection_schemas"),
    "uploads": ("project_uploads",),
    "auth": ("project_site_users",),
}

Row = dict[str, Any]
Headers = Mapping[str, str]


def rows_of(answer: Any) -> list[Row]:
    """The rows in an answer of the client."""
    return cast("list[Row]", answer.data)


@dataclass(frozen=True)
class Answer:
    """What the site API answered.

    Parameters:
        status: of the answer.
        body: it says.
        headers: it carries.
    """

    status: int
    body: Row
    headers: Headers

    @property
    def verdict(self) -> str:
        """The status, and the code of a refusal."""
        return str(self.status) if self.status == 200 else f"{self.status} {self.body.get('code')}"


@dataclass(frozen=True)
class Account:
    """A site user: its id, its e-mail, a live token."""

    id: str
    email: str
    token: str


@dataclass(frozen=True)
class Site:
    """A project of the suite's own.

    Parameters:
        id: of the project.
        owner_id: of its owner.
        url: of the site API.
        home: an Origin header that the site lets in.
        http: sends what visitors send.
        service: the client with the secret key.
        accounts: site users, made when they are first asked for.
        spare: live tokens that nobody needs any more; each has cost a password's hash.
    """

    id: str
    owner_id: str
    url: str
    home: Headers
    http: httpx.Client
    service: Client
    accounts: dict[str, Account] = field(default_factory=dict)
    spare: list[str] = field(default_factory=list)

    def send(
        self, method: str, action: str, headers: Headers | None = None, **fields: Any
    ) -> Answer:
        """Send an action: fields in the query of a GET, in the JSON body of anything else."""
        values = {"projectId": self.id, "action": action, **fields}
        sent = {"Content-Type": "application/json", **(headers or {})}
        if method == "GET":
            return _read(self.http.get(self.url, params=values, headers=headers))
        text = json.dumps(values)
        return _read(self.http.request(method, self.url, content=text, headers=sent))

    def upload(self, headers: Headers | None = None) -> Answer:
        """Send a picture as a form does; the client library sends JSON only."""
        file = (f"{uuid.uuid4().hex}.png", PICTURE, "image/png")
        data = {"projectId": self.id}
        return _read(self.http.post(self.url, data=data, files={"file": file}, headers=headers))

    def account(self, who: str) -> Account:
        """The site user of that name, who signs up if nobody asked before."""
        if who not in self.accounts:
            email = new_email()
            data = {"email": email, "password": PASSWORD}
            answer = self.send("POST", "auth/signup", self.home, data=data)
            expect("a sign-up that the suite needs", "200", answer.verdict)
            self.accounts[who] = Account(answer.body["user"]["id"], email, answer.body["token"])
        return self.accounts[who]

    def new_token(self, account: Account) -> str:
        """One more live token, of that account or of one that has served its purpose."""
        if self.spare:
            return self.spare.pop()
        data = {"email": account.email, "password": PASSWORD}
        answer = self.send("POST", "auth/login", self.home, data=data)
        expect("a login that the suite needs", "200", answer.verdict)
        return str(answer.body["token"])

    def suspend(self, account: Account, status: str = "suspended") -> None:
        """Suspend an account, or lift its suspension."""
        users = self.service.table("project_site_users")
        users.update({"status": status}).eq("id", account.id).execute()

    def configure(self, **columns: Any) -> None:
        """Set columns of the project's backend row."""
        backends = self.service.table("project_backends")
        backends.update(columns).eq("project_id", self.id).execute()

    def new_item(self, maker: str | None = None) -> str:
        """The id of a new item."""
        row = {
            "project_id": self.id,
            "user_id": self.owner_id,
            "collection_name": COLLECTION,
            "data": {"name": "Widget"},
            "created_by": maker,
        }
        return str(
            rows_of(self.service.table("project_collections").insert(row).execute())[0]["id"]
        )

    def new_file(self) -> str:
        """The id of a new file, row and object."""
        path = f"{self.id}/{uuid.uuid4().hex}.png"
        self.service.storage.from_(BUCKET).upload(path, PICTURE, {"content-type": "image/png"})
        row = {
            "project_id": self.id,
            "user_id": self.owner_id,
            "filename": "picture.png",
            "storage_path": path,
            "file_type": "image/png",
            "size_bytes": len(PICTURE),
            "status": "stored",
        }
        return str(rows_of(self.service.table("project_uploads").insert(row).execute())[0]["id"])

    def row(self, table: str, key: str) -> Row | None:
        """A row as it is, past every policy."""
        found = rows_of(self.service.table(table).select("*").eq("id", key).execute())
        return found[0] if found else None

    def files(self) -> list[str]:
        """What lies in storage for the project."""
        return sorted(entry["name"] for entry in self.service.storage.from_(BUCKET).list(self.id))

    def holding(self, feature: str) -> tuple[str, list[str]]:
        """All that the project holds of a feature, to be compared with itself later."""
        held = [
            rows_of(
                self.service.table(table)
                .select("*")
                .eq("project_id", self.id)
                .order("id")
                .execute()
            )
            for table in _HOLDS[feature]
        ]
        return json.dumps(held, sort_keys=True), self.files() if feature == "uploads" else []


def new_email() -> str:
    """An address that nobody has."""
    return f"{uuid.uuid4().hex}@example.com"


def _read(answer: httpx.Response) -> Answer:
    try:
        body = answer.json()
    except ValueError:
        body = None
    return Answer(answer.status_code, body if isinstance(body, dict) else {}, answer.headers)


Send = Callable[[Site, Headers], Answer]
