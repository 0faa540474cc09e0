"""Updates: what changed after an older dataset."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from archive.errors import DatasetError
from archive.export.dataset import cursor_of, folded_in, write_dataset
from archive.export.manifest import Manifest
from archive.export.plan import Plan
from archive.export.shapes.registry import SHAPES
from archive.export.verifying import verify
from archive.forgetting import forget
from archive.records.models import Post
from archive.store.deny import Rule
from tests.support.datasets import KEY, THREAD, rows

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

    texts = [row["text"] for row in rows(tmp_path / "update", "documents")]
    assert sorted(texts) == sorted(["Edited.", *(text for _, _, text in THREAD), "New."])
    with (tmp_path / "update" / "deleted.jsonl").open() as file:
        assert {json.loads(line)["id"] for line in file} == {gone.id, *(each.id for each in gone.comments)}
    assert manifest.since == Manifest.read(tmp_path / "whole").cursor
    assert verify(tmp_path / "update") == []


#: Where a row of each shape names the post whose thread it is of, as docs/dataset.md says.
THREAD_OF = {
    "documents": lambda row: row["metadata"]["thread_id"],
    "threads": lambda row: row["id"],
    "messages": lambda row: row["metadata"]["thread_id"],
    "convokit": lambda row: row["conversation_id"],
}


def updated(older: Path, update: Path, shape: str) -> list[dict[str, Any]]:
    new = rows(update, shape) if (update / "data" / shape).is_dir() else []
    with (update / "deleted.jsonl").open() as file:
        deleted = {json.loads(line)["id"] for line in file}
    threads = {THREAD_OF[shape](row) for row in new}
    kept = [
        row
        for row in rows(older, shape)
        if THREAD_OF[shape](row) not in threads
        and deleted.isdisjoint([row["id"], *(each["id"] for each in row.get("messages", ()))])
    ]
    return sorted([*kept, *new], key=lambda row: row["id"])


def test_an_older_dataset_with_its_update_is_the_whole_dataset(filled: Archive, make_post: Builder, tmp_path: Path):
    write_dataset(filled, tmp_path / "older", everything(), key=KEY)
    grown = make_post("https://example.com/0/", text="Text number 0.", thread=(("0", None, "First!"), *THREAD))
    first, second, *others = make_post("https://example.com/1/", text="Text number 1.", thread=THREAD).comments
    removed = replace(first, text="", author=None, published=None, published_precision=None, deleted=True)
    filled.add(grown)
    filled.add(
        make_post("https://example.com/1/", text="Text number 1.", thread=THREAD, comments=(removed, second, *others))
    )
    filled.add(make_post("https://example.com/2/", text="Text number 2.", thread=THREAD, rights=("tdm-reserved",)))
    filled.add(make_post("https://example.com/3/", text="Text number 3.", thread=THREAD[:1]))
    filled.add(make_post("https://example.com/4/", text="Text number 4.", thread=THREAD, language="de"))
    filled.add(make_post("https://example.com/5/", text="Text number 5.", thread=THREAD))

    older = tmp_path / "older"
    plan = everything(since=cursor_of(filled, older), folded_before=folded_in(older))
    write_dataset(filled, tmp_path / "update", plan, key=KEY)
    write_dataset(filled, tmp_path / "whole", everything(), key=KEY)

    for shape in SHAPES:
        assert updated(older, tmp_path / "update", shape) == sorted(
            rows(tmp_path / "whole", shape), key=lambda row: row["id"]
        )


def test_an_update_lists_a_forgotten_persons_answered_comment(filled: Archive, make_post: Builder, tmp_path: Path):
    write_dataset(filled, tmp_path / "whole", everything(), key=KEY)
    answered = make_post("https://example.com/1/", thread=THREAD).comments[0]
    forget(filled, Rule(kind="author", value=answered.author or "", site="example.com"))

    write_dataset(filled, tmp_path / "update", everything(since=cursor_of(filled, tmp_path / "whole")), key=KEY)

    with (tmp_path / "update" / "deleted.jsonl").open() as file:
        assert answered.id in {json.loads(line)["id"] for line in file}


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
