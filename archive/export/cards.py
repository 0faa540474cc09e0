"""README.md of a dataset: a dataset card whose front matter makes the dataset load.

Without `features` a column that is null, or an empty list, all through the first shard gets the wrong type, and
loading the second fails. Fields: https://github.com/huggingface/hub-docs/blob/main/datasetcard.md.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from archive.export.manifest import Manifest
from archive.export.shapes.base import Feature, Features
from archive.export.shapes.registry import SHAPES
from archive.export.shards import SUFFIXES

_AUTHORS = {
    "pseudonym": (
        "Names of commenters are replaced by pseudonyms (`reader-…`): a keyed hash of site and name, whose key is not"
        " part of the dataset. Their names in texts of the same thread are replaced too. This is pseudonymisation,"
        " not anonymity: who searches the web for a sentence, or opens a comment's address, finds its writer."
    ),
    "keep": "Names of commenters are kept as published. Do not pass the dataset on without need.",
    "drop": "Names of commenters are left out, and replaced in the texts of the same thread.",
}


def card(manifest: Manifest) -> str:
    """Return the card of a dataset."""
    return "\n".join((*_front_matter(manifest), "", *_body(manifest))) + "\n"


def _front_matter(manifest: Manifest) -> Iterator[str]:
    suffix = SUFFIXES[manifest.compression]
    languages = [name for name in manifest.counts["languages"] if len(name) == 2]  # noqa: PLR2004 (ISO 639-1)
    yield "---"
    yield "pretty_name: Startup sales writing"
    if languages:
        yield "language:"
        yield from (f"- {json.dumps(name)}" for name in languages)
    yield "configs:"
    for at, (name, rows) in enumerate(manifest.rows.items()):
        if rows:  # a configuration without a file does not load
            yield f"- config_name: {name}"
            yield f"  data_files: data/{name}/*{suffix}"
            yield from ["  default: true"] if at == 0 else []
    yield "dataset_info:"
    for name, rows in manifest.rows.items():
        if rows:
            yield f"- config_name: {name}"
            yield "  features:"
            yield from _features(SHAPES[name].features, "  ")
    yield "---"


def _features(features: Features, indent: str) -> Iterator[str]:
    for name, feature in features.items():
        yield f"{indent}- name: {name}"
        yield from _feature(feature, indent + "  ")


def _feature(feature: Feature, indent: str) -> Iterator[str]:
    if isinstance(feature, str):
        yield f"{indent}dtype: {feature}"
    elif isinstance(feature, Mapping):
        yield f"{indent}struct:"
        yield from _features(feature, indent)
    elif isinstance(feature[0], str):
        yield f"{indent}list: {feature[0]}"
    else:
        yield f"{indent}list:"
        assert isinstance(feature[0], Mapping)  # noqa: S101 (no shape nests lists)
        yield from _features(feature[0], indent)


def _body(manifest: Manifest) -> Iterator[str]:
    counts = manifest.counts
    years = list(counts["years"])
    span = f", dated {years[0]} to {years[-1]}" if years else ""
    yield "# Startup sales writing: posts and their comment threads"
    yield ""
    yield f"{counts['posts']} posts and {counts['comments']} comments of {len(counts['sites'])} sites{span}."
    if manifest.since is not None:
        yield (
            "This is an update: texts that are new or changed since the dataset it follows, whose ids they replace;"
            " `deleted.jsonl` lists the ids to remove."
        )
    yield ""
    yield "## Structure"
    yield ""
    for name, rows in manifest.rows.items():
        yield f"- `data/{name}/`: {rows} rows. {SHAPES[name].about}"
    yield "- `manifest.json`: how the texts were chosen, counts, and SHA-256 of every file and of its content."
    if any(file.path == "duplicates.jsonl" for file in manifest.files):
        yield "- `duplicates.jsonl`: texts left out as copies, each with the id of the text that stays, and why."
    yield ""
    yield "Every key is in every row. Times are UTC, or null; `created_precision` says how much of one is stated."
    yield "`created` is when a text was published, `added` when its page was fetched."
    yield ""
    yield from _sources(manifest)
    yield from _limits(manifest)


def _sources(manifest: Manifest) -> Iterator[str]:
    yield "## Sources"
    yield ""
    yield "Public pages, fetched as robots.txt allows, their text extracted without menus and advertisements:"
    yield ""
    yield from (f"- `{site}`: {posts} posts" for site, posts in manifest.counts["sites"].items())
    yield ""
    yield "Chosen by:"
    yield ""
    yield f"    {json.dumps(manifest.selection, ensure_ascii=False, sort_keys=True)}"
    yield ""
    left_out = manifest.counts["left_out"]
    yield f"Left out: {left_out['reserved_posts']} posts that reserve their rights, {left_out['copies']} copies."
    yield ""


def _limits(manifest: Manifest) -> Iterator[str]:
    yield "## Rights"
    yield ""
    yield "The texts belong to their writers. `rights` and `license` repeat what each page says; most say nothing,"
    yield "which is no permission to publish them again. Keep `url` and `author` with every text you quote."
    yield ""
    yield "## Personal and sensitive information"
    yield ""
    yield "Bylines of posts are kept. " + _AUTHORS[manifest.authors]
    contacts = "are masked" if manifest.masked else "are kept"
    yield f"E-mail addresses, telephone numbers and public IP addresses in texts {contacts}."
    yield "Who wants a text removed asks the maintainer of the archive; updates list removed ids in `deleted.jsonl`,"
    yield "and users of the dataset are asked to remove them from their copies."
    yield ""
    yield "## Limits"
    yield ""
    yield "Texts were chosen by the maintainer's interest, not sampled. Threads may be short of what a site shows."
    yield "Dates and names are as pages state them; what a page does not state is null, and nothing is guessed."


_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_TYPES = {"string": "sc:Text", "int64": "sc:Integer", "bool": "sc:Boolean"}
#: Seconds since 1970, as ConvoKit has them: readers built on pandas make a date of any column of this name.
_MOMENT = "timestamp"


def croissant(manifest: Manifest) -> str:
    """Return the file's text."""
    shapes = [name for name, rows in manifest.rows.items() if rows]
    counts = manifest.counts
    values = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "startup-sales-writing",
        "description": f"{counts['posts']} posts on startup sales and {counts['comments']} comments under them.",
        "version": f"1.0.{manifest.cursor}",
        "url": f"https://{next(iter(counts['sites']), 'localhost')}/",
        "license": "The texts belong to their writers; `rights` of each row says what its page states.",
        "citeAs": f"Startup sales writing, state {manifest.cursor} of the archive.",
        "datePublished": _last_year(manifest),
        "rai:dataCollection": "Public pages, fetched as robots.txt allows; main text and threads extracted.",
        "rai:personalSensitiveInformation": f"Commenters: {manifest.authors}; contacts masked: {manifest.masked}.",
        "distribution": list(_distribution(manifest, shapes)),
        "recordSet": [_record_set(name) for name in shapes],
    }
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def _last_year(manifest: Manifest) -> str:
    """Return the last year of any text: the file must give a date, and ours must not change from run to run."""
    return f"{max(manifest.counts['years'], default='1970'):0>4}-12-31"


