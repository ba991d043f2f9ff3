"""The owner's page: Preact sources in `app/`, built once, served from anywhere.

`build()` makes the files, `publish()` writes them for one endpoint, `Server` serves them locally.
"""

from __future__ import annotations

from wakti_sb.dashboard.bundle import build
from wakti_sb.dashboard.serve import Server
from wakti_sb.dashboard.site import Site, publish

__all__ = ["Server", "Site", "build", "publish"]
