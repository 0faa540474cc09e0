"""A search index is pickles, and a pickle can run anything: none from elsewhere is read."""

import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from archive.cli import main
from archive.records.models import Post, post_id
from archive.search.results import Query
from archive.search.whoosh.index.schema import VERSION

URL = "https://blog.example/cold-calls/"
POST = Post(id=post_id(URL), url=URL, site="blog.example", title="Cold calls", text="We called before lunch.")


class Harm:
    """Makes a file when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self._marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._marker,)


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    marker = tmp_path / "harmed"
    pickle.loads(pickle.dumps(Harm(marker)))
    assert marker.exists()
    marker.unlink()
    return marker


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    directory = tmp_path / "archive"
    with Archive(directory) as archive:
        archive.add(POST)
        archive.sync()
    return directory


def poison(directory: Path, marker: Path) -> None:
    """Put a harmful pickle where the table of contents has its segments, and let its size be the noted one."""
    (contents,) = directory.glob("index/g*/*.toc")
    body = contents.read_bytes()
    at = body.rindex(b"\x80")  # the last pickle of the file
    harmful = pickle.dumps(Harm(marker))
    contents.write_bytes(body[:at] + harmful)
    state = directory / "index" / "state.json"
    values = json.loads(state.read_text())
    values["sizes"][contents.name] = at + len(harmful)
    state.write_text(json.dumps(values))


def test_a_poisoned_index_is_damage_and_is_built_anew(directory: Path, marker: Path) -> None:
    poison(directory, marker)

    with Archive(directory) as archive:
        report = archive.sync()
        found = archive.search(Query(text="lunch"))

    assert report.rebuilt is not None
    assert "a search index has no" in report.rebuilt
    assert found.total == 1
    assert not marker.exists()


@pytest.mark.parametrize(
    "arguments",
    [["search", "lunch"], ["status"], ["check"], ["show", URL], ["export", "TARGET"]],
    ids=lambda each: each[0],
)
def test_no_command_runs_what_is_in_a_poisoned_index(
    directory: Path, marker: Path, tmp_path: Path, arguments: list[str]
) -> None:
    poison(directory, marker)

    main(["--archive", str(directory), *(str(tmp_path / "out") if each == "TARGET" else each for each in arguments)])

    assert not marker.exists()


def test_an_index_of_an_older_version_is_built_anew(directory: Path) -> None:
    (contents,) = directory.glob("index/g*/*.toc")
    body = contents.read_bytes()
    at = body.rindex(b"\x80")  # the last pickle of the file, which names the segments
    gone = b"\x80\x02carchive.index_segment\n_Codec\n."  # a class that stands nowhere any more
    contents.write_bytes(body[:at] + gone)
    state = directory / "index" / "state.json"
    values = json.loads(state.read_text())
    values["sizes"][contents.name] = at + len(gone)
    state.write_text(json.dumps(values | {"schema": VERSION - 1}))

    with Archive(directory) as archive:
        assert archive.search(Query(text="lunch")).total == 0
        report = archive.sync()
        found = archive.search(Query(text="lunch"))

    assert (report.rebuilt, found.total) == ("made by another version", 1)


def test_the_list_of_segments_names_no_class_of_this_program(directory: Path) -> None:
    (contents,) = directory.glob("index/g*/*.toc")
    body = contents.read_bytes()
    segments = body[body.rindex(b"W3Segment") :]

    assert b"W3Codec" in segments
    assert b"archive." not in segments


def test_an_index_of_another_archive_is_not_opened(directory: Path, marker: Path, tmp_path: Path) -> None:
    poison(directory, marker)
    other = tmp_path / "other"
    with Archive(other) as archive:
        archive.add(POST)
    shutil.copytree(directory / "index", other / "index")

    with Archive(other) as archive:
        report = archive.sync()

    assert report.rebuilt == "of another archive"
    assert not marker.exists()


def test_a_dataset_is_text_and_nothing_else_in_it_is_read(directory: Path, marker: Path, tmp_path: Path) -> None:
    dataset, target = tmp_path / "dataset", tmp_path / "loaded"
    assert main(["--archive", str(directory), "export", "--backup", str(dataset)]) == 0
    poison(directory, marker)
    shutil.copytree(directory / "index", dataset / "index")
    harmful = tmp_path / "posts.pickle"
    harmful.write_bytes(pickle.dumps(Harm(marker)))

    loaded = main(["--archive", str(target), "load", str(dataset)])
    refused = main(["--archive", str(target), "load", str(harmful)])

    assert (loaded, refused != 0) == (0, True)
    assert not marker.exists()
