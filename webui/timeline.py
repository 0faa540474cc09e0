"""Counts per year as the bars of a small chart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

#: Size of the drawing in its own units; the page stretches it to its own.
WIDTH, HEIGHT = 640, 56
_GAP = 2
#: A bar of one hit can still be seen, and clicked.
_LOWEST = 3
#: More years than this are a mistake in a page's date; the latest are shown.
MOST_YEARS = 80


@dataclass(frozen=True, slots=True)
class Bar:
    """One year: its count, where its bar stands, and where a click leads."""

    label: str
    count: int
    x: float
    y: float
    width: float
    height: float
    address: str | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars from the first year to the last, years without hits included."""

    bars: tuple[Bar, ...]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def filled(self) -> tuple[Bar, ...]:
        """The bars of years that have hits."""
        return tuple(bar for bar in self.bars if bar.count)


def timeline(counts: Mapping[int, int], *, chosen: set[str], address: Callable[[int], str | None]) -> Timeline | None:
    """Return the chart of hits per year, `None` for fewer than two years."""
    years = sorted(counts)[-MOST_YEARS:]
    if len(years) < 2:  # noqa: PLR2004 (one year is no timeline)
        return None
    first, last = max(years[0], years[-1] - MOST_YEARS + 1), years[-1]
    most = max(counts[year] for year in years)
    step = WIDTH / (last - first + 1)
    return Timeline(
        tuple(
            _bar(year, counts.get(year, 0), most=most, x=(year - first) * step, width=step - _GAP,
                 address=address(year), chosen=str(year) in chosen)
            for year in range(first, last + 1)
        )
    )  # fmt: skip


def _bar(  # noqa: PLR0913 (a bar has a place, a size and a meaning)
    year: int, count: int, *, most: int, x: float, width: float, address: str | None, chosen: bool
) -> Bar:
    height = max(_LOWEST, round(HEIGHT * count / most, 1)) if count else 0
    return Bar(
        str(year),
        count,
        round(x, 1),
        round(HEIGHT - height, 1),
        round(width, 1),
        height,
        address if count else None,
        chosen,
    )
