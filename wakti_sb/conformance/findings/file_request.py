"""The request to the Storage API that is the same as an attempt. Pure."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ..cases.file_requests import (
    COPY,
    DOWNLOAD,
    DOWNLOAD_PUBLIC,
    LIST,
    MOVE,
    OPERATION,
    OVERWRITE,
    REMOVE,
    SIGN,
    SIGN_UPLOAD,
    UPLOAD,
)
from ..model import Attempt

_METHODS = {
    DOWNLOAD: ("GET", "object"),
    DOWNLOAD_PUBLIC: ("GET", "object/public"),
    SIGN: ("POST", "object/sign"),
    UPLOAD: ("POST", "object"),
    SIGN_UPLOAD: ("POST", "object/upload/sign"),
    OVERWRITE: ("PUT", "object"),
    REMOVE: ("DELETE", "object"),
}


def file_parts(attempt: Attempt) -> tuple[str, str, Any, str]:
    """Method, path, body and no Prefer header."""
    request = attempt.request
    operation = dict(attempt.settings).get(OPERATION, LIST)
    values = {**dict(getattr(request, "values", ())), **dict(getattr(request, "where", ()))}
    bucket = values.get("bucket_id")
    if operation in (MOVE, COPY):
        target = dict(getattr(request, "values", ()))["name"]
        names = {
            "bucketId": bucket,
            "sourceKey": values.get("name"),
            "destinationKey": target,
        }
        return "POST", f"/storage/v1/object/{operation.rpartition('.')[2]}", names, ""
    if operation == LIST or "name" not in values:
        return "POST", f"/storage/v1/object/list/{bucket}", {"prefix": ""}, ""
    method, path = _METHODS[operation]
    body = {"expiresIn": 60} if operation == SIGN else None
    return method, f"/storage/v1/{path}/{bucket}/{quote(str(values['name']))}", body, ""
