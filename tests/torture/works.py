"""What is done to an archive while it is killed or loses power: pieces of work, each in steps."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from archive.archive import Archive
from archive.cli import main
from archive.errors import DatasetError
from archive.export.dataset import DELETED, cursor_of, write_dataset
from archive.export.lineage import standing
from archive.export.loading import load
from archive.export.manifest import NAME, Manifest
from archive.export.plan import BACKUP
from archive.export.verifying import verify
from archive.forgetting import forget
from archive.records.models import Visit
from archive.search.results import Query
from archive.store.deny import Rule
from crawler.extensions.warc import ResponseWriter, close_torn, whole_length
from tests.support.posts import build_post
from tests.torture.contents import AT, KEPT, THREAD, holds, payloads, received, records, visits, was_made

#: Below the directory of a trial too, so that writing it is killed as well.
DATASET = "dataset"


class Work(ABC):
    """A piece of work on the directory of a trial."""

    #: Whether what was promised outlives a power cut; else it outlives a killed process.
    outlives_power = True

    def prepare(self, root: Path) -> None:
        """Lay out what the work begins with."""
        Archive(root / KEPT).close()

    @abstractmethod
    def steps(self, root: Path) -> Iterator[None]:
        """Work, yielding whenever something was promised: what was done before then must not be lost."""

    def reopen(self, root: Path) -> None:
        """Do what the next run does before it works."""
        Archive(root / KEPT).close()

    def again(self, root: Path) -> None:
        """Do the work again, to its end."""
        for _ in self.steps(root):
            pass

    @abstractmethod
    def state(self, root: Path) -> Any:
        """Return what a reader sees."""

    def between(self, root: Path) -> list[Any]:
        """Bring the directory to what may be seen amid the work beside the states of its steps, and return that."""
        return []

    def leavings(self, root: Path) -> list[str]:
        """Return what is left behind where the work was finished after all."""
        return []

    def findings(self, root: Path) -> list[str]:
        """Return what `sales-archive check` finds wrong."""
        with Archive(root / KEPT) as archive:
            return archive.check()


class Storing(Work):
    """Archive visits: new posts, an edit with a comment less, one that is gone."""

    def steps(self, root: Path) -> Iterator[None]:
        with Archive(root / KEPT) as archive:
            yield
            for visit in visits():
                archive.frontier.discover(visit.site, [(visit.url, None)])
                if not was_made(archive, visit):
                    archive.record(visit)
                archive.sites.learn(visit.site, platform="ghost")
                yield

    def prepare(self, root: Path) -> None:
        """Begin with nothing: making the archive is part of the work."""

    def state(self, root: Path) -> Any:
        if not (root / KEPT / "records.db").exists():
            return None
        return records(root)

    def findings(self, root: Path) -> list[str]:
        return [each for each in super().findings(root) if "search index" not in each]


class Indexing(Work):
    """Bring the index up to the records: documents written, replaced and deleted, small segments merged."""

    rebuild = False

    def prepare(self, root: Path) -> None:
        with Archive(root / KEPT) as archive:
            for number in range(9):
                archive.add(build_post(f"https://example.com/{number}/", thread=THREAD))
                archive.sync()
            for number in range(3):
                archive.add(build_post(f"https://example.com/{number}/", title="Churn", thread=THREAD[:number]))
            archive.add(build_post("https://example.com/new/", title="Churn"))

    def steps(self, root: Path) -> Iterator[None]:
        with Archive(root / KEPT) as archive:
            archive.engine.sync(rebuild=self.rebuild)
            yield

    def state(self, root: Path) -> Any:
        with Archive(root / KEPT) as archive:
            return [
                sorted((hit.id, hit.title) for hit in archive.search(Query(text=text, per_page=100)).hits)
                for text in ("", "churn", "customers", "pricing OR tried")
            ]

    def findings(self, root: Path) -> list[str]:
        return [each for each in super().findings(root) if "revisions behind" not in each]

    def leavings(self, root: Path) -> list[str]:
        """Return what is in the generation in use beside its segments."""
        (generation,) = [path for path in (root / KEPT / "index").iterdir() if path.is_dir()]
        return [path.name for path in generation.iterdir() if not path.name.endswith((".seg", ".toc", "WRITELOCK"))]


class Rebuilding(Indexing):
    """Build the index anew beside the one in use, and swap them."""

    rebuild = True


class Capturing(Work):
    """Keep raw responses, one of them twice."""

    outlives_power = False

    def steps(self, root: Path) -> Iterator[None]:
        with Archive(root / KEPT) as archive:
            close_torn(archive)
            writer = ResponseWriter(archive, "salesarchive")
            for number in (1, 2, 1, 3):
                writer.write([received(f"https://example.com/{number}/", f"<p>Answer {number}</p>" * 500)])
                yield
            writer.close()

    def reopen(self, root: Path) -> None:
        with Archive(root / KEPT) as archive:
            close_torn(archive)

    def state(self, root: Path) -> Any:
        return payloads(root)

    def findings(self, root: Path) -> list[str]:
        paths = (root / KEPT / "warc").glob("*")
        torn = [path.name for path in paths if path.suffix == ".open" or whole_length(path) != path.stat().st_size]
        return super().findings(root) + torn


class Exporting(Work):
    """Replace a dataset by one of today's records."""

    def prepare(self, root: Path) -> None:
        with Archive(root / KEPT) as archive:
            archive.add(build_post("https://example.com/old/", thread=THREAD))
            archive.sync()
            write_dataset(archive, root / DATASET, BACKUP, key=b"")
            archive.add(build_post("https://example.com/new/", thread=THREAD))
            archive.sync()

    def steps(self, root: Path) -> Iterator[None]:
        with Archive(root / KEPT) as archive:
            write_dataset(archive, root / DATASET, BACKUP, key=b"")
        yield

    def state(self, root: Path) -> Any:
        try:
            return Manifest.read(root / DATASET / NAME).counts, verify(root / DATASET)
        except DatasetError as error:
            return str(error) if (root / DATASET).exists() else None

    def leavings(self, root: Path) -> list[str]:
        return [path.name for path in root.iterdir() if path.name not in {KEPT, DATASET}]


