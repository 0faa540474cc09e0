"""Columns of names in memory: sites, authors, platforms."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from archive.search.whoosh.postings import Documents
from archive.search.words import fold

#: What stands between the names of those who wrote a post together.
SEVERAL = "; "


@dataclass(frozen=True)
class Names:
    """A column of names: a code per document, and what each code means; code 0 is no name.

    A name of several, as "Ruth Adeyemi; Sam Ito", counts for each of them.
    """

    codes: Documents
    names: list[str]

    @cached_property
    def known(self) -> list[str]:
        """The name of each code, and behind them those that stand only in names of several."""
        return list(dict.fromkeys([*self.names, *(one for ones in self._several.values() for one in ones)]))

    def counts(self, documents: Any) -> Any:
        """Return how many of these documents each of `known` names."""
        counts = np.bincount(self.codes[documents], minlength=len(self.known))
        owners, ones = self._shared
        np.add.at(counts, ones, counts[owners])
        counts[owners] = 0
        counts[0] = 0
        return counts

    def fitting(self, fits: Callable[[str], bool]) -> Any:
        """Return of each document whether its name, folded, or one of its names fits."""
        fitting = np.array([bool(name) and fits(name) for name in self._folded], np.bool_)
        owners, ones = self._shared
        np.logical_or.at(fitting, owners, fitting[ones])
        return fitting[self.codes]

    @cached_property
    def _folded(self) -> list[str]:
        return [fold(name) for name in self.known]

    @cached_property
    def _several(self) -> dict[int, list[str]]:
        return {
            code: [one for one in dict.fromkeys(name.split(SEVERAL)) if one]
            for code, name in enumerate(self.names)
            if SEVERAL in name
        }

    @cached_property
    def _shared(self) -> tuple[Documents, Documents]:
        """Codes of names of several, and beside each that of one of them in `known`."""
        places = {name: code for code, name in enumerate(self.known)}
        pairs = [(code, places[one]) for code, ones in self._several.items() for one in ones]
        shared = np.array(pairs, np.int32).reshape(len(pairs), 2)
        return shared[:, 0], shared[:, 1]
