import gzip
import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.archive import Archive
from archive.cli import main
from archive.errors import DatasetError
from archive.export.dataset import cursor_of, write_dataset
from archive.export.loading import load
from archive.export.plan import BACKUP
from archive.forgetting import forget
from archive.records.models import Comment, Post, clean, comment_id, post_id
from archive.records.validation import faults
from archive.store.deny import Rule, deny, rules

Builder = Callable[..., Post]
THREAD = (("1", None, "It works."), ("2", "1", "For whom?"), ("3", None, "Not for us."))

texts = st.text(st.characters(), max_size=60)
lines = st.none() | texts
moments = st.none() | st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(  # noqa: DTZ001 (made aware below)
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
precisions = st.none() | st.sampled_from(["second", "minute", "day", "month", "year"])
names = st.lists(texts, max_size=3).map(tuple)


@st.composite
def posts(draw: st.DrawFn) -> Post:
    url = "https://example.com/" + draw(st.text("abc/", max_size=5))
    comments: list[Comment] = []
    for number in range(draw(st.integers(0, 4))):
        parent = draw(st.none() | st.sampled_from(comments)) if comments else None
        comments.append(
            Comment(
                id=comment_id(url, "isso", str(number)),
                post_id=post_id(url),
                parent_id=parent.id if parent else None,
                position=number * 2,
                depth=parent.depth + 1 if parent else 0,
                author=draw(lines),
                author_url=draw(st.none() | st.just("https://bo.example/")),
                published=draw(moments),
                published_precision=draw(precisions),
                text=draw(texts),
                permalink=draw(st.none() | st.just(f"{url}#c")),
                by_post_author=draw(st.booleans()),
                deleted=draw(st.booleans()),
                system="isso",
            )
        )
    return Post(
        id=post_id(url),
        url=url,
        site="example.com",
        title=draw(lines),
        author=draw(lines),
        published=draw(moments),
        published_precision=draw(precisions),
        updated=draw(moments),
        language=draw(st.none() | st.sampled_from(["en", "de"])),
        text=draw(texts),
        description=draw(lines),
        tags=draw(names),
        categories=draw(names),
        comment_system="isso" if comments else None,
        comments_stated=draw(st.none() | st.integers(0, 9)),
        comments=tuple(comments),
        fetched=draw(moments),
        rights=draw(names),
        status=draw(st.sampled_from(["whole", "preview", "withheld", "gone"])),
    )


def cleaned(post: Post) -> Post:
    """Return a post as the archive keeps it: halves of characters and NULs are no text."""
    return Post.from_json(json.loads(json.dumps(post.to_json())))


@given(posts())
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
def test_any_post_survives_store_export_and_load(post: Post):
    with TemporaryDirectory() as directory:
        root = Path(directory)
        with Archive(root / "a") as archive:
            archive.add(post)
            assert archive.post(post.id) == cleaned(post)
            write_dataset(archive, root / "out", BACKUP, key=b"")
        with Archive(root / "b") as archive:
            assert load(archive, root / "out").new == 1
            assert archive.post(post.id) == cleaned(post)
            write_dataset(archive, root / "again", BACKUP, key=b"")
        for path in (root / "out" / "data").rglob("*.gz"):
            assert path.read_bytes() == (root / "again" / path.relative_to(root / "out")).read_bytes()


@given(st.text())
def test_clean_text_has_neither_halves_of_characters_nor_nuls(text: str):
    clean(text + "\ud83d\x00").encode()
    assert "\x00" not in clean(text)


@pytest.fixture
def dataset(archive: Archive, make_post: Builder, tmp_path: Path) -> Path:
    with archive.database.write() as connection:
        for n in range(110):
            archive.store.add(connection, make_post(f"https://example.com/{n}/", thread=THREAD))
        deny(connection, Rule(kind="site", value="denied.example", reason="asked"))
    write_dataset(archive, tmp_path / "out", BACKUP, key=b"")
    return tmp_path / "out"


def test_a_backup_becomes_an_equal_archive_with_its_rules(archive: Archive, dataset: Path, tmp_path: Path):
    with Archive(tmp_path / "again") as again:
        assert load(again, dataset).new == 110
        assert list(again.posts()) == list(archive.posts())
        assert rules(again.database.connection) == rules(archive.database.connection)
        seq = again.store.last_seq()

        assert load(again, dataset).unchanged == 110
        assert again.store.last_seq() == seq


def test_a_later_fetch_is_not_undone_by_an_older_backup(archive: Archive, dataset: Path, make_post: Builder):
    later = make_post(
        "https://example.com/1/", thread=THREAD, text="Later.", fetched=datetime(2027, 1, 1, tzinfo=UTC)
    )
    archive.add(later)

    assert load(archive, dataset).older == 1
    assert archive.post(later.id).text == "Later."


def test_an_update_brings_a_copy_up_to_date(archive: Archive, dataset: Path, make_post: Builder, tmp_path: Path):
    gone, edited = (
        make_post("https://example.com/2/"),
        make_post("https://example.com/1/", text="Edited.", thread=THREAD),
    )
    with Archive(tmp_path / "copy") as copy:
        load(copy, dataset)
        archive.add(replace(edited, comments=edited.comments[:2], comments_stated=2))
        forget(archive, Rule(kind="url", value=gone.url))
        plan = replace(BACKUP, since=cursor_of(archive, dataset))
        write_dataset(archive, tmp_path / "update", plan, key=b"")

        loaded = load(copy, tmp_path / "update")

        assert (loaded.changed, loaded.erased) == (1, 1 + 4)
        assert list(copy.posts()) == list(archive.posts())
        assert copy.add(gone).post == "denied"


def test_an_update_erases_what_a_forgotten_person_said_before(
    archive: Archive, dataset: Path, make_post: Builder, tmp_path: Path
):
    answered = make_post("https://example.com/1/", thread=THREAD).comments[0]
    with Archive(tmp_path / "copy") as copy:
        load(copy, dataset)
        forget(archive, Rule(kind="author", value=answered.author or ""))
        write_dataset(archive, tmp_path / "update", replace(BACKUP, since=cursor_of(archive, dataset)), key=b"")

        load(copy, tmp_path / "update")

        assert list(copy.posts()) == list(archive.posts())
        assert [each.record["text"] for each in copy.history(answered.id) if each.record] == [""]


def test_rows_come_from_a_file_or_stdin(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (file,) = (dataset / "data/threads").iterdir()
    with Archive(tmp_path / "again") as again:
        assert load(again, file).new == 110
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"")))
        assert load(again, Path("-")).new == 0


