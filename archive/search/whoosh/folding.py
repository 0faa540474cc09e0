"""Fold copies among all that a query finds: a text is listed once, at its best place, and says where else it stands.

What is a copy of what is told by the index, see `index_copies`. Copies in one thread stay apart: a grouped list
counts them with the others of their thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Documents = npt.NDArray[np.int32]

_NONE: Documents = np.zeros(0, np.int32)

#: Other places of a text that are named; of more only the number is told.
MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class Copied:
    """The documents that have copies, and the group of each: the same number for all that say the same."""

    documents: Documents
    groups: Documents


@dataclass(frozen=True, slots=True)
class Folds:
    """What was folded of the documents found."""

    #: The documents to list, in their order.
    kept: Any
    #: The documents left out, the best first, and the one that stands for each.
    later: Documents = field(default_factory=lambda: _NONE)
    firsts: Documents = field(default_factory=lambda: _NONE)

    def left_out(self, numbers: Sequence[int]) -> dict[int, list[int]]:
        """Return the documents left out for each of these that stands for any, the best first."""
        if not len(self.later):
            return {}
        found = {number: self.later[self.firsts == number].tolist() for number in numbers}
        return {number: others for number, others in found.items() if others}


def copied(numbers: npt.NDArray[np.uint64], alive: npt.NDArray[np.bool_]) -> Copied:
    """Return the groups of two or more among documents with the column `copies`."""
    told = np.flatnonzero((numbers != 0) & alive)
    if not len(told):
        return Copied(_NONE, _NONE)
    order = told[np.argsort(numbers[told], kind="stable")]
    ordered = numbers[order]
    goes_on = np.concatenate([[False], ordered[1:] == ordered[:-1], [False]])
    several = goes_on[1:] | goes_on[:-1]
    groups = np.cumsum(~goes_on[:-1])
    return Copied(order[several].astype(np.int32), groups[several].astype(np.int32))


def found_copies(known: Copied, mask: npt.NDArray[np.bool_]) -> Copied:
    """Return those of `known` that a query found."""
    found = mask[known.documents]
    return Copied(known.documents[found], known.groups[found])


def folded(candidates: Any, copies: Copied, threads: Any) -> Folds:
    """Return the candidates without copies of a better one; `copies` stand in order, the best first.

    `threads` are those of all documents.
    """
    by_group = np.argsort(copies.groups, kind="stable")
    documents, groups = copies.documents[by_group], copies.groups[by_group]
    begins = np.diff(groups, prepend=-1) != 0
    firsts = documents[begins][np.cumsum(begins) - 1]
    later = threads[documents] != threads[firsts]
    return Folds(candidates[~np.isin(candidates, documents[later])], documents[later], firsts[later])
