"""Every action of the site API: what is sent, and what the secret key has to see afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .site import COLLECTION, PASSWORD, Answer, Headers, Site, new_email

_ACTION = f"collection/{COLLECTION}"
_SENT = {"name": "Gadget", "price": 5}
_UPLOADS = "project_uploads"
_ITEMS = "project_collections"


@dataclass(frozen=True)
class Target:
    """What a request is about, where it is about something that exists.

    Parameters:
        item, file: ids.
        email: of an account.
        token: of a site user.
    """

    item: str = ""
    file: str = ""
    email: str = ""
    token: str = ""


@dataclass(frozen=True)
class Action:
    """One action.

    Parameters:
        name: as the report calls it.
        feature: that has to be on.
        send: the request, with the caller's headers.
        proof: what is wrong with an answer 200, seen with the secret key; empty for nothing.
        needs: which part of the target has to be there.
    """

    name: str
    feature: str
    send: Callable[[Site, Headers, Target], Answer]
    proof: Callable[[Site, Answer, Target], str]
    needs: str = ""

    @property
    def area(self) -> str:
        """The part of the report that it belongs to."""
        return "site API: accounts" if self.feature == "auth" else "site API: forms, data, files"


def _same(expected: object, got: object, what: str) -> str:
    return "" if expected == got else f"200, but {what} is {got!r}"


def _stored(site: Site, answer: Answer, _: Target) -> str:
    row = site.row("project_form_submissions", str(answer.body.get("id"))) or {}
    return _same((site.id, site.owner_id), (row.get("project_id"), row.get("user_id")), "its row")


def _listed(site: Site, answer: Answer, target: Target) -> str:
    items = answer.body.get("items") or []
    if site.owner_id in str(answer.body):
        return "200, and the owner's id in it"
    if any(item["project_id"] != site.id for item in items):
        return "200, and items of another project"
    return "" if target.item in [item["id"] for item in items] else "200 without the item"


def _created(site: Site, answer: Answer, _: Target) -> str:
    if site.owner_id in str(answer.body):
        return "200, and the owner's id in it"
    row = site.row(_ITEMS, str((answer.body.get("item") or {}).get("id"))) or {}
    return _same((site.id, _SENT), (row.get("project_id"), row.get("data")), "its row")


def _updated(site: Site, _: Answer, target: Target) -> str:
    return _same(_SENT, (site.row(_ITEMS, target.item) or {}).get("data"), "the item's data")


def _deleted(site: Site, _: Answer, target: Target) -> str:
    status = (site.row(_ITEMS, target.item) or {}).get("status")
    return _same("deleted", status, "the item's status")


def _uploaded(site: Site, answer: Answer, _: Target) -> str:
    path = str(answer.body.get("path"))
    served = site.http.get(str(answer.body.get("url")))
    if not path.startswith(f"{site.id}/") or path.split("/")[-1] not in site.files():
        return "200, and no file in the project's folder"
    return _same(200, served.status_code, "the answer at its public address")


def _removed(site: Site, _: Answer, target: Target) -> str:
    return _same(None, site.row(_UPLOADS, target.file), "the file's row")


def _signed_up(site: Site, answer: Answer, _: Target) -> str:
    site.spare.append(str(answer.body.get("token")))
    row = site.row("project_site_users", str((answer.body.get("user") or {}).get("id"))) or {}
    if PASSWORD in str(row):
        return "200, and the password as it was typed in the table"
    return _same(site.owner_id, row.get("owner_id"), "the owner of its row")


def _logged_in(site: Site, answer: Answer, _: Target) -> str:
    data = {"token": answer.body.get("token")}
    again = site.send("POST", "auth/me", site.home, data=data)
    site.spare.append(str(answer.body.get("token")))
    return _same("200", again.verdict, "what auth/me says to the new token")


def _whose(_: Site, answer: Answer, target: Target) -> str:
    email = (answer.body.get("user") or {}).get("email")
    return _same(target.email, email, "the user's e-mail") if target.email else ""


def _logged_out(site: Site, _: Answer, target: Target) -> str:
    again = site.send("POST", "auth/me", site.home, data={"token": target.token})
    return _same("401 invalid_token", again.verdict, "what auth/me says to the dead token")


def _credentials(email: str, password: str = PASSWORD) -> dict[str, str]:
    return {"email": email, "password": password}


SUBMIT = Action(
    "submit",
    "forms",
    lambda site, headers, _: site.send("POST", "submit", headers, data={"message": "Hello!"}),
    _stored,
)
LIST = Action(
    "list",
    "collections",
    lambda site, headers, _: site.send("GET", _ACTION, headers, order="created_at.desc"),
    _listed,
    "item",
)
READ = Action(
    "read",
    "collections",
    lambda site, headers, target: site.send("GET", _ACTION, headers, id=target.item),
    _listed,
    "item",
)
CREATE = Action(
    "create",
    "collections",
    lambda site, headers, _: site.send("POST", _ACTION, headers, data=_SENT),
    _created,
)
UPDATE = Action(
    "update",
    "collections",
    lambda site, headers, target: site.send("PUT", _ACTION, headers, id=target.item, data=_SENT),
    _updated,
    "item",
)
DELETE = Action(
    "delete",
    "collections",
    lambda site, headers, target: site.send("DELETE", _ACTION, headers, id=target.item),
    _deleted,
    "item",
)
UPLOAD = Action("upload", "uploads", lambda site, headers, _: site.upload(headers), _uploaded)
REMOVE = Action(
    "delete file",
    "uploads",
    lambda site, headers, target: site.send("POST", "upload/delete", headers, id=target.file),
    _removed,
    "file",
)
SIGNUP = Action(
    "signup",
    "auth",
    lambda site, headers, target: site.send(
        "POST", "auth/signup", headers, data=_credentials(target.email or new_email())
    ),
    _signed_up,
)
LOGIN = Action(
    "login",
    "auth",
    lambda site, headers, target: site.send(
        "POST", "auth/login", headers, data=_credentials(target.email)
    ),
    _logged_in,
    "account",
)
ME = Action(
    "me",
    "auth",
    lambda site, headers, target: site.send(
        "POST", "auth/me", headers, data={"token": target.token}
    ),
    _whose,
    "account",
)
LOGOUT = Action(
    "logout",
    "auth",
    lambda site, headers, target: site.send(
        "POST", "auth/logout", headers, data={"token": target.token}
    ),
    _logged_out,
    "account",
)

READS = (LIST, READ)
WRITES = (CREATE, UPDATE, DELETE, UPLOAD)
ACTIONS = (SUBMIT, *READS, *WRITES, REMOVE, SIGNUP, LOGIN, ME, LOGOUT)
