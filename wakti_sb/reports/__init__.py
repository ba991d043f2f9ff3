"""Reports of a run: for a terminal, for machines, for a pull request, for a browser. Pure."""

from __future__ import annotations

from .groups import Group, as_text, groups
from .html import html
from .machine import as_json, junit, mutation_json, sarif
from .markdown import markdown, mutation_markdown
from .matrix import Cell, cells, matrix

__all__ = [
    "Cell",
    "Group",
    "as_json",
    "as_text",
    "cells",
    "groups",
    "html",
    "junit",
    "markdown",
    "matrix",
    "mutation_json",
    "mutation_markdown",
    "sarif",
]
