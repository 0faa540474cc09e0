"""Bar charts of counts over time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

#: Size of the drawing in SVG units; the page scales it.
WIDTH, HEIGHT = 640, 56
#: Empty part of each bar's step.
_GAP = 0.15
#: Lowest bar, so that a single hit can still be seen and clicked.
_LOWEST = 3
#: Most years shown, the latest ones; a longer span comes from a wrong date on a page.
MOST_YEARS = 80


@dataclass(frozen=True, slots=True)
class Point:
    """A year or month, its count, and the URL that a click opens."""

    label: str
    count: int
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A point's bar: the SVG paths of the bar itself and of the area that can be clicked."""

    point: Point
    outline: str
    reach: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Consecutive years or months, including empty ones, and the bars of those that are not empty."""

    points: tuple[Point, ...]
    bars: tuple[Bar, ...]
    unit: str
    width: int = WIDTH
    height: int = HEIGHT


def timeline(points: Sequence[Point]) -> Timeline | None:
    """Return a chart of years or months, oldest first; `None` for fewer than two."""
    if len(points) < 2:  # noqa: PLR2004 (one point is no chart)
        return None
    most = max(point.count for point in points)
    step = WIDTH / len(points)
    bars = tuple(_bar(point, most=most, place=place, step=step) for place, point in enumerate(points) if point.count)
    return Timeline(tuple(points), bars, "Year" if points[0].label.isdigit() else "Month")


def years(counts: Mapping[str, int], addresses: Mapping[str, str] = {}) -> tuple[Point, ...]:
    """Return a point for each year, labelled `2015`, from the first with a count to the last."""
    if not counts:
        return ()
    numbers = [int(year) for year in counts]
    last = max(numbers)
    first = min(year for year in numbers if year > last - MOST_YEARS)
    return _points((str(year) for year in range(first, last + 1)), counts, addresses)


def months(counts: Mapping[str, int], addresses: Mapping[str, str] = {}) -> tuple[Point, ...]:
    """Return a point for each month, labelled `2015-03`, from the first with a count to the last."""
    if not counts:
        return ()
    last = max(counts)
    first = max(min(counts), f"{int(last[:4]) - MOST_YEARS:04}-01")
    return _points(_months(first, last), counts, addresses)


def _points(labels: Iterable[str], counts: Mapping[str, int], addresses: Mapping[str, str]) -> tuple[Point, ...]:
    """Return a point for each label, with a URL if it has a count."""
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
