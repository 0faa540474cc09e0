import gzip
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.errors import ArchiveWriteError, DatasetError, QueryError
from archive.export.dataset import write_dataset, write_rows
from archive.export.plan import BACKUP, Plan, Selection
from archive.export.shapes.registry import SHAPES
from archive.export.verifying import verify
from archive.records.models import Post
from tests.support.datasets import KEY, THREAD, rows

Builder = Callable[..., Post]


def contents(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def everything(**changed: object) -> Plan:
    return replace(Plan(shapes=tuple(SHAPES)), **changed)


def test_every_row_has_the_keys_and_types_of_its_shape(filled: Archive, tmp_path: Path):
    manifest = write_dataset(filled, tmp_path / "out", everything(), key=KEY)

    assert verify(tmp_path / "out") == []
    assert manifest.rows == {"documents": 25, "threads": 5, "messages": 5, "convokit": 25}


def test_two_exports_are_the_same_bytes(filled: Archive, tmp_path: Path):
    for compression in ("gzip", "zstd", "plain"):
        for name in ("a", "b"):
            write_dataset(filled, tmp_path / name, everything(compression=compression, shard_bytes=2_000), key=KEY)
        assert contents(tmp_path / "a") == contents(tmp_path / "b")
        assert len(list((tmp_path / "a/data/documents").iterdir())) > 2
        assert verify(tmp_path / "a") == []


def test_comments_say_what_they_answer(filled: Archive, tmp_path: Path, make_post: Builder):
    write_dataset(filled, tmp_path / "out", everything(), key=KEY)

    post = filled.post(make_post("https://example.com/0/").id)
    documents = {row["id"]: row["metadata"] for row in rows(tmp_path / "out", "documents")}
    first, second = post.comments[:2]
    assert (documents[first.id]["parent_id"], documents[first.id]["depth"]) == (post.id, 1)
    assert (documents[second.id]["parent_id"], documents[second.id]["depth"]) == (first.id, 2)
    assert documents[second.id]["thread_id"] == post.id


def test_messages_follow_the_longest_chain(filled: Archive, tmp_path: Path):
    write_dataset(filled, tmp_path / "out", everything(), key=KEY)

    row = rows(tmp_path / "out", "messages")[0]

    assert [each["role"] for each in row["messages"]] == ["system", "user", "user", "user"]
    assert [each["content"] for each in row["messages"][1:]] == ["It works.", "For whom?", "For agencies."]


def test_names_and_addresses_of_commenters_stay_out_by_default(archive: Archive, make_post: Builder, tmp_path: Path):
    post = make_post(
        thread=(("1", None, "Thanks, Reader 2: mail bo@example.org."), ("2", "1", "Ok."), ("3", None, "-"))
    )
    author = replace(post.comments[2], author="Ann Lee", by_post_author=True)
    archive.add(
        replace(
            post, comments=(replace(post.comments[0], author_url="https://bo.example/"), post.comments[1], author)
        )
    )

    write_dataset(archive, tmp_path / "out", everything(), key=KEY)

    everywhere = b"".join(
        gzip.decompress(data) for name, data in contents(tmp_path / "out").items() if name[-3:] == ".gz"
    )
    assert b"Reader" not in everywhere
    assert b"bo@example" not in everywhere
    assert b"bo.example" not in everywhere
    (row,) = rows(tmp_path / "out", "threads")
    first, second, third = row["comments"]
    assert first["text"] == f"Thanks, {second['author']}: mail [e-mail]."
    assert first["author"] != second["author"]
    assert (row["metadata"]["author"], third["author"]) == ("Ann Lee", "Ann Lee")


def test_a_person_has_one_pseudonym_a_site_and_key(archive: Archive, make_post: Builder, tmp_path: Path):
    for url in ("https://a.example/1/", "https://a.example/2/", "https://b.example/3/"):
        archive.add(make_post(url, text=url, thread=THREAD[:1]))

    names = {}
    for key in (KEY, b"other" * 8):
        write_dataset(archive, tmp_path / "out", everything(), key=key)
        for row in rows(tmp_path / "out", "threads"):
            names[key, row["metadata"]["url"]] = row["comments"][0]["author"]

    assert names[KEY, "https://a.example/1/"] == names[KEY, "https://a.example/2/"]
    assert len(set(names.values())) == 4


def test_reserved_posts_are_left_out_and_counted(filled: Archive, make_post: Builder, tmp_path: Path):
    filled.add(make_post("https://example.com/reserved/", rights=("tdm-reserved",), thread=THREAD))

    manifest = write_dataset(filled, tmp_path / "out", everything(), key=KEY)
    plan = everything(selection=Selection(sites=("elsewhere.example",)))
    elsewhere = write_dataset(filled, tmp_path / "elsewhere", plan, key=KEY)
    taken = write_dataset(filled, tmp_path / "all", everything(selection=Selection(reserved=True)), key=KEY)

    assert (manifest.rows["threads"], manifest.counts["left_out"]["reserved_posts"]) == (5, 1)
    assert elsewhere.counts["left_out"]["reserved_posts"] == 0
    assert (taken.rows["threads"], taken.counts["left_out"]["reserved_posts"]) == (6, 0)


def test_copies_are_folded_with_reasons_and_their_own_comments_stay(
    archive: Archive, make_post: Builder, tmp_path: Path
):
    original = make_post("https://a.example/", thread=THREAD[:1])
    mirror = make_post("https://b.example/", thread=THREAD[:1], published=datetime(2016, 1, 1, tzinfo=UTC))
    lively = make_post("https://c.example/", thread=THREAD, published=datetime(2016, 1, 2, tzinfo=UTC))
    for post in (original, mirror, lively):
        archive.add(post)

    manifest = write_dataset(archive, tmp_path / "out", everything(), key=KEY)

    with (tmp_path / "out" / "duplicates.jsonl").open() as file:
        folded = {row["id"]: row["of"] for row in map(json.loads, file)}
    assert folded[mirror.id] == folded[lively.id] == original.id
    assert folded[mirror.comments[0].id] == original.comments[0].id
    assert manifest.counts["left_out"]["copies"] == 4
    assert {row["id"] for row in rows(tmp_path / "out", "threads")} == {original.id, lively.id}
    assert len(rows(tmp_path / "out", "documents")) == 2 + 3


@pytest.mark.parametrize(
    ("selection", "threads", "documents"),
    [
        (Selection(sites=("example.com",)), 5, 25),
        (Selection(sites=("other.example",)), 0, 0),
        (Selection(kind="post"), 5, 5),
        (Selection(kind="comment"), 5, 20),
        (Selection(after=datetime(2015, 3, 2, 9, 3, tzinfo=UTC)), 5, 10),
        (Selection(before=datetime(2015, 3, 2, tzinfo=UTC)), 5, 5),
        (Selection(languages=("de",)), 0, 0),
        (Selection(languages=("en",), tags=("PRICING",)), 1, 5),
        (Selection(min_words=3), 5, 5),
        (Selection(limit=2), 2, 10),
        (Selection(sample=3), 3, 15),
        (Selection(query="agencies"), 5, 5),
        (Selection(query="number AND 3"), 1, 1),
    ],
)
def test_a_selection_takes_what_it_says(
    filled: Archive, make_post: Builder, tmp_path: Path, selection: Selection, threads: int, documents: int
):
    filled.add(make_post("https://example.com/0/", text="Text number 0.", thread=THREAD, tags=("pricing",)))
    filled.sync()

    manifest = write_dataset(filled, tmp_path / "out", everything(selection=selection), key=KEY)

    assert (manifest.rows["threads"], manifest.rows["documents"]) == (threads, documents)
    assert verify(tmp_path / "out") == []


def test_a_sample_is_the_same_for_the_same_seed_only(filled: Archive, tmp_path: Path):
    drawn = []
    for seed in (1, 1, 2, 3):
        write_dataset(filled, tmp_path / "out", everything(selection=Selection(sample=2, seed=seed)), key=KEY)
        drawn.append([row["id"] for row in rows(tmp_path / "out", "threads")])

    assert drawn[0] == drawn[1]
    assert len({tuple(each) for each in drawn}) > 1


def test_a_query_that_says_nothing_is_refused(filled: Archive, tmp_path: Path):
    with pytest.raises(QueryError):
        write_dataset(filled, tmp_path / "out", everything(selection=Selection(query="  ")), key=KEY)
    assert names(tmp_path) == ["archive"]


def test_what_spiders_write_meanwhile_is_not_in_it(filled: Archive, make_post: Builder, tmp_path: Path):
    def write(number: int, _total: int) -> None:
        filled.add(make_post(f"https://example.com/late/{number}/", text=f"Late {number}.", thread=THREAD))
        filled.add(make_post("https://example.com/4/", text=f"Changed {number}.", thread=THREAD))

    before = filled.store.last_seq()
    manifest = write_dataset(filled, tmp_path / "out", everything(), key=KEY, progress=write)

    assert manifest.rows["threads"] == 5
    assert not [
        row for row in rows(tmp_path / "out", "documents") if "Late" in row["text"] or "Changed" in row["text"]
    ]
    assert manifest.cursor == before


def test_a_failed_export_leaves_the_older_dataset_alone(filled: Archive, tmp_path: Path):
    write_dataset(filled, tmp_path / "out", Plan(), key=KEY)
    before = contents(tmp_path / "out")

    def fail(number: int, _total: int) -> None:
        if number == 3:
            raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        write_dataset(filled, tmp_path / "out", BACKUP, key=KEY, progress=fail)

    assert contents(tmp_path / "out") == before
    assert names(tmp_path) == ["archive", "out"]


def test_a_directory_that_is_no_dataset_is_not_replaced(filled: Archive, tmp_path: Path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()

    with pytest.raises(DatasetError, match="exists and is not a dataset"):
        write_dataset(filled, tmp_path / "photos", Plan(), key=KEY)
    assert names(tmp_path / "photos") == ["cat.jpg"]


def test_a_place_that_cannot_be_written_is_told(filled: Archive, tmp_path: Path):
    (tmp_path / "file").touch()

    with pytest.raises(ArchiveWriteError, match="cannot write beside"):
        write_dataset(filled, tmp_path / "file" / "out", Plan(), key=KEY)


def test_one_shape_goes_to_a_stream(filled: Archive, tmp_path: Path):
    with (tmp_path / "rows").open("wb") as stream:
        write_rows(filled, stream, Plan(shapes=("threads",), compression="plain"), key=KEY)

    assert len((tmp_path / "rows").read_bytes().splitlines()) == 5


@pytest.fixture
def dataset(filled: Archive, tmp_path: Path) -> Path:
    write_dataset(filled, tmp_path / "out", Plan(compression="plain"), key=KEY)
    return tmp_path / "out"


def test_verify_finds_changed_missing_and_foreign_files(dataset: Path):
    documents = dataset / "data/documents/part-00000.jsonl"
    documents.write_bytes(documents.read_bytes().replace(b"It works.", b"It fails."))
    (dataset / "data/threads/part-00000.jsonl").unlink()
    (dataset / "data/threads/part-00009.jsonl").touch()

    findings = verify(dataset)

    assert findings == [
        "data/documents/part-00000.jsonl is not what was written: its SHA-256 differs",
        "data/documents/part-00000.jsonl: its content is not what was written",
        "data/threads/part-00000.jsonl is missing",
        "data/threads/part-00009.jsonl is not in the manifest",
    ]


def test_verify_finds_counts_that_the_rows_do_not_bear_out(dataset: Path):
    path = dataset / "manifest.json"
    manifest = json.loads(path.read_text())
    assert verify(dataset) == []
    manifest["counts"]["sites"] = {name: number + 1 for name, number in manifest["counts"]["sites"].items()}
    path.write_text(json.dumps(manifest))

    assert verify(dataset) == ["manifest.json states other posts by sites than data/threads holds"]


def test_verify_finds_truncated_files(filled: Archive, tmp_path: Path):
    write_dataset(filled, tmp_path / "out", Plan(), key=KEY)
    path = tmp_path / "out" / "data/threads/part-00000.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-30])

    assert any("cannot be read" in finding for finding in verify(tmp_path / "out"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "sales-archive/1"}', '{"schema": "other/9"}'])
def test_a_manifest_that_is_none_is_told(dataset: Path, text: str):
    (dataset / "manifest.json").write_text(text)

    with pytest.raises(DatasetError, match="manifest"):
        verify(dataset)


def test_a_manifest_may_not_point_outside(dataset: Path):
    text = (dataset / "manifest.json").read_text()
    (dataset / "manifest.json").write_text(text.replace("data/documents/part-00000.jsonl", "data/../../../secret"))

    with pytest.raises(DatasetError, match="outside the dataset"):
        verify(dataset)
