"""Bring a project to where it runs: a hosted project, or any that is reached by address."""

from __future__ import annotations

from wakti_sb.deploy import link
from wakti_sb.deploy.check import Check
from wakti_sb.deploy.errors import DeployError
from wakti_sb.deploy.management.api import ADDRESS
from wakti_sb.deploy.plan import Line, Plan, Wanted
from wakti_sb.deploy.run import Deployment, read_project
from wakti_sb.deploy.target import REF, ByAddress, Hosted, Place

__all__ = [
    "ADDRESS",
    "REF",
    "ByAddress",
    "Check",
    "DeployError",
    "Deployment",
    "Hosted",
    "Line",
    "Place",
    "Plan",
    "Wanted",
    "link",
    "read_project",
]
