"""Which segments of the index are worth writing anew as one."""

from collections.abc import Iterable, Mapping

from archive.index_parts import MOST_BYTES, Segment

#: So many small segments of about one size are merged. Together they have no more bytes than a part of a build, which
#: settles how much memory a merge needs.
TOGETHER = 4
SMALL_BYTES = MOST_BYTES // TOGETHER

#: Where sizes end: at 2, 8, 32, 128 and 512 times as many bytes.
TINY_BYTES = 64 * 1024

#: Share of deleted texts from which a segment is written anew.
MOST_DELETED = 0.3


def to_merge(segments: Iterable[Segment], bytes_of: Mapping[str, int]) -> list[Segment]:
    """Return the segments to merge next, none when it is not worth it; given the bytes of each by its id.

    A text is so written once for each size that its segment grows through, not with each update.
    """
    worn: list[Segment] = []
    sizes: dict[int, list[Segment]] = {}
    for segment in segments:
        held = bytes_of[segment.segment_id()]
        if segment.deleted_count() > MOST_DELETED * segment.doc_count_all():
            worn.append(segment)
        elif held < SMALL_BYTES:
            sizes.setdefault((held // TINY_BYTES).bit_length() // 2, []).append(segment)
    alike = [sizes[size] for size in sorted(sizes) if len(sizes[size]) >= TOGETHER]
    for chosen in (worn, *alike):
        if chosen:
            return _fitting(chosen, bytes_of)
    return []


def _fitting(segments: list[Segment], bytes_of: Mapping[str, int]) -> list[Segment]:
    """Return as many as have `MOST_BYTES` together, one at least."""
    total = 0
    for number, segment in enumerate(segments):
        total += bytes_of[segment.segment_id()]
        if number and total > MOST_BYTES:
            return segments[:number]
    return segments
