"""`sales-archive export`: write a dataset directory, or rows to standard output."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from archive.cli.lazy import lazy
from archive.cli.output import counted
from archive.cli.progress import progress
from archive.errors import ArchiveError

if TYPE_CHECKING:
    from archive.archive import Archive
    from archive.cli import archives, completion
    from archive.export import dataset, people, plan
    from archive.export.manifest import Manifest
    from archive.export.shapes import registry
else:
    archives = lazy("archive.cli.archives")
    completion = lazy("archive.cli.completion")
    dataset = lazy("archive.export.dataset")
    people = lazy("archive.export.people")
    plan = lazy("archive.export.plan")
    registry = lazy("archive.export.shapes.registry")

_UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


class ShapeType(click.ParamType[str]):
    """The name of a shape in the registry."""

    name = "shape"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name."""
        if value not in registry.SHAPES:
            self.fail(f"{value!r} is not a shape; choose from {', '.join(registry.SHAPES)}", param, ctx)
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a shape."""
        del ctx, param
        names = (name for name in registry.SHAPES if name.startswith(incomplete))
        return [CompletionItem(name) for name in names]


class DateType(click.ParamType[datetime]):
    """A date or time in ISO 8601 form; UTC if it has no offset."""

    name = "date"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the time in UTC."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date; write it like 2015-01-31", param, ctx)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class SizeType(click.ParamType[int]):
    """A number of bytes, such as 256M."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number of bytes."""
        if isinstance(value, int):
            return value
        number, unit = (value[:-1], value[-1].lower()) if value[-1:].isalpha() else (value, "")
        if unit not in _UNITS or not number.isdecimal() or not int(number):
            self.fail(f"{value!r} is not a size; write it like 500K, 256M or 1G", param, ctx)
        return int(number) * _UNITS[unit]


def _sites(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return completion.site_names(ctx, param, incomplete)


def _compression(name: str, help_text: str) -> Callable[..., Any]:
    return click.option(f"--{name}", "compressions", flag_value=name, multiple=True, help=help_text)


@click.command(short_help="Write a dataset: JSON lines with a manifest.")
@click.argument("target", type=click.Path(path_type=Path, allow_dash=True), metavar="DIR")
@click.option("--backup", is_flag=True, help="Write everything unchanged, for `sales-archive load`.")
@click.option(
    "--shape",
    "shapes",
    multiple=True,
    type=ShapeType(),
    metavar="NAME",
    help="Shape of the rows; repeatable (default: documents and threads). See docs/dataset.md.",
)
@_compression("gzip", "Compress the shards with gzip (the default).")
@_compression("zstd", "Compress the shards with Zstandard.")
@_compression("plain", "Do not compress the shards.")
@click.option(
    "--shard-size", type=SizeType(), metavar="SIZE", help="Size of a shard before compression, such as 256M."
)
@click.option(
    "--authors",
    type=click.Choice(["pseudonym", "keep", "drop"]),
    default="pseudonym",
    show_default=True,
    help="Replace, keep or drop the names of commenters.",
)
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Secret key for pseudonyms (default: pseudonyms.key in the archive).",
)
@click.option("--keep-contacts", is_flag=True, help="Do not mask e-mail addresses, phone numbers and IP addresses.")
@click.option("--query", metavar="QUERY", help="Only texts that match this search.")
@click.option(
    "--site",
    "sites",
    multiple=True,
    metavar="SITE",
    help="Only this site; repeatable.",
    shell_complete=_sites,
)
@click.option("--kind", type=click.Choice(["post", "comment"]), help="Only posts, or only comments.")
@click.option("--after", type=DateType(), metavar="DATE", help="Only texts published on this day or later.")
@click.option("--before", type=DateType(), metavar="DATE", help="Only texts published before this day.")
@click.option("--language", "languages", multiple=True, metavar="CODE", help="Only this language; repeatable.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only posts with this tag; repeatable.")
@click.option(
    "--min-words", type=click.IntRange(min=1), default=None, metavar="N", help="Only texts of at least N words."
)
@click.option(
    "--rights",
    type=click.Choice(["unreserved", "all"]),
    default="unreserved",
    show_default=True,
    help="Leave out pages that reserve their rights, or include all.",
)
@click.option("--keep-copies", is_flag=True, help="Include posts that repeat the text of another post.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most N posts, with their threads.")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="N random posts, with their threads.")
@click.option("--seed", type=int, default=0, show_default=True, metavar="S", help="Random seed for --sample.")
@click.option(
    "--since",
    type=click.Path(path_type=Path),
    metavar="MANIFEST",
    help="Only texts changed since the dataset with this manifest.",
)
@click.pass_obj
def command(directory: Path, /, target: Path, **options: Any) -> int:
    """Write a dataset: JSON lines in shards, with a manifest, a card and checksums.

    Creates the directory DIR, or replaces an older dataset in it. With - as DIR, writes the rows of one shape to
    standard output.
    """
    if len(set(options["compressions"])) > 1:
        raise click.UsageError("use only one of --gzip, --zstd and --plain")
    with archives.indexed(directory) if options["query"] else archives.existing(directory) as archive:
        chosen = plan.BACKUP if options["backup"] else _plan(archive, target, options)
        key = b"" if chosen.authors != "pseudonym" else people.secret_key(_key_file(archive, target, options["key"]))
        if str(target) == "-":
            dataset.write_rows(archive, sys.stdout.buffer, chosen, key=key)
            return 0
        with progress("Exporting", "posts") as show:
            manifest = dataset.write_dataset(archive, target, chosen, key=key, progress=show)
    _print_summary(target, manifest)
    return 0


