"""Columns that NumPy reads at once: numbers, and names (sites, authors…) as codes.

Whoosh reads its own columns a value at a time, and its column of repeated values drops what comes after the 65,536th.
"""

from array import array
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.columns import Column, ColumnReader, ColumnWriter

_CODE_BYTES = 4
_SEPARATOR = "\0"


class NumbersColumn(Column):  # type: ignore[misc]  # Whoosh has no types
    """A number per document, of one of the types of `array`."""

    def __init__(self, typecode: str, default: int = 0) -> None:
        """Give `default` to documents without a number."""
        self.typecode = typecode
        self.default = default

    def writer(self, dbfile: Any) -> "NumbersWriter":
        """Return a writer of a new column file."""
        return NumbersWriter(dbfile, self.typecode, self.default)

    def reader(self, dbfile: Any, basepos: int, length: int, doccount: int) -> "NumbersReader":  # noqa: ARG002 (Whoosh's signature)
        """Return a reader of a column file."""
        return NumbersReader(dbfile, basepos, length, self.typecode)

    def default_value(self, reverse: bool = False) -> int:  # noqa: ARG002 (Whoosh's signature)
        """Return the number of a document that has none."""
        return self.default


class NumbersWriter(ColumnWriter):  # type: ignore[misc]  # Whoosh has no types
    """Writes a column of numbers."""

    def __init__(self, dbfile: Any, typecode: str, default: int) -> None:
        """Write to Whoosh's file `dbfile`."""
        self._dbfile = dbfile
        self._values = array(typecode)
        self._default = default

    def fill(self, docnum: int) -> None:
        """Give the default to the documents before `docnum` that have no number."""
        self._values.extend([self._default] * (docnum - len(self._values)))

    def add(self, docnum: int, value: int) -> None:
        """Give a number to a document; documents only grow."""
        self.fill(docnum)
        self._values.append(value)

    def finish(self, docnum: int) -> None:
        """Write the column of `docnum` documents."""
        self.fill(docnum)
        self._dbfile.write(self._values.tobytes())


class NumbersReader(ColumnReader):  # type: ignore[misc]  # Whoosh has no types
    """Reads a column of numbers."""

    def __init__(self, dbfile: Any, basepos: int, length: int, typecode: str) -> None:
        """Read `length` bytes of Whoosh's file `dbfile` from `basepos`."""
        self.values: npt.NDArray[Any] = np.frombuffer(bytes(dbfile.get(basepos, length)), np.dtype(typecode))

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self.values)

    def __getitem__(self, docnum: int) -> int:
        """Return a document's number."""
        return int(self.values[docnum])

    def sort_key(self, docnum: int) -> int:
        """Return what Whoosh sorts by."""
        return self[docnum]

    def __iter__(self) -> Iterator[int]:
        """Yield the numbers of all documents."""
        return iter(self.load())

    def load(self) -> list[int]:
        """Return the numbers of all documents."""
        return [int(value) for value in self.values]


class NamesColumn(Column):  # type: ignore[misc]  # Whoosh has no types
    """Names without NUL characters; a document without one has the empty name."""

    def writer(self, dbfile: Any) -> "NamesWriter":
        """Return a writer of a new column file."""
        return NamesWriter(dbfile)

    def reader(self, dbfile: Any, basepos: int, length: int, doccount: int) -> "NamesReader":
        """Return a reader of a column file of `doccount` documents."""
        return NamesReader(dbfile, basepos, length, doccount)

    def default_value(self, reverse: bool = False) -> str:  # noqa: ARG002 (Whoosh's signature)
        """Return the name of a document that has none."""
        return ""


class NamesWriter(ColumnWriter):  # type: ignore[misc]  # Whoosh has no types
    """Writes a column of names: the codes, then the names."""

    def __init__(self, dbfile: Any) -> None:
        """Write to Whoosh's file `dbfile`."""
        self._dbfile = dbfile
        self._codes = array("I")
        self._names = {"": 0}

    def fill(self, docnum: int) -> None:
        """Give the empty name to the documents before `docnum` that have none."""
        self._codes.extend([0] * (docnum - len(self._codes)))

    def add(self, docnum: int, value: str) -> None:
        """Give a name to a document; documents only grow."""
        self.fill(docnum)
        self._codes.append(self._names.setdefault(value.replace(_SEPARATOR, " "), len(self._names)))

    def finish(self, docnum: int) -> None:
        """Write the column of `docnum` documents."""
        self.fill(docnum)
        self._dbfile.write(self._codes.tobytes())
        self._dbfile.write(_SEPARATOR.join(self._names).encode("utf-8", "replace"))


class NamesReader(ColumnReader):  # type: ignore[misc]  # Whoosh has no types
    """Reads a column of names."""

    def __init__(self, dbfile: Any, basepos: int, length: int, doccount: int) -> None:
        """Read `length` bytes of Whoosh's file `dbfile` from `basepos`."""
        size = doccount * _CODE_BYTES
        self.codes: npt.NDArray[np.uint32] = np.frombuffer(bytes(dbfile.get(basepos, size)), np.uint32)
        self.names: list[str] = bytes(dbfile.get(basepos + size, length - size)).decode("utf-8").split(_SEPARATOR)

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self.codes)

    def __getitem__(self, docnum: int) -> str:
        """Return a document's name."""
        return self.names[int(self.codes[docnum])]

    def sort_key(self, docnum: int) -> str:
        """Return what Whoosh sorts by."""
        return self[docnum]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of all documents."""
        return (self.names[code] for code in self.codes)

    def load(self) -> list[str]:
        """Return the names of all documents."""
        return list(self)
