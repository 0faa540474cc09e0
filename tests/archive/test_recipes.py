import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.export.dataset import write_dataset
from archive.export.plan import Plan
from archive.export.shapes import SHAPES
from archive.records import Post

Builder = Callable[..., Post]

#: An interpreter with the tools of the recipes, where the one that runs the tests has none.
PYTHON = os.environ.get("RECIPES_PYTHON", sys.executable)

_DOCS = Path(__file__).parents[2] / "docs" / "dataset.md"
_RECIPE = re.compile(r"```(python|sh)\n# needs: (\w+)\n(.*?)```", re.DOTALL)
RECIPES = {tool: (language, code) for language, tool, code in _RECIPE.findall(_DOCS.read_text())}
THREAD = (("1", None, "It works.\u2028Really."), ("2", "1", "For whom?"), ("3", "2", "For agencies."))


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
    assert manifest.rows == {"documents": 70, "threads": 40, "messages": 10, "convokit": 70}
    return tmp_path


def test_every_tool_of_the_documentation_has_a_recipe():
    assert RECIPES.keys() == {"datasets", "duckdb", "pandas", "polars", "jq", "mlcroissant", "convokit"}


@pytest.mark.slow
@pytest.mark.parametrize("tool", RECIPES)
def test_a_recipe_runs(dataset: Path, tool: str):
    language, code = RECIPES[tool]
    if language == "sh":
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
        result = run(dataset, ["sh", "-c", code])
        assert len(result.stdout.splitlines()) == 40
    else:
        require(dataset, tool)
        result = run(dataset, [PYTHON, "-c", code])
    assert result.returncode == 0, result.stderr
    assert result.stdout


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_datasets_reads_every_shape_though_columns_are_null_through_the_first_shard(dataset: Path, shape: str):
    require(dataset, "datasets")
    code = f"""
from datasets import load_dataset
rows = load_dataset("./my-dataset", {shape!r}, split="train")
streamed = list(load_dataset("./my-dataset", {shape!r}, split="train", streaming=True))
assert len(rows) == len(streamed), (len(rows), len(streamed))
assert "created" not in rows.features or rows.features["created"].dtype == "string"
print(len(rows))
"""
    result = run(dataset, [PYTHON, "-c", code])

    assert result.returncode == 0, result.stderr
    assert int(result.stdout) == {"documents": 70, "threads": 40, "messages": 10, "convokit": 70}[shape]


@pytest.mark.slow
def test_croissant_is_valid(dataset: Path):
    require(dataset, "mlcroissant")

    code = """
import mlcroissant
issues = mlcroissant.Dataset(jsonld="my-dataset/croissant.json").metadata.ctx.issues
assert not issues.errors and not issues.warnings, issues.report()
"""
    result = run(dataset, [PYTHON, "-c", code])

    assert result.returncode == 0, result.stderr


def require(directory: Path, module: str) -> None:
    if run(directory, [PYTHON, "-c", f"import {module}"]).returncode:
        pytest.skip(f"{module} is not installed; $RECIPES_PYTHON may name an interpreter that has it")


def run(directory: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(directory / "hf")}
    return subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, timeout=250, check=False
    )