class ExportingAnew(Exporting):
    """Write a dataset where there is none."""

    def prepare(self, root: Path) -> None:
        with Archive(root / KEPT) as archive:
            archive.add(build_post("https://example.com/new/", thread=THREAD))
            archive.sync()


class Loading(Work):
    """Fill a new archive from a dataset."""

    def prepare(self, root: Path) -> None:
        with Archive(root / "other") as archive:
            for number in range(4):
                archive.add(build_post(f"https://example.com/{number}/", thread=THREAD))
            write_dataset(archive, root / DATASET, BACKUP, key=b"")

    def steps(self, root: Path) -> Iterator[None]:
        with Archive(root / KEPT) as archive:
            load(archive, root / DATASET)
        yield

    def state(self, root: Path) -> Any:
        posts = records(root)["posts"] if (root / KEPT / "records.db").exists() else []
        return (posts, _copied(root)) if posts else None

    def between(self, root: Path) -> list[Any]:
        """Load all: that it is a copy of the dataset is noted after the posts."""
        for _ in self.steps(root):
            pass
        posts, _ = self.state(root)
        return [(posts, None)]

    def findings(self, root: Path) -> list[str]:
        return [each for each in super().findings(root) if "search index" not in each]


class LoadingUpdate(Loading):
    """Bring a copy up to its archive by an update: texts that came, changed and went."""

    def prepare(self, root: Path) -> None:
        with Archive(root / "other") as other, Archive(root / KEPT) as copy:
            for number in range(3):
                other.add(build_post(f"https://example.com/{number}/", thread=THREAD))
            write_dataset(other, root / "whole", BACKUP, key=b"")
            load(copy, root / "whole")
            other.add(build_post("https://example.com/0/", title="Churn", thread=THREAD[:2]))
            other.add(build_post("https://example.com/new/", thread=THREAD))
            forget(other, Rule(kind="url", value="https://example.com/2/"))
            write_dataset(other, root / DATASET, replace(BACKUP, since=cursor_of(other, root / "whole")), key=b"")

    def between(self, root: Path) -> list[Any]:
        """Erase what the update lists, which is committed before the posts are; then load all."""
        rows = (root / DATASET / DELETED).read_text("utf-8").splitlines()
        with Archive(root / KEPT) as copy, copy.database.write() as connection:
            copy.store.erase(connection, [json.loads(row)["id"] for row in rows])
        return [self.state(root), *super().between(root)]


class Forgetting(Work):
    """Forget a post that is in the records, the index and two raw responses."""

    def prepare(self, root: Path) -> None:
        said = "Nobody ever sold more honeysuckle than the gardener of our street did."
        with Archive(root / KEPT) as archive:
            for name, text in (("kept", "Call them yourself."), ("gone", said)):
                url = f"https://example.com/{name}/"
                post = build_post(url, text=text, thread=THREAD)
                archive.record(Visit(url=url, site=post.site, at=AT, status=200, post=post))
            archive.sync()
            writer = ResponseWriter(archive, "salesarchive")
            texts = {"kept": "Call them yourself.", "gone": said, "feed": f"{said} And more."}
            writer.write(
                [received(f"https://example.com/{name}/", f"<p>{text}</p>" * 20) for name, text in texts.items()]
            )
            writer.close()

    def steps(self, root: Path) -> Iterator[None]:
        assert main(["--archive", str(root / KEPT), "forget", "https://example.com/gone/", "--yes"]) == 0
        yield

    def reopen(self, root: Path) -> None:
        assert main(["--archive", str(root / KEPT), "index"]) == 0

    def state(self, root: Path) -> Any:
        with Archive(root / KEPT) as archive:
            found = archive.search(Query(text="honeysuckle")).total
        return records(root), found, payloads(root), holds(root / KEPT, b"honeysuckle")


WORKS: dict[str, Work] = {
    "store": Storing(),
    "index": Indexing(),
    "rebuild": Rebuilding(),
    "warc": Capturing(),
    "export": Exporting(),
    "export-anew": ExportingAnew(),
    "load": Loading(),
    "load-update": LoadingUpdate(),
    "forget": Forgetting(),
}


def _copied(root: Path) -> tuple[str, int] | None:
    """Return archive and cursor of the dataset that the archive says it is a copy of."""
    with Archive(root / KEPT) as archive:
        found = standing(archive.database.connection)
        return found if found[0] != archive.database.meta("archive_id") else None
