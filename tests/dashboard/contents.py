"""What people type and upload: hostile text, the smallest picture."""

from __future__ import annotations

from playwright.sync_api import FilePayload

HOSTILE = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"

PNG = (  # the smallest PNG: one transparent pixel
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x03\x00\x08\xfc\x02\xfe\xa7\x9a\xa0"
    b"\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)


def file(name: str, content: bytes = PNG) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}
