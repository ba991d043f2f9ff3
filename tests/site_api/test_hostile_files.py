"""Forms and files that are not what they seem: never a 5xx, and no script runs."""

from __future__ import annotations

import io
import re
import zipfile

import httpx
import pytest

from tests.site_api.hostile import assert_clean_refusal, nothing_written, raw
from tests.site_api.project import NO_RATE_LIMITS, PICTURE, Project


@pytest.fixture(autouse=True)
def no_limits(project: Project) -> None:
    project.configure(features={"rate_limits": NO_RATE_LIMITS})


def form(project: Project, body: bytes) -> httpx.Response:
    return raw(project, body, "multipart/form-data; boundary=b")


def part(name: str, value: bytes, filename: str | None = None) -> bytes:
    file = f'; filename="{filename}"' if filename is not None else ""
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + value + b"\r\n"


@pytest.mark.parametrize(
    ("content", "name", "claimed", "served"),
    [
        (PICTURE + b"<script>alert(1)</script>", "a.html", "text/html", "image/png"),
        (b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)", "a.js", "text/javascript", "image/gif"),
        (b"%PDF-1.7\n<script>alert(1)</script>", "a.html", "text/html", "application/pdf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg", "", "text/plain"),
        (b"<!-- --><svg xmlns='x'><script/></svg>", "a.png", "image/png", "text/plain"),
        (
            b'<svg xmlns="http://www.w3.org/2000/svg"><g fill="url('
            + b" " * 400_000
            + b'#"/></svg>',
            "a.svg",
            "image/svg+xml",
            "image/svg+xml",
        ),
        (b"<svg>" + b"<?" * 400_000, "a.svg", "image/svg+xml", "text/plain"),
    ],
    ids=["PNG and HTML", "GIF and script", "PDF and HTML", "handler", "SVG as PNG", "spaces", "<?"],
)
def test_a_file_that_is_two_things_runs_no_script(
    project: Project, content: bytes, name: str, claimed: str, served: str
) -> None:
    answer = project.upload(content, name, claimed)
    assert answer.status_code == 200, answer.text
    fetched = project.http.get(answer.json()["url"])
    assert fetched.headers["content-type"].split(";")[0] == served


def test_a_packed_document_is_not_unpacked_without_end(project: Project) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b" " * 100_000_000)
    assert project.upload(packed.getvalue(), "a.docx").status_code == 200


def test_a_file_s_name_cannot_bring_headers_along(project: Project) -> None:
    for name in ('a"; filename="b.png', "a\r\nX-Evil: 1\r\n\r\n.png", "a%0d%0aX-Evil: 1.png"):
        answer = project.upload(PICTURE, name)
        assert answer.status_code == 200, answer.text
        fetched = project.http.get(answer.json()["url"])
        assert fetched.status_code == 200
        assert "x-evil" not in fetched.headers
        assert re.fullmatch(r"[A-Za-z0-9._-]+", answer.json()["path"].split("/")[1])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_form_that_was_cut_off(project: Project, share: float) -> None:
    whole = part("projectId", project.id.encode()) + part("file", PICTURE, "a.png") + b"--b--\r\n"
    assert form(project, whole).status_code == 200
    answer = form(project, whole[: int(len(whole) * share)])
    assert_clean_refusal(answer)
    assert len(project.rows("public.project_uploads")) == 1


def test_a_form_of_a_thousand_parts(project: Project) -> None:
    body = b"".join(part(f"p{number}", b"x") for number in range(1000))
    assert_clean_refusal(form(project, body + b"--b--\r\n"))
    files = b"".join(part("file", PICTURE, "a.png") for _ in range(1000))
    head = part("projectId", project.id.encode())
    assert_clean_refusal(form(project, head + files + b"--b--\r\n"))
    assert nothing_written(project)


@pytest.mark.parametrize("header", ["", "; boundary=", "; boundary=" + "x" * 5000])
def test_a_form_with_an_odd_boundary(project: Project, header: str) -> None:
    assert_clean_refusal(raw(project, b"--b--", f"multipart/form-data{header}"))
