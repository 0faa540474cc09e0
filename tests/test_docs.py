"""The documents say what the code does, as far as a program can tell."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from archive.records.models import Comment, Post
from tests.support.paths import ROOT

DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("record", [Post, Comment])
def test_every_field_of_a_record_is_described(record: type[Post | Comment]) -> None:
    text = (ROOT / "docs" / "records.md").read_text(encoding="utf-8")

    described = set(re.findall(r"`(\w+)`", text))

    assert {each.name for each in fields(record)} - described == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_page_that_is_linked_exists(document: Path) -> None:
    linked = re.findall(r"\]\((?![a-z]+:)([^)#]+)", document.read_text(encoding="utf-8"))

    assert [each for each in linked if not (document.parent / each).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_heading_that_is_linked_exists(document: Path) -> None:
    linked = re.findall(r"\]\((?![a-z]+:)([^)#]*)#([^)]+)\)", document.read_text(encoding="utf-8"))

    assert [
        (page, anchor)
        for page, anchor in linked
        if anchor not in anchors(document.parent / page if page else document)
    ] == []


def anchors(document: Path) -> set[str]:
    """Return the fragments by which GitHub links to the headings of a document."""
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_code_names_only_documents_that_exist() -> None:
    sources = [path for name in ("archive", "crawler", "webui") for path in (ROOT / name).rglob("*.py")]
    named = {
        (path.name, document)
        for path in sources
        for document in re.findall(r"(?<![\w/,] )docs/[\w-]+\.md", path.read_text(encoding="utf-8"))
    }

    assert {each for each in named if not (ROOT / each[1]).exists()} == set()