def _distribution(manifest: Manifest, shapes: list[str]) -> Iterator[Mapping[str, Any]]:
    for file in manifest.files:
        if file.path.startswith("data/"):
            yield {
                "@type": "cr:FileObject",
                "@id": file.path,
                "name": file.path.replace("/", "-"),
                "contentUrl": file.path,
                "contentSize": f"{file.bytes} B",
                "encodingFormat": "application/jsonlines",
                "sha256": file.sha256,
            }
    for name in shapes:
        yield {
            "@type": "cr:FileSet",
            "@id": f"{name}-files",
            "name": f"{name}-files",
            "encodingFormat": "application/jsonlines",
            "includes": f"data/{name}/*{SUFFIXES[manifest.compression]}",
        }


def _record_set(name: str) -> Mapping[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": SHAPES[name].about,
        "key": {"@id": f"{name}/id"},
        "field": list(_fields(name, SHAPES[name].features)),
    }


def _fields(name: str, features: Features) -> Iterator[Mapping[str, Any]]:
    """Yield the fields of plain type; what is nested stays in the rows, described by the card's features."""
    for key, feature in features.items():
        if isinstance(feature, str):
            yield {
                "@type": "cr:Field",
                "@id": f"{name}/{key}",
                "name": f"{name}/{key}",
                "dataType": "sc:DateTime" if key == _MOMENT else _TYPES[feature],
                "source": {"fileSet": {"@id": f"{name}-files"}, "extract": {"column": key}},
            }
