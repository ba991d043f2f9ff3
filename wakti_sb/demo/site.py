"""What a published site asks of its backend, request by request."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from wakti_sb.errors import StackError
from wakti_sb.stack import Endpoint

_FUNCTION = "project-backend-api"
_PICTURE = (  # the smallest PNG: one transparent pixel
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x03\x00\x08\xfc\x02\xfe\xa7\x9a\xa0"
    b"\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)


@dataclass(frozen=True)
class Exchange:
    """One request and what came back.

    Parameters:
        system: Inbox, Data, Uploads or Users, as the dashboard's tabs are called.
        request: method and action, for a person.
        status: of the answer.
        answer: what it says, in a few words.
    """

    system: str
    request: str
    status: int
    answer: str


def visit(endpoint: Endpoint, project_id: str) -> tuple[Exchange, ...]:
    """Send one request of every documented kind.

    Raise StackError if one of them is refused: the tour shows what works.
    """
    with httpx.Client(timeout=30) as client:
        site = _Site(client, f"{endpoint.functions_url}/{_FUNCTION}", project_id)
        return (*_form(site), *_collection(site), *_upload(site), *_account(site))


class _Site:
    def __init__(self, client: httpx.Client, url: str, project_id: str) -> None:
        self.client = client
        self._url = url
        self._project_id = project_id

    def send(self, method: str, action: str, **fields: Any) -> tuple[int, dict[str, Any]]:
        values = {"projectId": self._project_id, "action": action, **fields}
        if method == "GET":
            return self._read(action, self.client.get(self._url, params=values))
        return self._read(action, self.client.request(method, self._url, json=values))

    def upload(self, name: str, content: bytes, media_type: str) -> tuple[int, dict[str, Any]]:
        answer = self.client.post(
            self._url,
            data={"projectId": self._project_id},
            files={"file": (name, content, media_type)},
        )
        return self._read("upload", answer)

    def _read(self, action: str, answer: httpx.Response) -> tuple[int, dict[str, Any]]:
        if answer.status_code != 200:
            raise StackError(f"{action} answered {answer.status_code}: {answer.text[:200]}")
        return answer.status_code, answer.json()


def _form(site: _Site) -> list[Exchange]:
    message = {"name": "John", "email": "john@example.com", "message": "Hello!"}
    status, _ = site.send("POST", "submit", formName="contact", data=message)
    return [Exchange("Inbox", "POST submit", status, "stored for the owner")]


def _collection(site: _Site) -> list[Exchange]:
    action = "collection/products"
    created, answer = site.send("POST", action, data={"name": "Widget", "price": 99})
    item = answer["item"]["id"]
    changed, answer = site.send(
        "PUT", action, id=item, data={"name": "Updated Widget", "price": 149}
    )
    name = answer["item"]["data"]["name"]
    listed, answer = site.send("GET", action)
    total = answer["total"]
    second, answer = site.send("POST", action, data={"name": "Gadget", "price": 5})
    deleted, _ = site.send("DELETE", action, id=answer["item"]["id"])
    return [
        Exchange("Data", f"POST {action}", created, "created"),
        Exchange("Data", f"PUT {action}", changed, f"now {name!r}"),
        Exchange("Data", f"GET {action}", listed, f"{total} item"),
        Exchange("Data", f"POST {action}", second, "created a second one"),
        Exchange("Data", f"DELETE {action}", deleted, "and deleted it"),
    ]


def _upload(site: _Site) -> list[Exchange]:
    status, answer = site.upload("logo.png", _PICTURE, "image/png")
    download = site.client.get(answer["url"])
    if download.content != _PICTURE:
        raise StackError(f"the public download of the upload answered {download.status_code}.")
    size = f"{answer['size']} bytes"
    return [
        Exchange("Uploads", "POST file", status, f"{answer['filename']}, {size}"),
        Exchange("Uploads", "GET its public URL", download.status_code, f"the same {size}"),
    ]


def _account(site: _Site) -> list[Exchange]:
    credentials = {"email": "user@example.com", "password": secrets.token_urlsafe(12)}
    signed_up, _ = site.send("POST", "auth/signup", data={**credentials, "name": "John Doe"})
    logged_in, answer = site.send("POST", "auth/login", data=credentials)
    asked, who = site.send("POST", "auth/me", data={"token": answer["token"]})
    return [
        Exchange("Users", "POST auth/signup", signed_up, "an account and a token"),
        Exchange("Users", "POST auth/login", logged_in, "a new token"),
        Exchange("Users", "POST auth/me", asked, f"{who['user']['name']}"),
    ]
