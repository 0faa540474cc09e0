"""Take captures out of the WARC files, so that what is forgotten is in no raw response either.

A text travels in more responses than its own page: lists, feeds, the answers of an API. So responses are read
through for runs of words of the forgotten texts, whatever the markup or escapes between the words.
"""

import html
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zlib import error as ZlibError  # noqa: N812 (zlib names its error so)

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from archive.errors import ArchiveBusyError, ArchiveWriteError
from archive.files.durable import sync
from archive.files.lock import is_locked
from archive.store.captures import OPEN
from archive.store.database import Database

#: Ends the name of a WARC file that is whole.
_CLOSED = ".warc.gz"

#: Words in a row that two different texts hardly share.
RUN_WORDS = 6

_WORD = re.compile(r"\w+")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|[nrt])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """How a forgotten text is recognised in a response."""

    #: Addresses of which every response goes.
    urls: frozenset[str] = frozenset()
    #: Sites of which every response goes.
    sites: frozenset[str] = frozenset()
    #: Runs of words, as `runs` gives them; one of them is enough.
    runs: frozenset[tuple[str, ...]] = frozenset()
    #: Addresses of posts that stay: their pages go only for a run of words, not for a mere link.
    kept: frozenset[str] = frozenset()

    def mark(self, url: str, payload: Callable[[], bytes]) -> bool:
        """Tell whether a response must go; its payload is read only where its address does not decide."""
        if url in self.urls or _site(url) in self.sites:
            return True
        text = _unescaped(payload())
        if any(run in self.runs for run in _runs(html.unescape(_TAG.sub(" ", text)), RUN_WORDS)):
            return True
        return url not in self.kept and any(
            urlsplit(forgotten).path in text for forgotten in self.urls if _is_telling(forgotten)
        )


def runs(texts: Iterable[str]) -> frozenset[tuple[str, ...]]:
    """Return the runs of words by which these texts are recognised; a text shorter than a run has none."""
    return frozenset(run for text in texts for run in _runs(text, RUN_WORDS))


def being_written(directory: Path) -> list[str]:
    """Return the names of the WARC files that a crawl is writing: it holds a lock on them."""
    return [path.name for path in sorted(directory.glob(f"*{OPEN}")) if is_locked(path)]


def erase(directory: Path, database: Database, traces: Traces) -> int:
    """Rewrite the WARC files in `directory` without what bears a trace; return how many records went.

    Of a file that a killed crawl left open only whole records are kept.
    """
    paths = [*sorted(directory.glob(f"*{_CLOSED}")), *sorted(directory.glob(f"*{_CLOSED}{OPEN}"))]
    return sum(_rewrite(path, database, traces) for path in paths)


def _rewrite(path: Path, database: Database, traces: Traces) -> int:
    name = path.name.removesuffix(OPEN)
    if name != path.name and is_locked(path):
        raise ArchiveBusyError(f"a crawl began to write {path.name}; forget again when it ended")
    members = list(_members(path, traces))
    marked = [offset for offset, _, is_marked in members if is_marked]
    if not marked and name == path.name:
        return 0
    target = _next_name(path.with_name(name))
    moved = []
    try:
        with path.open("rb") as source, target.open("wb") as kept:
            for offset, length, is_marked in members:
                if not is_marked:
                    source.seek(offset)
                    moved.append((target.name, kept.tell(), name, offset))
                    kept.write(source.read(length))
            kept.flush()
            os.fsync(kept.fileno())
        sync(path.parent)
        # At every moment rows point to a file that is there: they change over at once, then the old file goes.
        with database.write() as connection:
            connection.executemany("UPDATE captures SET file = ?, offset = ? WHERE file = ? AND offset = ?", moved)
            connection.execute("DELETE FROM captures WHERE file = ?", (name,))
        path.unlink()
        sync(path.parent)
    except OSError as error:
        raise ArchiveWriteError(f"cannot rewrite {path}: {error}; free space and forget again") from error
    return len(marked)


def _next_name(path: Path) -> Path:
    """Return a new name beside `path`: its own with the next number of rewritings."""
    stem = path.name.removesuffix(_CLOSED)
    base, _, number = stem.rpartition("-r")
    base, count = (base, int(number)) if base and number.isdecimal() else (stem, 0)
    return path.with_name(f"{base}-r{count + 1}{_CLOSED}")


def _members(path: Path, traces: Traces) -> Iterator[tuple[int, int, bool]]:
    """Yield offset, length and mark of each record; what follows a torn record is left out, as it is unreadable."""
    with path.open("rb") as file:
        records = ArchiveIterator(file)
        try:
            for record in records:
                url = record.rec_headers.get_header("WARC-Target-URI") or ""
                marked = record.rec_type != "warcinfo" and traces.mark(url, _reader(record))
                yield records.get_record_offset(), records.get_record_length(), marked
        except (ArchiveLoadFailed, EOFError, ZlibError):
            return


def _reader(record: ArcWarcRecord) -> Callable[[], bytes]:
    def payload() -> bytes:
        if record.rec_type == "revisit":
            return b""
        return bytes(record.content_stream().read())

    return payload


def _unescaped(payload: bytes) -> str:
    """Return a response with JSON escapes and entities resolved: lists in JSON and feeds hold HTML within them."""
    text = payload.decode("utf-8", "replace")
    text = _JSON_ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else " ", text)
    return html.unescape(text.replace("\\/", "/"))


def _runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    words = [match[0].casefold() for match in _WORD.finditer(text)]
    for at in range(len(words) - length + 1):
        yield tuple(words[at : at + length])


def _is_telling(url: str) -> bool:
    """Tell whether the path of an address names one post, as `/` does not."""
    return len(urlsplit(url).path.strip("/")) > 1


def _site(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    try:
        return host if parts.port is None else f"{host}:{parts.port}"
    except ValueError:
        return host