def _plan(archive: "Archive", target: Path, options: dict[str, Any]) -> "plan.Plan":
    to_stdout = str(target) == "-"
    defaults = plan.Plan()
    shapes = tuple(dict.fromkeys(options["shapes"] or (("documents",) if to_stdout else defaults.shapes)))
    if to_stdout and len(shapes) > 1:
        raise ArchiveError("standard output takes a single shape; give --shape only once")
    since = options["since"]
    return plan.Plan(
        shapes=shapes,
        selection=_selection(options),
        authors=options["authors"],
        mask=not options["keep_contacts"],
        fold=not options["keep_copies"],
        since=None if since is None else dataset.cursor_of(archive, since),
        folded_before=frozenset() if since is None else dataset.folded_in(since),
        compression=next(iter(options["compressions"]), "plain" if to_stdout else "gzip"),
        shard_bytes=options["shard_size"] or defaults.shard_bytes,
    )


def _selection(options: dict[str, Any]) -> "plan.Selection":
    names = ("query", "sites", "kind", "after", "before", "languages", "tags", "limit", "sample", "seed")
    return plan.Selection(
        **{name: options[name] for name in names},
        min_words=options["min_words"] or 0,
        reserved=options["rights"] == "all",
    )


def _key_file(archive: "Archive", target: Path, key: Path | None) -> Path:
    key = key or archive.directory / "pseudonyms.key"
    out = target.absolute()
    if out == key.absolute().parent or out in key.absolute().parents:
        raise ArchiveError(f"the key file {key} must not be inside the dataset; choose another file with --key")
    return key


def _print_summary(target: Path, manifest: "Manifest") -> None:
    counts = manifest.counts
    left_out = counts["left_out"]
    posts, comments = counted(counts["posts"], "post"), counted(counts["comments"], "comment")
    notes = [f"sales-archive: {target}: {posts}, {comments}\n"]
    if left_out["reserved_posts"]:
        reserved = counted(left_out["reserved_posts"], "post")
        notes.append(f"  left out: {reserved} with reserved rights; --rights all includes them\n")
    if left_out["copies"]:
        copies = counted(left_out["copies"], "duplicate")
        notes.append(f"  left out: {copies}, listed in duplicates.jsonl; --keep-copies includes them\n")
    if manifest.authors != "keep" or manifest.masked:
        notes.append("  names or contacts are replaced; to restore an archive later, use --backup\n")
    sys.stderr.writelines(notes)
