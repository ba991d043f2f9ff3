"""One self-contained page: the pictures of a run, each field with what is behind it. Pure."""

from __future__ import annotations

from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from .tree import SIGNS, Results

_FULL = 1500  # tests, up to which each brings its statements; beyond, the page would be many MB


def html(results: Results) -> str:
    """The page's text; it loads nothing from anywhere.

    Of a large run it shows every test by name and reason, and the statements of the causes alone.
    """
    page = Environment(
        loader=PackageLoader("wakti_sb.reports", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page.globals.update(signs=SIGNS)
    files = resources.files(__package__)
    return page.get_template("page.html.j2").render(
        results=results,
        brief=sum(len(suite.tests) for suite in results.suites) > _FULL,
        style=files.joinpath("page.css").read_text(encoding="utf-8"),
        script=files.joinpath("page.js").read_text(encoding="utf-8"),
    )
