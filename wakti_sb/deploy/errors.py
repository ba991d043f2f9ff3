"""What can stop a deployment, beside the errors of the migrations.

DeployError
├── TokenRefused       401: the access token is wrong, expired or withdrawn
├── NotPermitted       403: the token may not do this
├── PlanExhausted      402: the organization's plan does not allow it
├── NotFound           404: no such project, or it is somebody else's
├── ProjectAsleep      the project is paused, or on its way up or down
├── TooManyRequests    429, again and again
├── PlatformFailed     5xx, or an answer that the published API does not give
├── Unreachable        no connection, or one that broke
└── FunctionDead       a function was deployed and does not answer
"""

from __future__ import annotations

from wakti_sb.errors import WaktiError


class DeployError(WaktiError):
    """The deployment cannot go on."""


class TokenRefused(DeployError):
    """The access token is wrong, expired or withdrawn."""


class NotPermitted(DeployError):
    """The token may not do this."""


class PlanExhausted(DeployError):
    """The organization's plan does not allow it."""


class NotFound(DeployError):
    """No such project, or it is somebody else's."""


class ProjectAsleep(DeployError):
    """The project is paused, or on its way up or down."""


class TooManyRequests(DeployError):
    """The platform refuses for the number of requests, again and again."""


class PlatformFailed(DeployError):
    """The platform failed, or answers what the published API does not."""


class Unreachable(DeployError):
    """No connection, or one that broke."""


class FunctionDead(DeployError):
    """A function was deployed and does not answer."""
