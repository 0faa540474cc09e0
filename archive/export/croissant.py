"""croissant.json of a dataset: its files and fields for programs.

Form: https://docs.mlcommons.org/croissant/docs/croissant-spec.html, version 1.0.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from archive.export.manifest import Manifest
from archive.export.shape import Features
from archive.export.shapes import SHAPES
from archive.export.shards import SUFFIXES

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
    for each in manifest.files:
        if each.path.startswith("data/"):
            yield {
                "@type": "cr:FileObject",
                "@id": each.path,
                "name": each.path.replace("/", "-"),
                "contentUrl": each.path,
                "contentSize": f"{each.bytes} B",
                "encodingFormat": "application/jsonlines",
                "sha256": each.sha256,
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
