"""The platform's Management API: what deploying asks of it, and what it answers."""

from __future__ import annotations

from wakti_sb.deploy.management.api import Management
from wakti_sb.deploy.management.records import (
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

__all__ = [
    "ApiKeys",
    "DataApi",
    "Function",
    "Health",
    "Lint",
    "Login",
    "Management",
    "Pooler",
    "Project",
    "Secret",
    "StorageSettings",
]
