"""Counts over time as the bars of a small chart."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

#: Size of the drawing in its own units; the page stretches it to its own.
WIDTH, HEIGHT = 640, 56
#: Part of a bar's step that is left empty.
_GAP = 0.15
#: A bar of one hit can still be seen, and clicked.
_LOWEST = 3
#: More years than this are a mistake in a page's date; the latest are shown.
MOST_YEARS = 80


@dataclass(frozen=True, slots=True)
class Point:
    """A span of time, its count, and where a click on it leads."""

    label: str
    count: int
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A point where it stands in the drawing: outlines of the bar itself, and of all that can be clicked."""

    point: Point
    outline: str
    reach: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Points at equal distances, empty ones included, and the bars of those that are not; a year or a month each."""

    points: tuple[Point, ...]
    bars: tuple[Bar, ...]
    unit: str
    width: int = WIDTH
    height: int = HEIGHT


def timeline(points: Sequence[Point]) -> Timeline | None:
    """Return the chart of years or months from the earliest to the latest, `None` for fewer than two."""
    if len(points) < 2:  # noqa: PLR2004 (one point is no line)
        return None
    most = max(point.count for point in points)
    step = WIDTH / len(points)
    bars = tuple(_bar(point, most=most, place=place, step=step) for place, point in enumerate(points) if point.count)
    return Timeline(tuple(points), bars, "Year" if points[0].label.isdigit() else "Month")


def years(counts: Mapping[str, int], addresses: Mapping[str, str] = {}) -> tuple[Point, ...]:
    """Return a point for each year, written `2015`, from the first that has a count to the last."""
    if not counts:
        return ()
    numbers = [int(year) for year in counts]
    last = max(numbers)
    first = min(year for year in numbers if year > last - MOST_YEARS)
    return _points((str(year) for year in range(first, last + 1)), counts, addresses)


def months(counts: Mapping[str, int], addresses: Mapping[str, str] = {}) -> tuple[Point, ...]:
    """Return a point for each month, written `2015-03`, from the first that has a count to the last."""
    if not counts:
        return ()
    last = max(counts)
    first = max(min(counts), f"{int(last[:4]) - MOST_YEARS:04}-01")
    return _points(_months(first, last), counts, addresses)


def _points(labels: Iterable[str], counts: Mapping[str, int], addresses: Mapping[str, str]) -> tuple[Point, ...]:
    """Return a point for each label, with an address where it has a count."""
    return tuple(
        Point(label, counts.get(label, 0), addresses.get(label) if counts.get(label) else None) for label in labels
    )


def _months(first: str, last: str) -> Iterator[str]:
    year, month = int(first[:4]), int(first[5:7])
    while f"{year:04}-{month:02}" <= last:
        yield f"{year:04}-{month:02}"
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004 (December)


def _bar(point: Point, *, most: int, place: int, step: float) -> Bar:
    height = max(_LOWEST, round(HEIGHT * point.count / most))
    left, width = round(place * step, 1), round(step * (1 - _GAP), 1)
    top = HEIGHT - height
    return Bar(point, f"M{left} {top}h{width}v{height}h-{width}z", f"M{left} 0h{width}v{HEIGHT}h-{width}z")
