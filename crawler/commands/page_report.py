"""Report of a page that is read wrongly: the page, its record and the versions, in one ZIP file.

Whoever reports a page sends this file to strangers. It therefore holds nothing of the machine: no path, no name of
the machine or of its user, no setting, no time but the `fetched` of the record. The same page read at the same second
by the same versions makes the same bytes.
"""

import json
import platform
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree

PAGE, RECORD, VERSIONS = "page.html", "record.json", "versions.json"

#: The distributions that decide what is read from a page.
LIBRARIES = (
    "courlan",
    "dateparser",
    "htmldate",
    "justext",
    "lxml",
    "lxml_html_clean",
    "markdown-it-py",
    "trafilatura",
    "w3lib",
)


def page_report(body: bytes, record: dict[str, Any], *, url: str | None, platform_name: str | None) -> bytes:
    """Return the ZIP file: the page as it was saved, what was read from it, and how.

    `url` and `platform_name` are what the command was told; `None` where it was told nothing.
    """
    how = {
        "url": url,
        "platform": platform_name,
        "sales-archive": version("sales-archive"),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "libxml2": ".".join(map(str, etree.LIBXML_VERSION)),
        "libraries": {name: version(name) for name in LIBRARIES},
    }
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, content in ((PAGE, body), (RECORD, _json(record)), (VERSIONS, _json(how))):
            archive.writestr(_member(name), content)
    return packed.getvalue()


def advice(file: Path, body: bytes) -> str:
    """Return what to say of a report that was written to `file`: what it holds, and what to look over."""
    local = body.lower().count(b"file://")
    lines = [
        f"{file} holds {PAGE} (as you saved it), {RECORD} (what was read from it) and {VERSIONS}.",
        "The program added nothing about your machine. Look the file over before you send it:",
        f"- {PAGE}: your name, mail address or private text, if you were logged in when you saved the page; codes in",
        "  its links and forms",
        f"- {RECORD}: the address of the page, and the text that anyone who gets the report can read",
    ]
    if local:
        lines.append(
            f"- {PAGE} has {local} file:// address{'es' * (local > 1)}, which may name folders of your machine"
        )
    return "\n".join(lines) + "\n"


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _member(name: str) -> ZipInfo:
    """Return a member of the file, the same on every machine and at any time."""
    member = ZipInfo(name)  # of 1 January 1980
    member.compress_type = ZIP_DEFLATED
    member.create_system = 3  # Unix, also where it is not
    member.external_attr = 0o644 << 16
    return member
