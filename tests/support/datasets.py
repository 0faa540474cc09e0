"""What the tests of datasets share: an archive with threads, and the rows that an export wrote."""

import json
from pathlib import Path
from typing import Any

from archive.export.shards import uncompressed

KEY = b"k" * 32
THREAD = (("1", None, "It works."), ("2", "1", "For whom?"), ("3", "2", "For agencies."), ("4", None, "No."))


def rows(directory: Path, shape: str) -> list[dict[str, Any]]:
    found = []
    for path in sorted((directory / "data" / shape).iterdir()):
        with uncompressed(path) as stream:
            found += [json.loads(line) for line in stream]
    return found
