"""`sales-archive export`: write a dataset directory, or rows to stdout."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from archive.archive import Archive
from archive.cli.archives import count, existing, indexed
from archive.errors import ArchiveError
from archive.export.dataset import cursor_of, folded_in, write_dataset, write_rows
from archive.export.manifest import Manifest
from archive.export.people import secret_key
from archive.export.plan import BACKUP, Plan, Selection
from archive.export.shapes.registry import SHAPES
from archive.export.shards import SHARD_BYTES

HELP = "write a dataset: JSON Lines in shards, with manifest, card and digests"

_UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("target", type=Path, metavar="DIR", help="a directory to make or replace; - for stdout")
    parser.add_argument("--backup", action="store_true", help="everything as it is, for `sales-archive load`")
    _form(parser.add_argument_group("form"))
    _people(parser.add_argument_group("people"))
    _selection(parser.add_argument_group("selection"))


def run(options: argparse.Namespace) -> int:
    """Write the dataset and tell what is in it, and what is not."""
    with indexed(options.directory) if options.query else existing(options.directory) as archive:
        plan = BACKUP if options.backup else _plan(archive, options)
        key = b"" if plan.authors != "pseudonym" else secret_key(_key_file(archive, options))
        if str(options.target) == "-":
            write_rows(archive, sys.stdout.buffer, plan, key=key)
            return 0
        _tell(options.target, write_dataset(archive, options.target, plan, key=key))
    return 0


def _form(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--shape", action="append", choices=SHAPES, help="repeatable; default: documents and threads")
    compression = group.add_mutually_exclusive_group()
    for name in ("gzip", "zstd", "plain"):
        compression.add_argument(f"--{name}", dest="compression", action="store_const", const=name)
    group.add_argument("--shard-size", type=_bytes, default=SHARD_BYTES, metavar="SIZE", help="uncompressed, as 256M")


def _people(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--authors", choices=("pseudonym", "keep", "drop"), default="pseudonym", help="of comments")
    group.add_argument(
        "--key", type=Path, metavar="FILE", help="of the pseudonyms (default: pseudonyms.key in the archive)"
    )
    group.add_argument(
        "--keep-contacts", action="store_true", help="leave e-mail addresses, telephone and IP numbers"
    )


def _selection(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--query", help="only what a search finds")
    group.add_argument("--site", action="append", default=[], help="repeatable")
    group.add_argument("--kind", choices=("post", "comment"))
    group.add_argument("--after", type=_date, metavar="DATE", help="published on this day or later")
    group.add_argument("--before", type=_date, metavar="DATE", help="published before this day")
    group.add_argument("--language", action="append", default=[], metavar="CODE", help="repeatable")
    group.add_argument("--tag", action="append", default=[], help="repeatable")
    group.add_argument("--min-words", type=count, default=0, metavar="N")
    group.add_argument(
        "--rights",
        choices=("unreserved", "all"),
        default="unreserved",
        help="leave out pages that ask not to be kept or mined (default), or take all",
    )
    group.add_argument("--keep-copies", action="store_true", help="also posts that say what another says")
    group.add_argument("--limit", type=count, metavar="N", help="at most N posts, with their threads")
    group.add_argument("--sample", type=count, metavar="N", help="N posts by chance, with their threads")
    group.add_argument(
        "--seed", type=int, default=0, metavar="S", help="of the sample: the same seed, the same posts"
    )
    group.add_argument("--since", type=Path, metavar="MANIFEST", help="only what changed after this older dataset")


def _plan(archive: Archive, options: argparse.Namespace) -> Plan:
    to_stdout = str(options.target) == "-"
    shapes = tuple(dict.fromkeys(options.shape or (("documents",) if to_stdout else Plan().shapes)))
    if to_stdout and len(shapes) > 1:
        raise ArchiveError("stdout takes one shape: name it with --shape")
    return Plan(
        shapes=shapes,
        selection=Selection(
            query=options.query,
            sites=tuple(options.site),
            kind=options.kind,
            after=options.after,
            before=options.before,
            languages=tuple(options.language),
            tags=tuple(options.tag),
            min_words=options.min_words,
            reserved=options.rights == "all",
            limit=options.limit,
            sample=options.sample,
            seed=options.seed,
        ),
        authors=options.authors,
        mask=not options.keep_contacts,
        fold=not options.keep_copies,
        since=None if options.since is None else cursor_of(archive, options.since),
        folded_before=frozenset() if options.since is None else folded_in(options.since),
        compression=options.compression or ("plain" if to_stdout else "gzip"),
        shard_bytes=options.shard_size,
    )


def _key_file(archive: Archive, options: argparse.Namespace) -> Path:
    key: Path = options.key or archive.directory / "pseudonyms.key"
    target = options.target.absolute()
    if target == key.absolute().parent or target in key.absolute().parents:
        raise ArchiveError(f"the key {key} must not be within the dataset")
    return key


def _tell(target: Path, manifest: Manifest) -> None:
    counts = manifest.counts
    left_out = counts["left_out"]
    notes = [f"sales-archive: {target}: {counts['posts']} posts, {counts['comments']} comments\n"]
    if left_out["reserved_posts"]:
        reserved = left_out["reserved_posts"]
        notes.append(f"  left out: {reserved} posts that reserve their rights; --rights all takes them\n")
    if left_out["copies"]:
        notes.append(f"  left out: {left_out['copies']} copies, see duplicates.jsonl; --keep-copies takes them\n")
    if manifest.authors != "keep" or manifest.masked:
        notes.append("  names or contacts are replaced: to make an archive again use --backup instead\n")
    sys.stderr.writelines(notes)


def _date(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date like 2015-01-31") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _bytes(text: str) -> int:
    number, unit = (text[:-1], text[-1].lower()) if text[-1:].isalpha() else (text, "")
    if unit not in _UNITS or not number.isdecimal() or not int(number):
        raise argparse.ArgumentTypeError(f"{text!r} is no size like 256M")
    return int(number) * _UNITS[unit]
