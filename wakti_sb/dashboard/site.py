"""The page for one endpoint: a folder of static files that any web server can serve."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from wakti_sb.errors import UsageError
from wakti_sb.spec import Limits, RateLimits

_PAGE = "index.html"
_CONFIG = "config.json"
_API = "{{api}}"
# Those that the page tells its owner of before it sends.
_LIMITS = ("item", "json_depth", "form_data", "file", "project", "name_chars")


@dataclass(frozen=True)
class Site:
    """Which project a page talks to.

    Parameters:
        api_url: the project's address; empty where the API serves the page itself.
        publishable_key: for browsers. It opens nothing that row level security does not.
        limits, rate_limits: of the `wakti.toml` that the project was made with.
    """

    api_url: str
    publishable_key: str
    limits: Limits = field(default_factory=Limits)
    rate_limits: RateLimits = field(default_factory=RateLimits)

    @property
    def api_origin(self) -> str:
        """What the page's content security policy lets it talk to, besides its own origin.

        Raise UsageError if the address is none.
        """
        if not self.api_url:
            return ""
        parts = urlsplit(self.api_url)
        strange = any(character in self.api_url for character in " ;,'\"<>")
        if parts.scheme not in ("http", "https") or not parts.netloc or strange:
            raise UsageError(
                f"{self.api_url!r} is not the address of a project.",
                remedy="It looks like https://abcdefgh.supabase.co",
            )
        return f"{parts.scheme}://{parts.netloc}"

    def config(self) -> str:
        """The text of `config.json`."""
        limits = self.limits.model_dump(include=set(_LIMITS))
        values = {
            "apiUrl": self.api_url,
            "publishableKey": self.publishable_key,
            "limits": limits
            | {
                "name_pattern": self.limits.name_pattern,
                "rate_limits": self.rate_limits.model_dump(),
            },
        }
        return json.dumps(values, indent=2) + "\n"

    def page(self, built: Path) -> str:
        """The text of `index.html`, with its content security policy."""
        text = (built / _PAGE).read_text("utf-8")
        return text.replace(f" {_API}", f" {self.api_origin}" if self.api_url else "")


def publish(built: Path, folder: Path, site: Site) -> Path:
    """Write the page for one endpoint; what an older build left there goes.

    Parameters:
        built: what `build()` made.
        folder: where the files go; made if it is not there.
        site: the endpoint.

    Raise UsageError if the folder holds something else.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / _CONFIG).exists():
        raise UsageError(
            "this folder holds other files.", place=str(folder), remedy="Name an empty folder."
        )
    page = site.page(built)
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {file.name for file in built.iterdir()}
    for old in folder.glob("app-*"):
        if old.name not in wanted:
            old.unlink()
    for file in built.iterdir():
        if file.name != _PAGE:
            shutil.copyfile(file, folder / file.name)
    (folder / _CONFIG).write_text(site.config(), "utf-8")
    (folder / _PAGE).write_text(page, "utf-8")
    return folder
