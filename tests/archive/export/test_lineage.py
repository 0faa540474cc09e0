"""An archive made of a dataset: its exports are that dataset again, until it changes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.errors import DatasetError
from archive.export.dataset import cursor_of, write_dataset
from archive.export.loading import load
from archive.export.manifest import Manifest
from archive.export.plan import BACKUP, Plan
from archive.export.shapes.registry import SHAPES
from archive.forgetting import forget
from archive.records.models import Post
from archive.store.deny import Rule
from tests.support.datasets import KEY, THREAD, rows

Builder = Callable[..., Post]


def contents(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@pytest.mark.parametrize("plan", [Plan(shapes=tuple(SHAPES)), BACKUP], ids=["pseudonyms", "backup"])
def test_export_load_and_export_give_the_same_bytes(filled: Archive, make_post: Builder, tmp_path: Path, plan: Plan):
    filled.add(make_post("https://example.com/1/", text="Edited, so that changes outnumber texts.", thread=THREAD))
    write_dataset(filled, tmp_path / "one", plan, key=KEY)
    with Archive(tmp_path / "copy") as copy:
        load(copy, tmp_path / "one")
        write_dataset(copy, tmp_path / "two", plan, key=b"another key")

    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def test_an_updated_copy_gives_the_same_bytes_as_its_archive(filled: Archive, make_post: Builder, tmp_path: Path):
    write_dataset(filled, tmp_path / "one", BACKUP, key=b"")
    with Archive(tmp_path / "copy") as copy:
        load(copy, tmp_path / "one")
        filled.add(make_post("https://example.com/1/", text="Edited.", thread=THREAD))
        forget(filled, Rule(kind="url", value="https://example.com/2/"))
        update = replace(BACKUP, since=cursor_of(filled, tmp_path / "one"))
        write_dataset(filled, tmp_path / "update", update, key=b"")
        load(copy, tmp_path / "update")

        write_dataset(filled, tmp_path / "original", BACKUP, key=b"")
        write_dataset(copy, tmp_path / "again", BACKUP, key=b"")

    assert contents(tmp_path / "again") == contents(tmp_path / "original")


def test_a_changed_copy_of_an_archive_updates_its_own_dataset(filled: Archive, make_post: Builder, tmp_path: Path):
    first = write_dataset(filled, tmp_path / "one", BACKUP, key=b"")
    with Archive(tmp_path / "copy") as copy:
        load(copy, tmp_path / "one")
        copy.add(make_post("https://example.com/new/", text="New."))
        since = cursor_of(copy, tmp_path / "one")
        manifest = write_dataset(copy, tmp_path / "update", replace(BACKUP, since=since), key=b"")

    assert [row["text"] for row in rows(tmp_path / "update", "threads")] == ["New."]
    assert manifest.archive != first.archive
    with pytest.raises(DatasetError, match="another archive"):
        cursor_of(filled, tmp_path / "update")


def test_an_archive_that_held_more_is_no_copy_of_what_it_loads(filled: Archive, make_post: Builder, tmp_path: Path):
    write_dataset(filled, tmp_path / "one", BACKUP, key=b"")
    with Archive(tmp_path / "other") as other:
        other.add(make_post("https://example.org/mine/"))
        load(other, tmp_path / "one")
        write_dataset(other, tmp_path / "two", BACKUP, key=b"")

        with pytest.raises(DatasetError, match="another archive"):
            cursor_of(other, tmp_path / "one")

    assert Manifest.read(tmp_path / "two").archive != Manifest.read(tmp_path / "one").archive
