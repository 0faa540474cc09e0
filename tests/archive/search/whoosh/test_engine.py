import random
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import pytest

from archive.archive import Archive
from archive.records.models import Post
from archive.search.results import Query

MakePost = Callable[..., Post]
THREAD = (("1", None, "We tried that"), ("2", "1", "So did we"), ("3", None, "Pricing pages first"))


def ids(archive: Archive, text: str) -> set[str]:
    return {hit.id for hit in archive.search(Query(text=text, per_page=100)).hits}


def test_every_text_becomes_one_document(archive: Archive, make_post: MakePost) -> None:
    archive.add(make_post(thread=THREAD))
    assert archive.sync().written == 4
    assert archive.check() == []
    assert archive.search(Query()).total == 4


def test_a_sync_without_changes_writes_nothing(archive: Archive, make_post: MakePost) -> None:
    archive.add(make_post(thread=THREAD))
    archive.sync()
    archive.add(make_post(thread=THREAD))
    report = archive.sync()
    assert (report.written, report.deleted, report.rebuilt) == (0, 0, None)


def test_three_new_comments_and_an_edit_write_four_documents(archive: Archive, make_post: MakePost) -> None:
    archive.add(make_post(thread=THREAD))
    archive.sync()
    more = (*THREAD[:2], ("3", None, "Pricing pages last"), ("4", None, "a"), ("5", None, "b"), ("6", "5", "c"))
    archive.add(make_post(thread=more))
    assert archive.sync().written == 4
    assert len(ids(archive, "last")) == 1
    assert archive.check() == []


def test_a_new_title_is_found_from_the_comments(archive: Archive, make_post: MakePost) -> None:
    archive.add(make_post(thread=THREAD))
    archive.sync()
    archive.add(make_post(thread=THREAD, title="Churn"))
    assert archive.sync().written == 4
    assert len(ids(archive, "churn")) == 4
    assert ids(archive, "customers") == set()


def test_a_removed_comment_is_no_longer_found(archive: Archive, make_post: MakePost) -> None:
    archive.add(make_post(thread=THREAD))
    archive.sync()
    archive.add(make_post(thread=THREAD[:2]))
    assert archive.sync().deleted == 1
    assert ids(archive, "kind:comment pricing") == set()
    assert archive.check() == []


def test_two_states_of_a_text_in_one_batch_leave_the_last(archive: Archive, make_post: MakePost) -> None:
    archive.add(make_post(text="first state"))
    archive.add(make_post(text="second state"))
    archive.sync()
    archive.add(make_post(text="third state"))
    archive.add(make_post(text="fourth state"))
    assert archive.sync().written == 1
    assert ids(archive, "second OR third") == set()
    assert len(ids(archive, "fourth")) == 1


def test_the_placeholder_of_a_deleted_comment_is_not_found(archive: Archive, make_post: MakePost) -> None:
    post = make_post(thread=THREAD)
    gone = replace(post.comments[0], deleted=True, text="", author=None)
    archive.add(replace(post, comments=(gone, *post.comments[1:])))
    archive.sync()
    assert gone.id not in ids(archive, "customers")
    assert archive.check() == []


def test_what_was_replaced_does_not_pile_up(archive: Archive, make_post: MakePost) -> None:
    for number in range(12):
        archive.add(make_post(f"https://example.com/{number}/"))
    archive.sync()
    for turn in range(12):
        for number in range(5):
            archive.add(make_post(f"https://example.com/{number}/", text=f"Turn {turn}"))
        archive.sync()
    with archive.engine.snapshot() as snapshot:
        assert snapshot is not None
        assert snapshot.size < 24
    assert len(ids(archive, '"turn 11"')) == 5
    assert archive.check() == []


def test_an_empty_archive_is_sound(archive: Archive) -> None:
    assert archive.check() == []
    archive.sync()
    assert archive.check() == []


