"""Reports of a run: for a terminal, for machines, for a pull request, for a browser. Pure.

`of_policies`, `of_suite` and `of_database_tests` make one tree of results from each kind of run;
`junit`, `html`, `markdown`, `matrix` and `as_text` write it.
"""

from __future__ import annotations

from .cost import cost_json, cost_table, cost_text, over_budget
from .difference import difference_json, difference_markdown, difference_text
from .junit import junit
from .machine import as_json, mutation_json, sarif
from .markdown import markdown, mutation_markdown
from .matrix import as_text, matrix
from .page import html
from .pgtap import of_database_tests
from .policies import of_policies
from .suite import of_suite, suite_json
from .tree import Results

__all__ = [
    "Results",
    "as_json",
    "as_text",
    "cost_json",
    "cost_table",
    "cost_text",
    "difference_json",
    "difference_markdown",
    "difference_text",
    "html",
    "junit",
    "markdown",
    "matrix",
    "mutation_json",
    "mutation_markdown",
    "of_database_tests",
    "of_policies",
    "of_suite",
    "over_budget",
    "sarif",
    "suite_json",
]