def test_a_damaged_dataset_is_not_loaded(dataset: Path, tmp_path: Path):
    (file,) = (dataset / "data/threads").iterdir()
    file.write_bytes(file.read_bytes()[:-9])

    with Archive(tmp_path / "again") as again, pytest.raises(DatasetError, match="is damaged"):
        load(again, dataset)
    with Archive(tmp_path / "again") as again, pytest.raises(DatasetError, match="cannot be read"):
        load(again, file)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"id": "post:0"}, "is not the id of"),
        ({"text": 5}, "text cannot be '5'"),
        ({"text": None}, "text cannot be 'None'"),
        ({"text": "a\x00b"}, "holds half a character or a NUL"),
        ({"created": "2015-03-01"}, "time without a zone"),
        ({"created": 5}, "argument must be str"),
        ({"metadata": {}}, "lacks the key"),
        ({"metadata": 5}, "not subscriptable"),
        ({"comments": [{}]}, "lacks the key"),
        ({"comments": None}, "not iterable"),
    ],
)
def test_a_row_that_is_no_post_is_told_by_file_and_line(
    dataset: Path, tmp_path: Path, change: dict[str, object], complaint: str
):
    _, *rest = _first_rows(dataset)
    row = _first_rows(dataset)[0] | change
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in (*rest, row)))

    with (
        Archive(tmp_path / "again") as again,
        pytest.raises(DatasetError, match=f"rows.jsonl, line 3: .*{complaint}"),
    ):
        load(again, path)


def test_what_is_no_json_is_told(tmp_path: Path):
    path = tmp_path / "rows.jsonl"
    for text in ("not JSON", "[" * 100_000, "5", "\xff"):
        path.write_text(text, encoding="latin-1")
        with Archive(tmp_path / "again") as again, pytest.raises(DatasetError, match=r"rows\.jsonl, line 1"):
            load(again, path)


def _first_rows(dataset: Path) -> list[dict[str, object]]:
    (file,) = (dataset / "data/threads").iterdir()
    with gzip.open(file) as stream:
        return [json.loads(next(stream)) for _ in range(3)]


@pytest.mark.parametrize(
    "changed",
    [
        {"permalink": "javascript:alert(1)"},
        {"author_url": "data:text/html,x"},
        {"post_id": "post:0"},
        {"id": "post:1"},
        {"depth": True},
        {"position": "1"},
        {"published_precision": "week"},
        {"deleted": 1},
    ],
)
def test_a_comment_made_to_do_harm_is_found(make_post: Builder, changed: dict[str, object]):
    post = make_post(thread=THREAD)

    assert faults(post) == []
    assert faults(replace(post, comments=(replace(post.comments[0], **changed),)))


@pytest.mark.parametrize(
    "changed", [{"url": "javascript:x"}, {"tags": (1,)}, {"tags": "a"}, {"status": "new"}, {"published": "2015"}]
)
def test_a_post_made_to_do_harm_is_found(make_post: Builder, changed: dict[str, object]):
    assert faults(replace(make_post(), **changed))


def test_the_commands_export_verify_and_load(
    archive: Archive, make_post: Builder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    archive.add(make_post(thread=THREAD))
    out, backup, again = (str(tmp_path / name) for name in ("out", "backup", "again"))

    def run(*arguments: str, directory: str = str(archive.directory)) -> tuple[int, str, str]:
        status = main(["--archive", directory, *arguments])
        return status, *capsys.readouterr()

    status, output, errors = run("export", out, "--query", "agencies OR customers", "--shard-size", "1M", "--zstd")
    assert (status, output) == (0, "")
    assert "1 post, 3 comments\n  names or contacts are replaced" in errors
    assert (archive.directory / "pseudonyms.key").stat().st_mode & 0o077 == 0
    assert run("verify", out) == (0, f"{out} matches its manifest\n", "")
    assert run("export", backup, "--backup")[2] == f"sales-archive: {backup}: 1 post, 3 comments\n"
    assert run("load", backup, directory=again) == (0, "posts: 1 new\n", "")
    assert "only `export --backup` restores the original archive" in run("load", out, directory=again)[2]
    (tmp_path / "backup/data/threads/part-00000.jsonl.gz").unlink()
    assert run("verify", backup)[0] == 1
    assert run("export", out, "--key", f"{out}/key")[0] == 2
    assert run("export", "-", "--shape", "threads", "--shape", "documents")[0] == 2
    assert run("load", str(tmp_path / "nothing"), directory=str(tmp_path / "new"))[0] == 2
    assert not (tmp_path / "new").exists()
