import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from archive.archive import Archive
from archive.export.dataset import write_dataset
from archive.export.plan import Plan
from archive.export.shapes.registry import SHAPES
from archive.records.models import Post
from tests.support.paths import ROOT

Builder = Callable[..., Post]

#: An interpreter with the tools of the recipes, where the one that runs the tests has none.
PYTHON = os.environ.get("RECIPES_PYTHON", sys.executable)

_DOCS = ROOT / "docs" / "dataset.md"
_RECIPE = re.compile(r"```(python|sh)\n# needs: (\w+)\n(.*?)```", re.DOTALL)
RECIPES = {tool: (language, code) for language, tool, code in _RECIPE.findall(_DOCS.read_text())}
THREAD = (("1", None, "It works.\u2028Really."), ("2", "1", "For whom?"), ("3", "2", "For agencies."))

ROWS = {"documents": 70, "threads": 40, "messages": 10, "convokit": 70}

#: How each tool reads the shapes, and prints the number of rows it found in each.
READERS = {
    "datasets": """
from datasets import load_dataset
for shape in SHAPES:
    rows = load_dataset("./my-dataset", shape, split="train")
    streamed = list(load_dataset("./my-dataset", shape, split="train", streaming=True))
    assert streamed == list(rows)
    assert "created" not in rows.features or rows.features["created"].dtype == "string"
    print(shape, len(rows))
""",
    "duckdb": """
import duckdb
for shape in SHAPES:
    files = f"my-dataset/data/{shape}/*.jsonl.gz"
    duckdb.sql(f"CREATE TABLE {shape} AS FROM read_json_auto('{files}', union_by_name = true)")
    print(shape, len(duckdb.sql(f"SELECT DISTINCT id FROM {shape}").fetchall()))
""",
    "pandas": """
from pathlib import Path
import pandas
for shape in SHAPES:
    parts = sorted(Path("my-dataset/data", shape).glob("*.jsonl.gz"))
    rows = pandas.concat(pandas.read_json(part, lines=True) for part in parts)
    assert rows["id"].map(type).eq(str).all()
    print(shape, rows["id"].nunique())
""",
    "polars": """
import gzip
from pathlib import Path
import polars
for shape in SHAPES:
    parts = sorted(Path("my-dataset/data", shape).glob("*.jsonl.gz"))
    lines = b"".join(gzip.decompress(part.read_bytes()) for part in parts)
    print(shape, polars.read_ndjson(lines, infer_schema_length=None)["id"].n_unique())
""",
    "mlcroissant": """
import mlcroissant
dataset = mlcroissant.Dataset(jsonld="my-dataset/croissant.json")
issues = dataset.metadata.ctx.issues
assert not issues.errors and not issues.warnings, issues.report()
for shape in SHAPES:
    print(shape, len({row[f"{shape}/id"] for row in dataset.records(shape)}))
""",
    "jq": """
for shape in SHAPES; do
  echo $shape $(zcat my-dataset/data/$shape/*.jsonl.gz | jq .id | sort -u | wc -l)
done
""",
}
READERS = {
    tool: code.replace("SHAPES", " ".join(SHAPES) if tool == "jq" else repr([*SHAPES]))
    for tool, code in READERS.items()
}


@pytest.fixture
def dataset(archive: Archive, make_post: Builder, tmp_path: Path) -> Path:
    """Write a dataset whose first shards lack what later ones have: dates, languages, tags, threads."""
    posts = sorted((make_post(f"https://example.com/{n}/", text=f"Text {n}.") for n in range(40)), key=lambda p: p.id)
    for number, post in enumerate(posts):
        bare = {"title": None, "language": None, "published": None, "published_precision": None, "author": None}
        rich = {
            "tags": ("pricing",),
            "thread": THREAD,
            "description": "On pricing.",
            "rights": ("https://cc.example/",),
        }
        archive.add(make_post(post.url, text=post.text, **(bare if number < 30 else rich)))
    plan = Plan(shapes=tuple(SHAPES), shard_bytes=4_000)
    manifest = write_dataset(archive, tmp_path / "my-dataset", plan, key=b"k" * 32)
    assert manifest.rows == ROWS
    return tmp_path


def test_every_tool_of_the_documentation_has_a_recipe():
    assert RECIPES.keys() == {"datasets", "duckdb", "pandas", "polars", "jq", "mlcroissant", "convokit"}


@pytest.mark.slow
@pytest.mark.parametrize("tool", RECIPES)
def test_a_recipe_runs(dataset: Path, tool: str):
    language, code = RECIPES[tool]

    assert output(dataset, tool, language, code)


@pytest.mark.slow
@pytest.mark.parametrize("tool", READERS)
def test_a_tool_reads_every_shape_with_null_columns_in_the_first_shard(dataset: Path, tool: str):
    counted = output(dataset, tool, "sh" if tool == "jq" else "python", READERS[tool])

    assert {name: int(number) for name, number in map(str.split, counted.splitlines())} == ROWS


def output(directory: Path, tool: str, language: str, code: str) -> str:
    """Return what a recipe prints; skip, or in CI fail, where its tool is not installed."""
    if language == "sh" and shutil.which(tool) is None:
        missing(tool, f"{tool} is not installed")
    result = subprocess.run(
        ["sh", "-c", code] if language == "sh" else [PYTHON, "-c", code],
        cwd=directory,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(directory / "hf")},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    if f"No module named '{tool}'" in result.stderr:
        missing(tool, f"{tool} is not installed; $RECIPES_PYTHON may name an interpreter that has it")
    assert result.returncode == 0, result.stderr
    return result.stdout


def missing(tool: str, reason: str) -> NoReturn:
    # ConvoKit brings gigabytes along: its recipe is run by hand, see docs/dataset.md.
    pytest.fail(reason) if os.environ.get("CI") and tool != "convokit" else pytest.skip(reason)
