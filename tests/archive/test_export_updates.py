"""Updates: what changed after an older dataset."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.deny import Rule
from archive.errors import DatasetError
from archive.export.dataset import cursor_of, folded_in, write_dataset
from archive.export.manifest import Manifest
from archive.export.plan import Plan
from archive.export.shapes import SHAPES
from archive.export.verifying import verify
from archive.privacy import forget
from archive.records import Post
from tests.archive.exported import KEY, THREAD, rows

Builder = Callable[..., Post]


def everything(**changed: object) -> Plan:
    return replace(Plan(shapes=tuple(SHAPES)), **changed)


def test_an_update_holds_what_changed_and_lists_what_went(filled: Archive, make_post: Builder, tmp_path: Path):
    write_dataset(filled, tmp_path / "whole", everything(), key=KEY)
    edited = make_post("https://example.com/1/", text="Edited.", thread=THREAD)
    gone = make_post("https://example.com/2/", thread=THREAD)
    filled.add(edited)
    filled.add(make_post("https://example.com/new/", text="New."))
    forget(filled, Rule(kind="url", value=gone.url))

    plan = everything(since=cursor_of(filled, tmp_path / "whole"))
    manifest = write_dataset(filled, tmp_path / "update", plan, key=KEY)

    assert sorted(row["text"] for row in rows(tmp_path / "update", "documents")) == ["Edited.", "New."]
    with (tmp_path / "update" / "deleted.jsonl").open() as file:
        assert {json.loads(line)["id"] for line in file} == {gone.id, *(each.id for each in gone.comments)}
    assert manifest.since == Manifest.read(tmp_path / "whole").cursor
    assert verify(tmp_path / "update") == []


def test_an_update_brings_the_copy_of_what_was_forgotten(archive: Archive, make_post: Builder, tmp_path: Path):
    original = make_post("https://a.example/")
    copy = make_post("https://b.example/", published=datetime(2016, 1, 1, tzinfo=UTC))
    archive.add(original)
    archive.add(copy)
    write_dataset(archive, tmp_path / "whole", everything(), key=KEY)
    forget(archive, Rule(kind="url", value=original.url))

    older = tmp_path / "whole" / "manifest.json"
    plan = everything(since=cursor_of(archive, older), folded_before=folded_in(older))
    write_dataset(archive, tmp_path / "update", plan, key=KEY)

    assert [row["id"] for row in rows(tmp_path / "update", "documents")] == [copy.id]
    with (tmp_path / "update" / "deleted.jsonl").open() as file:
        assert [json.loads(line)["id"] for line in file] == [original.id]


def test_an_update_lists_what_turned_out_to_be_a_copy(archive: Archive, make_post: Builder, tmp_path: Path):
    copy = make_post("https://b.example/", published=datetime(2016, 1, 1, tzinfo=UTC))
    archive.add(copy)
    write_dataset(archive, tmp_path / "whole", everything(), key=KEY)
    archive.add(make_post("https://a.example/"))

    plan = everything(since=cursor_of(archive, tmp_path / "whole"), folded_before=folded_in(tmp_path / "whole"))
    write_dataset(archive, tmp_path / "update", plan, key=KEY)

    with (tmp_path / "update" / "deleted.jsonl").open() as file:
        assert [json.loads(line)["id"] for line in file] == [copy.id]


def test_an_update_without_the_list_of_copies_is_refused(filled: Archive, tmp_path: Path):
    write_dataset(filled, tmp_path / "out", Plan(), key=KEY)
    (tmp_path / "out" / "duplicates.jsonl").unlink()

    with pytest.raises(DatasetError, match="beside the manifest"):
        folded_in(tmp_path / "out" / "manifest.json")


def test_an_update_of_another_archives_dataset_is_refused(filled: Archive, tmp_path: Path):
    write_dataset(filled, tmp_path / "out", Plan(), key=KEY)

    with Archive(tmp_path / "other") as other, pytest.raises(DatasetError, match="another archive"):
        cursor_of(other, tmp_path / "out" / "manifest.json")
