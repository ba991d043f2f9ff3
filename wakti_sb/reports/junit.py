"""Results as JUnit XML. Pure."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

import junitparser

from .tree import Results, Suite, Test

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KINDS = {
    "failed": junitparser.Failure,
    "unproven": junitparser.Error,
    "excused": junitparser.Skipped,
}


def junit(results: Results) -> str:
    """The document; what could not be carried out is an error, what is excused is skipped.

    Tests that did not pass for one cause have its words as their message: readers group by it.
    """
    document = junitparser.JUnitXml(_plain(results.tool))
    for suite in results.suites:
        document.add_testsuite(_suite(suite))
    document.update_statistics()  # type: ignore[no-untyped-call]  # the library's is not typed
    root = document._elem  # the library writes to a file in UTF-8 only; a report is text
    known = (suite.seconds is not None for suite in results.suites)
    for suite, timed in zip(root, known, strict=True):
        if not timed:  # no time at all, and not 0 s
            del suite.attrib["time"]
    if results.seconds is not None:
        root.set("time", str(round(results.seconds, 3)))
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(suite: Suite) -> junitparser.TestSuite:
    made = junitparser.TestSuite(_plain(suite.name))
    made.add_testcases([_case(test) for test in suite.tests])
    if suite.seconds is not None:
        made.time = round(suite.seconds, 3)
    return made


def _case(test: Test) -> junitparser.TestCase:
    case = junitparser.TestCase(_plain(test.name), _plain(test.place), test.seconds)
    if test.status != "passed":
        grouped = test.status != "excused" and bool(test.cause)
        result = _KINDS[test.status](_plain(test.cause if grouped else test.reason))
        if test.kind:
            result.type = test.kind
        lines = (test.reason if grouped else "", test.detail)
        if any(lines):
            result.text = _plain("\n".join(filter(None, lines)))
        case.result = result
    return case


def _plain(text: str) -> str:
    """Without characters that XML cannot hold."""
    return _NO_XML.sub("�", text)
