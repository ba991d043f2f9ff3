"""The ownership model case by case, where the database can be reached."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from wakti_sb import conformance, sources, spec
from wakti_sb.site_suite.model import Place
from wakti_sb.stack import Endpoint

from .case import Case, Unexpected, each

_MODEL = spec.load(sources.root() / "wakti.toml")


@dataclass(frozen=True)
class Claim:
    """All cases of the model about one object."""

    case: Case

    @property
    def id(self) -> str:
        """A sentence; it names the test."""
        return self.case.id


@pytest.fixture(scope="session")
def proved(endpoint: Endpoint) -> conformance.Report:
    """Every case of the model over SQL, in a transaction that is rolled back."""
    if endpoint.db_url is None:
        pytest.skip("only URL and keys are known; --db-url adds the model's own matrix")
    # Whoever names the database to this command has said that it may be tried.
    return conformance.run(_MODEL, endpoint.db_url, allow_data=True, salt=secrets.token_hex(4))


_OBJECTS = (
    *(str(entry.table) for entry in _MODEL.relations),
    *(str(bucket.name) for bucket in _MODEL.bucket),
    *(str(function.function) for function in _MODEL.function),
)
_REST = "anything else"


def _claims() -> Iterator[Claim]:
    for name in (*_OBJECTS, _REST):
        yield Claim(Case(Place("model", name, "everybody"), "every case", "proved"))


@each(_claims())
def test_model(proved: conformance.Report, case: Claim) -> None:
    """Nothing that the engine found is about this object."""
    about = case.case.place.subject
    found = [
        finding
        for finding in proved.findings
        if (finding.table if finding.table in _OBJECTS else _REST) == about
    ]
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise Unexpected(found[0].id, "no finding", f"{found[0].problem}, {found[0].reason}{more}")
    if not proved.verdicts:
        raise Unexpected(case.id, "cases", "none")
