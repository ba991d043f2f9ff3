"""`wakti.toml` as frozen, validated models: settings, limits and the ownership model.

`load()` reads the file. `Spec.owner_path()` and `Spec.place_path()` say how a row leads to the
person it belongs to, `allows()` says what a right means for one person and one row. Policies are
rendered from these and conformance cases are derived from them: two readers of one description.
"""

from __future__ import annotations

from .buckets import Bucket, Segment
from .channels import CHANNEL_OPERATIONS, Channel, ChannelOperation
from .grammar import parse_right
from .load import load, parse
from .local_stack import durable, without_extensions
from .memberships import Members, Shares
from .model import Spec
from .names import Relation
from .ownership import (
    OPERATIONS,
    Excuse,
    Function,
    Operation,
    Owned,
    Rule,
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
    Shared,
    Standing,
    TokenNames,
    admits_anon,
    allows,
    atoms,
)
from .settings import (
    FEWEST_ROWS,
    Auth,
    Cost,
    Generate,
    Limits,
    Lint,
    LintGroup,
    Project,
    RateLimits,
    Stack,
    Uploads,
    slug_of,
)

__all__ = [  # noqa: RUF022  (grouped by subject)
    # reading
    "load",
    "parse",
    "durable",
    "without_extensions",
    "Spec",
    # the ownership model
    "Bucket",
    "CHANNEL_OPERATIONS",
    "Channel",
    "ChannelOperation",
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
    "Shares",
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
    "Shared",
    "Standing",
    "TokenNames",
    "admits_anon",
    "allows",
    "atoms",
    "parse_right",
    # settings
    "Auth",
    "Cost",
    "FEWEST_ROWS",
    "Generate",
    "Limits",
    "Lint",
    "LintGroup",
    "Project",
    "RateLimits",
    "Stack",
    "Uploads",
    "slug_of",
]
