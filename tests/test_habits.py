"""The workflows, the hooks and `make` run the same commands, and each tool is set up in one place."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.support.paths import ROOT

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = set(re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[0].split())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def recipe(target: str) -> list[str]:
    """Return the commands of a target of the Makefile."""
    (lines,) = re.findall(rf"^{target}:.*\n((?:\t.+\n)+)", MAKEFILE, re.MULTILINE)
    return [line.strip() for line in lines.splitlines()]


def exists(command: str) -> bool:
    """Tell whether a workflow's command is a target of the Makefile, a script of ours, or Debian's."""
    program, *arguments = shlex.split(command)
    match program:
        case "make":
            return set(arguments) <= TARGETS
        case "bash":
            return (ROOT / arguments[0]).is_file()
        case _:
            return program == "apt-get"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_run_only_what_exists(path: Path) -> None:
    jobs = yaml.safe_load(path.read_text("utf-8"))["jobs"].values()
    commands = [
        command
        for job in jobs
        for step in job["steps"]
        for command in re.split(r"\n|&&", step.get("run", ""))
        if command
    ]
    assert commands
    assert [command for command in commands if not exists(command)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_use_actions_of_a_fixed_version(path: Path) -> None:
    used = re.findall(r"uses: (\S+)", path.read_text("utf-8"))
    assert used
    assert [action for action in used if not re.search(r"@(?:v\d+|[0-9a-f]{40})$", action)] == []


def test_workflows_try_every_python_that_the_project_names() -> None:
    checks = yaml.safe_load((ROOT / ".github" / "workflows" / "checks.yml").read_text("utf-8"))["jobs"]["checks"]
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    assert checks["strategy"]["matrix"]["python"] == named


def test_pre_commit_runs_the_tools_of_make_check() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert [hook["entry"] for hook in repository["hooks"]] == recipe("check")


def test_codespell_is_set_up_in_pyproject_alone() -> None:
    assert PROJECT["tool"]["codespell"]["ignore-words-list"]
    others = [ROOT / name for name in (".codespellrc", "setup.cfg")]
    assert [path.name for path in others if path.exists() and "[codespell]" in path.read_text("utf-8")] == []
    assert ".venv/bin/codespell" in recipe("check")


def test_every_declared_requirement_is_pinned() -> None:
    groups = [entry for group in PROJECT["dependency-groups"].values() for entry in group if isinstance(entry, str)]
    declared = {re.split(r"[^\w.-]", line)[0].lower() for line in [*PROJECT["project"]["dependencies"], *groups]}
    pinned = {line.partition("==")[0].lower() for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()}
    assert declared - pinned == set()


def test_documents_name_only_targets_of_make_that_exist() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / ".github").rglob("*.md")]
    named = {target for path in documents for target in re.findall(r"`make (\w+)", path.read_text("utf-8"))}
    assert "test" in named
    assert named - TARGETS == set()
