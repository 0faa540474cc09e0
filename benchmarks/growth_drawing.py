"""A drawing of how search grows: a small chart a kind of query, both programs in each, on scales of powers of ten."""

import math
from collections.abc import Mapping
from typing import Any

KINDS = {"whole page": "Whole page", "one term": "One term", "AND": "AND of two", "phrase": "Phrase"}
PROGRAMS = {"here": "#1f5fbf", "FTS5": "#8a6d3b"}

#: Milliseconds at the lower and the upper edge, as powers of ten.
LOWEST, HIGHEST = -1, 3

WIDTH, HEIGHT = 840, 300
_CHART, _LEFT, _TOP, _BOTTOM = 195, 52, 56, 250
_INNER = 140

_SAYS = "Median time of a query by number of texts, here and in SQLite FTS5"
_STYLE = (
    "text{font:12px sans-serif;fill:#333}.title{font-weight:bold}.grid{stroke:#ddd}.small{font-size:11px}"
    "path{fill:none;stroke-width:2}"
)


def drawing(measured: Mapping[int, Mapping[str, Mapping[str, Any]]]) -> str:
    """Return the drawing of the medians by number of texts, as SVG."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{_SAYS}">',
        f"<style>{_STYLE}</style>",
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{_LEFT}" y="20">CPU milliseconds in the median, by number of texts</text>',
    ]
    for place, (kind, title) in enumerate(KINDS.items()):
        parts += _chart(_LEFT + place * _CHART, title, measured, kind, scale=not place)
    return "\n".join([*parts, "</svg>", ""])


def _chart(left: int, title: str, measured: Mapping[int, Any], kind: str, *, scale: bool) -> list[str]:
    parts = [f'<text class="title" x="{left}" y="{_TOP - 12}">{title}</text>']
    for power in range(LOWEST, HIGHEST + 1):
        y = _height(10.0**power)
        parts.append(f'<path class="grid" d="M{left} {y:.0f}H{left + _INNER}"/>')
        if scale:
            at = f'x="{left - 6}" y="{y + 4:.0f}" text-anchor="end"'
            parts.append(f'<text class="small" {at}>{10.0**power:g}</text>')
    across = {texts: left + _across(texts, list(measured)) for texts in measured}
    parts += [
        f'<text class="small" x="{x:.0f}" y="{_BOTTOM + 18}" text-anchor="middle">{texts // 1000}k</text>'
        for texts, x in across.items()
    ]
    ends = {name: _height(list(measured.values())[-1][name][kind][0]) for name in PROGRAMS}
    for name, colour in PROGRAMS.items():
        points = [(across[texts], _height(figures[name][kind][0])) for texts, figures in measured.items()]
        parts.append(f'<path stroke="{colour}" d="M{"L".join(f"{x:.0f} {y:.1f}" for x, y in points)}"/>')
        parts += [f'<circle cx="{x:.0f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        above = ends[name] == min(ends.values())
        x, y = points[-1]
        parts.append(
            f'<text class="small" x="{x:.0f}" y="{y + (-8 if above else 16):.0f}" text-anchor="end"'
            f' style="fill:{colour}">{name}</text>'
        )
    return parts


def _across(texts: int, sizes: list[int]) -> float:
    first, last = math.log(min(sizes)), math.log(max(sizes))
    return 8 + (_INNER - 16) * (math.log(texts) - first) / ((last - first) or 1)


def _height(milliseconds: float) -> float:
    power = min(max(math.log10(max(milliseconds, 1e-9)), LOWEST), HIGHEST)
    return _BOTTOM - (_BOTTOM - _TOP) * (power - LOWEST) / (HIGHEST - LOWEST)
