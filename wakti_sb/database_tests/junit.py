"""Outcomes as JUnit XML: a suite for each file. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from wakti_sb.database_tests.tap import Outcome

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def junit(outcomes: Sequence[Outcome]) -> str:
    """The document. What went wrong beside a failed test is an error of a case of its own."""
    root = ElementTree.Element("testsuites", name="pgTAP")
    for one in outcomes:
        failed = sum(not test.good for test in one.tests)
        skipped = sum(test.excuse is not None for test in one.tests)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_clean(one.file),
            tests=str(len(one.tests) + (one.problem is not None)),
            failures=str(failed),
            errors=str(int(one.problem is not None)),
            skipped=str(skipped),
            time=f"{one.seconds:.3f}",
        )
        for test in one.tests:
            case = ElementTree.SubElement(
                suite, "testcase", classname=_clean(one.file), name=_clean(test.name), time="0"
            )
            if not test.good:
                found = ElementTree.SubElement(case, "failure", message=_clean(test.name))
                found.text = _clean("\n".join(test.said))
            elif test.excuse is not None:
                ElementTree.SubElement(case, "skipped", message=_clean(test.excuse))
        if one.problem is not None:
            case = ElementTree.SubElement(
                suite, "testcase", classname=_clean(one.file), name="the file itself", time="0"
            )
            first = one.problem.splitlines()[0]
            found = ElementTree.SubElement(case, "error", message=_clean(first))
            found.text = _clean(one.problem)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _clean(text: str) -> str:
    return _NOT_XML.sub("�", text)
