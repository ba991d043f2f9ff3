"""Which schemas the API shows: what the project's config.toml says counts beside the model."""

from __future__ import annotations

from pathlib import Path

from ...spec import Spec
from ...stack import config

# The platform's own: their tables are none of the project's.
_OF_THE_PLATFORM = ("graphql_public", "storage", "graphql", "auth")


def exposed_schemas(project: Path, spec: Spec | None = None) -> tuple[str, ...]:
    """The schemas of the model and those that `supabase/config.toml` exposes."""
    known = spec.project.schemas if spec is not None else ("public",)
    further = (name for name in config.read(project).schemas if name not in _OF_THE_PLATFORM)
    return tuple(dict.fromkeys((*known, *further)))


def with_exposed_schemas(spec: Spec, project: Path) -> Spec:
    """The model, about every schema that the API shows: one it forgets would go unseen."""
    settings = spec.project.model_copy(update={"schemas": exposed_schemas(project, spec)})
    return spec.model_copy(update={"project": settings})
