"""The HTTP request that is the same as an attempt, for a person to read and repeat. Pure."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from ..model import Attempt, Call, Copy, Delete, Insert, Pairs, Request, Select, Update, Upsert
from .file_request import file_parts


def http_text(attempt: Attempt) -> str:
    """Method, path, headers that matter and body."""
    parts = file_parts(attempt) if attempt.about_files else http_parts(attempt.request)
    method, path, body, prefer = parts
    token = "" if attempt.who.user_id is None else f"\nAuthorization: Bearer <{attempt.who.label}>"
    headers = f"{token}\nPrefer: {prefer}" if prefer else token
    text = "" if body is None else f"\n\n{json.dumps(body)}"
    return f"{method} {path}{headers}{text}"


def http_parts(request: Request) -> tuple[str, str, Any, str]:
    """Method, path with query, body and the Prefer header."""
    match request:
        case Select():
            return _select(request)
        case Insert(values=values) | Copy(values=values):  # the Data API copies nothing
            return "POST", _path(request), dict(values), "return=minimal"
        case Upsert(values=values, key=key):
            path = f"{_path(request)}?on_conflict={','.join(key)}"
            return "POST", path, dict(values), "resolution=merge-duplicates,return=minimal"
        case Update(values=values, where=where):
            return "PATCH", _path(request) + _query(where), dict(values), "return=minimal"
        case Delete(where=where):
            return "DELETE", _path(request) + _query(where), None, "return=minimal"
        case Call(function=function, arguments=arguments):
            return "POST", f"/rest/v1/rpc/{function.name}", dict(arguments), ""


def _select(request: Select) -> tuple[str, str, Any, str]:
    columns = ",".join(request.columns)
    if request.join is not None:
        hint = f"!{request.join.name}" if request.join.name else ""
        path = f"/rest/v1/{request.join.parent.name}"
        return "GET", f"{path}?select={request.table.name}{hint}({columns})", None, ""
    parts = [f"select={columns}", *(_equal(n, v) for n, v in request.where)]
    if request.present is not None:
        parts.append(f"{request.present}=not.is.null")
    if request.order is not None:
        parts.append(f"order={request.order}")
    path = f"{_path(request)}?{'&'.join(parts)}"
    return ("HEAD", path, None, "count=exact") if request.count else ("GET", path, None, "")


def _path(request: Select | Insert | Copy | Upsert | Update | Delete) -> str:
    return f"/rest/v1/{request.table.name}"


def _query(where: Pairs) -> str:
    return f"?{'&'.join(_equal(n, v) for n, v in where)}" if where else ""


def _equal(name: str, value: Any) -> str:
    return f"{name}=is.null" if value is None else f"{name}=eq.{quote(str(value))}"
