"""`wakti.toml` as frozen, validated models: settings, limits and the ownership model.

`load()` reads the file. `Spec.owner_path()` and `Spec.place_path()` say how a row leads to the
person it belongs to, `allows()` says what a right means for one person and one row. Policies are
rendered from these and conformance cases are derived from them: two readers of one description.
"""

from __future__ import annotations

from .grammar import parse_right
from .load import load, parse
from .local_stack import durable, without_extensions
from .model import Spec
from .names import Relation
from .ownership import (
    OPERATIONS,
    Bucket,
    Excuse,
    Function,
    Members,
    Operation,
    Owned,
    Rule,
    Segment,
    View,
)
from .paths import OwnerPath, PlacePath, Step
from .rights import (
    AllOf,
    AnyOf,
    Authenticated,
    Claim,
    Condition,
    Member,
    Nobody,
    Own,
    Public,
    Right,
    Standing,
    admits_anon,
    allows,
    atoms,
)
from .settings import Auth, Generate, Limits, Lint, Project, RateLimits, Stack, Uploads, slug_of

__all__ = [  # noqa: RUF022  (grouped by subject)
    # reading
    "load",
    "parse",
    "durable",
    "without_extensions",
    "Spec",
    # the ownership model
    "Bucket",
    "Excuse",
    "Function",
    "Members",
    "OPERATIONS",
    "Operation",
    "Owned",
    "OwnerPath",
    "PlacePath",
    "Relation",
    "Rule",
    "Segment",
    "Step",
    "View",
    # rights
    "AllOf",
    "AnyOf",
    "Authenticated",
    "Claim",
    "Condition",
    "Member",
    "Nobody",
    "Own",
    "Public",
    "Right",
    "Standing",
    "admits_anon",
    "allows",
    "atoms",
    "parse_right",
    # settings
    "Auth",
    "Generate",
    "Limits",
    "Lint",
    "Project",
    "RateLimits",
    "Stack",
    "Uploads",
    "slug_of",
]
