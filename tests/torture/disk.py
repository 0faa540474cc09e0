"""A disk that forgets what nobody asked it to keep: plays back a log of the shim up to any call.

What was synced is there. Of all else anything may be: of a file any of its later writes, in part too; of a directory
any number of its later changes, in their order. A file's name is kept by syncing its directory alone, as POSIX has
it; file systems in use promise more.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal

_HEAD = struct.Struct("=cqII")
_SECTOR = 512

#: Of what was not synced: nothing is kept, everything, or some of it.
Keep = Literal["none", "all", "some"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the log; the shim tells its kinds."""

    kind: str
    number: int
    first: str
    second: bytes


@dataclass(slots=True)
class _File:
    kept: bytearray
    #: Offset and bytes of a write, or length and `None` of a cut.
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)


@dataclass(slots=True)
class _Directory:
    kept: dict[str, "_Node"] = field(default_factory=dict)
    now: dict[str, "_Node"] = field(default_factory=dict)
    #: Changes of names, each at once: what a name means from then on, `None` for nothing.
    pending: list[dict[str, "_Node | None"]] = field(default_factory=list)


_Node = _File | _Directory


def calls(log: bytes) -> Iterator[Call]:
    """Yield the calls of a log."""
    at = 0
    while at < len(log):
        kind, number, one, two = _HEAD.unpack_from(log, at)
        at += _HEAD.size
        yield Call(kind.decode(), number, os.fsdecode(log[at : at + one]), log[at + one : at + one + two])
        at += one + two


class Disk:
    """What is on the disk, and what is only in memory."""

    def __init__(self, start: Path, root: Path) -> None:
        """Begin with all below `start` on the disk; the log calls it `root`."""
        self._root = root
        self._top = _read(start)

    def make(self, call: Call) -> None:
        """Make a call of the log."""
        if call.kind in "WT":
            self._file(call.first).pending.append((call.number, call.second if call.kind == "W" else None))
        elif call.kind == "S":
            _sync(self._node(call.first))
        elif call.kind != "M":
            self._rename(self._renamed(call))

    def lay_out(self, directory: Path, keep: Keep, chance: Random) -> None:
        """Write what a power cut leaves into a directory that is not there yet."""
        _write(self._top, directory, keep, chance)

    def _renamed(self, call: Call) -> dict[str, _Node | None]:
        """Return what names mean after a call."""
        other = os.fsdecode(call.second)
        match call.kind:
            case "C":
                return {call.first: _File(bytearray())}
            case "D":
                return {call.first: _Directory()}
            case "N":
                return {other: self._node(call.first), call.first: None}
            case "X":
                return {other: self._node(call.first), call.first: self._node(other)}
            case _:
                return {call.first: None}

    def _rename(self, changes: dict[str, _Node | None]) -> None:
        for parent in dict.fromkeys(Path(path).parent for path in changes):
            directory = self._node(str(parent))
            assert isinstance(directory, _Directory)
            change = {Path(path).name: to for path, to in changes.items() if Path(path).parent == parent}
            directory.pending.append(change)
            _apply(directory.now, change)

    def _file(self, path: str) -> _File:
        node = self._node(path)
        assert isinstance(node, _File)
        return node

    def _node(self, path: str) -> _Node:
        node: _Node = self._top
        for name in Path(path).relative_to(self._root).parts:
            assert isinstance(node, _Directory)
            node = node.now[name]
        return node


def _read(path: Path) -> _Directory:
    names: dict[str, _Node] = {
        each.name: _read(each) if each.is_dir() else _File(bytearray(each.read_bytes())) for each in path.iterdir()
    }
    return _Directory(names, dict(names))


def _apply(names: dict[str, _Node], change: dict[str, _Node | None]) -> None:
    for name, node in change.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


def _sync(node: _Node) -> None:
    if isinstance(node, _File):
        for change in node.pending:
            _put(node.kept, *change)
    else:
        for names in node.pending:
            _apply(node.kept, names)
    node.pending.clear()


def _put(content: bytearray, offset: int, written: bytes | None) -> None:
    if written is None:
        del content[offset:]
    content.extend(bytes(max(0, offset - len(content))))
    if written is not None:
        content[offset : offset + len(written)] = written


def _write(node: _Node, path: Path, keep: Keep, chance: Random) -> None:
    if isinstance(node, _File):
        path.write_bytes(_content(node, keep, chance))
        return
    path.mkdir()
    names = dict(node.kept)
    for change in node.pending[: _number(len(node.pending), keep, chance)]:
        _apply(names, change)
    for name, each in names.items():
        if not name.endswith("-shm"):  # shared memory of SQLite, worth nothing after a restart
            _write(each, path / name, keep, chance)


def _number(most: int, keep: Keep, chance: Random) -> int:
    return {"none": 0, "all": most, "some": chance.randint(0, most)}[keep]


def _content(file: _File, keep: Keep, chance: Random) -> bytes:
    content = bytearray(file.kept)
    for offset, written in file.pending:
        if keep == "all" or (keep == "some" and chance.random() < 0.5):
            torn = keep == "some" and written is not None and chance.random() < 0.25
            sectors = len(written or b"") // _SECTOR
            _put(content, offset, written[: chance.randint(0, sectors) * _SECTOR] if torn and written else written)
    return bytes(content)