def test_an_erased_post_leaves_the_index(archive: Archive, make_post: MakePost) -> None:
    post = make_post(thread=THREAD)
    archive.add(post)
    archive.sync()
    with archive.database.write() as connection:
        archive.store.erase(connection, [post.id, *(comment.id for comment in post.comments)])
    assert archive.sync().deleted == 4
    assert archive.search(Query()).total == 0
    assert archive.check() == []


def test_progress_is_told(archive: Archive, make_post: MakePost) -> None:
    told: list[tuple[int, int]] = []
    archive.add(make_post(thread=THREAD))
    archive.sync(progress=lambda done, total: told.append((done, total)))
    archive.add(make_post(thread=THREAD[:1]))
    archive.sync(progress=lambda done, total: told.append((done, total)))
    assert told == [(4, 4), (6, 6)]


def test_readers_see_no_error_while_a_writer_commits_and_swaps(archive: Archive, make_post: MakePost) -> None:
    archive.add(make_post(thread=THREAD))
    archive.sync()
    stop = threading.Event()
    failures: list[BaseException] = []
    searches = [0, 0]

    def read(reader: int) -> None:
        with Archive(archive.directory) as own:
            while not stop.is_set():
                try:
                    assert own.search(Query(text="customers")).total >= 4
                    searches[reader] += 1
                except BaseException as error:
                    failures.append(error)
                    return

    threads = [threading.Thread(target=read, args=(reader,)) for reader in range(2)]
    for thread in threads:
        thread.start()
    for turn in range(30):
        archive.add(make_post(f"https://example.com/{turn}/"))
        archive.engine.sync(rebuild=turn % 3 == 0)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert min(searches) > 0


SYNC_FOREVER = """
import sys
from archive.archive import Archive
with Archive(sys.argv[1]) as archive:
    print("ready", flush=True)
    archive.engine.sync(rebuild=sys.argv[2] == "rebuild")
"""


@pytest.mark.slow
def test_a_sync_killed_at_any_moment_is_made_up_for(archive: Archive, make_post: MakePost) -> None:
    for number in range(40):
        archive.add(make_post(f"https://example.com/{number}/", thread=THREAD))
    archive.sync()
    for turn in range(20):
        for number in range(turn, turn + 10):
            archive.add(make_post(f"https://example.com/{number}/", thread=THREAD[: turn % 3], title=f"Turn {turn}"))
        mode = "rebuild" if turn % 2 else "update"
        process = subprocess.Popen(
            [sys.executable, "-c", SYNC_FOREVER, str(archive.directory), mode], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(timeout=(0.04 if mode == "rebuild" else 0.005) * turn)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        assert archive.search(Query(text="customers OR turn")).total > 0
        archive.sync()
        assert archive.check() == []


def test_a_search_holds_no_copy_of_the_index(archive: Archive, make_post: MakePost) -> None:
    chance = random.Random(1)
    for number in range(20):
        text = " ".join(f"{chance.getrandbits(60):x}" for _ in range(4_000))
        archive.add(make_post(f"https://example.com/{number}", text=f"pricing {text}"))
    archive.sync()
    size = sum(path.stat().st_size for path in (archive.directory / "index").rglob("*.seg"))
    archive.engine.close()
    tracemalloc.start()
    try:
        assert archive.search(Query(text="pricing")).total == 20
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 3_000_000
    assert held < size / 4


def test_memory_is_given_back_after_opening_and_after_much_reading(
    archive: Archive, make_post: MakePost, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    monkeypatch.setattr("archive.search.whoosh.engine.give_back", lambda: given.append("back"))
    archive.add(make_post(thread=THREAD))
    archive.sync()
    for word in ("pricing", "customers"):
        archive.search(Query(text=word))
    assert given == ["back"]
    monkeypatch.setattr("archive.search.whoosh.engine.GIVE_BACK_BYTES", 1)
    archive.search(Query(text="tried"))
    assert given == ["back", "back"]
