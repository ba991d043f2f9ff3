"""The calls that deploying makes, one method each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from wakti_sb.deploy import errors
from wakti_sb.deploy.management.http import Call, Http, Parts
from wakti_sb.deploy.management.records import (
    Advice,
    ApiKey,
    ApiKeys,
    DataApi,
    Function,
    Health,
    Lint,
    Login,
    Pooler,
    Project,
    Secret,
    StorageSettings,
)
from wakti_sb.deploy.redaction import Secrets
from wakti_sb.events import Listener

T = TypeVar("T")

ADDRESS = "https://api.supabase.com"
_SERVICES = ("auth", "db", "rest", "storage")


class Management:
    """The Management API, for one project.

    Parameters:
        ref: the project's.
        token: an access token.
        address: of the API.
        secrets: learns every secret that the platform tells.
        listener: is told when it waits.
    """

    def __init__(
        self, ref: str, token: str, address: str, secrets: Secrets, listener: Listener
    ) -> None:
        self.ref = ref
        self._http = Http(address, token, secrets, listener)
        self._secrets = secrets

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def project(self) -> Project:
        """Name, status and database host."""
        call = self._call("GET", "", "looking for the project", "project settings: read")
        return _valid(Project, self._http.ask(call), call)

    def api_keys(self) -> ApiKeys:
        """The publishable and the secret key; the legacy two where there are no others.

        Raise NotPermitted if the token may not see them.
        """
        call = self._call("GET", "/api-keys", "reading the API keys", "API keys and secrets: read")
        answer = self._http.ask(call, params={"reveal": "true"})
        keys = _valid(list[ApiKey], answer, call)
        publishable = _key(keys, "publishable", "anon")
        secret = _key(keys, "secret", "service_role")
        if publishable is None or secret is None:
            raise errors.NotPermitted(
                "the project's API keys are not shown to this access token.",
                place=call.place,
                remedy="A limited token needs the permission: API keys and secrets: read.",
            )
        self._secrets.add(secret)
        return ApiKeys(publishable=publishable, secret=secret)

    def pooler(self) -> Pooler:
        """The primary database's pooler."""
        call = self._call(
            "GET",
            "/config/database/pooler",
            "asking for the connection pooler",
            "connection pooling: read",
        )
        found = _valid(list[Pooler], self._http.ask(call), call)
        primary = [one for one in found if one.database_type == "PRIMARY"]
        if not primary:
            raise errors.PlatformFailed("the project has no connection pooler.", place=call.place)
        return primary[0]

    def login(self) -> Login:
        """A temporary database login that may become postgres."""
        call = self._call(
            "POST", "/cli/login-role", "asking for a temporary database login", "database: write"
        )
        login = _valid(Login, self._http.ask(call, json={"read_only": False}), call)
        self._secrets.add(login.password)
        return login

    def read_rows(self, query: str) -> list[dict[str, Any]]:
        """Rows of a query, run by a role that can only read."""
        call = self._call(
            "POST", "/database/query/read-only", "reading the database", "database: read"
        )
        return _valid(list[dict[str, Any]], self._http.ask(call, json={"query": query}), call)

    def functions(self) -> dict[str, Function]:
        """The project's edge functions by name."""
        call = self._call("GET", "/functions", "listing the functions", "edge functions: read")
        found = _valid(list[Function], self._http.ask(call), call)
        return {one.slug: one for one in found if one.status != "REMOVED"}

    def deploy_function(self, name: str, parts: Parts, *, bundle_only: bool) -> Function:
        """Send a function's files; with `bundle_only` it takes effect with `activate`."""
        call = self._call(
            "POST",
            "/functions/deploy",
            f"deploying the function {name}",
            "edge functions: write",
            repeatable=False,
        )
        params = {"slug": name, **({"bundleOnly": "true"} if bundle_only else {})}
        return _valid(Function, self._http.ask(call, params=params, parts=parts), call)

    def activate(self, bundled: Sequence[Function]) -> None:
        """Let functions that were only bundled take effect, all at once."""
        call = self._call(
            "PUT", "/functions", "switching to the new functions", "edge functions: write"
        )
        self._http.ask(call, json=[one.model_dump(exclude_none=True) for one in bundled])

    def secret_digests(self) -> dict[str, str]:
        """The digest of each secret's value, by name."""
        call = self._call("GET", "/secrets", "listing the secrets", "edge functions' secrets: read")
        found = _valid(list[Secret], self._http.ask(call), call)
        return {one.name: one.value for one in found}

    def set_secrets(self, values: Mapping[str, str]) -> None:
        """Set secrets; others stay."""
        self._secrets.add(*values.values())
        call = self._call(
            "POST", "/secrets", "setting the secrets", "edge functions' secrets: write"
        )
        body = [{"name": name, "value": value} for name, value in values.items()]
        self._http.ask(call, json=body)

    def remove_secrets(self, names: Sequence[str]) -> None:
        """Remove secrets; one that is not there is as good as removed."""
        call = self._call(
            "DELETE", "/secrets", "removing a secret", "edge functions' secrets: write"
        )
        self._http.ask(call, json=list(names))

    def data_api(self) -> DataApi:
        """Settings of the Data API."""
        call = self._call(
            "GET", "/postgrest", "reading the Data API's settings", "Data API settings: read"
        )
        return _valid(DataApi, self._http.ask(call), call)

    def set_data_api(self, changes: Mapping[str, Any]) -> None:
        """Change settings of the Data API."""
        call = self._call(
            "PATCH", "/postgrest", "changing the Data API's settings", "Data API settings: write"
        )
        self._http.ask(call, json=dict(changes))

    def storage(self) -> StorageSettings:
        """Settings of Storage."""
        call = self._call(
            "GET", "/config/storage", "reading Storage's settings", "storage settings: read"
        )
        return _valid(StorageSettings, self._http.ask(call), call)

    def set_storage(self, *, file_size_limit: int) -> None:
        """Change the largest file that Storage takes, in bytes."""
        call = self._call(
            "PATCH", "/config/storage", "changing Storage's settings", "storage settings: write"
        )
        self._http.ask(call, json={"fileSizeLimit": file_size_limit})

    def health(self) -> list[Health]:
        """The state of the services that the backend needs."""
        call = self._call("GET", "/health", "asking for its health", "project settings: read")
        answer = self._http.ask(call, params={"services": list(_SERVICES)})
        return _valid(list[Health], answer, call)

    def advice(self, kind: str) -> tuple[Lint, ...]:
        """What the platform's advisor `security` or `performance` finds."""
        call = self._call("GET", f"/advisors/{kind}", "asking the advisors", "advisors: read")
        return _valid(Advice, self._http.ask(call), call).lints

    def _call(
        self, method: str, path: str, doing: str, permission: str, *, repeatable: bool = True
    ) -> Call:
        return Call(method, f"/v1/projects/{self.ref}{path}", doing, permission, repeatable)


def function_parts(metadata: Mapping[str, Any], files: Mapping[str, bytes]) -> Parts:
    """The multipart body of a deployment: the metadata first, then the files in their order."""
    described = json.dumps(metadata).encode()
    return [
        ("metadata", (None, described, "application/json")),
        *(("file", (path, content, "application/octet-stream")) for path, content in files.items()),
    ]


def _key(keys: Sequence[ApiKey], kind: str, legacy: str) -> str | None:
    """The default key of a kind; else any of it; else the legacy one."""
    ours = [one for one in keys if one.type == kind and one.api_key]
    ours.sort(key=lambda one: one.name != "default")
    ours += [one for one in keys if one.type == "legacy" and one.name == legacy and one.api_key]
    return ours[0].api_key if ours else None


def _valid(kind: type[T], answer: Any, call: Call) -> T:
    try:
        return TypeAdapter(kind).validate_python(answer)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise errors.PlatformFailed(
            f"while {call.doing}: the answer is not as the API is published: {where}"
            f" {first['msg'].lower()}.",
            place=call.place,
            remedy="Perhaps the API has changed; a newer wakti-sb may know it.",
        ) from None
