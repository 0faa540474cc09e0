"""What a release holds: the source archive, and the wheel, with which the demo runs where there is no checkout."""

import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.paths import ROOT

PACKAGES = ("archive", "crawler", "webui")
#: All that a build reads.
SOURCES = (*PACKAGES, "pyproject.toml", "README.md", "LICENSE")
#: Files that setuptools adds to a source archive.
GENERATED = ("PKG-INFO", "setup.cfg", "sales_archive.egg-info/")


@dataclass(frozen=True)
class Installed:
    wheel: Path
    programs: Path
    elsewhere: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        program = str(self.programs / command[0])
        return subprocess.run(
            [program, *command[1:]], cwd=self.elsewhere, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Build the wheel from a copy, and install it into an environment that has only what it depends on."""
    wheel = _build(tmp_path_factory.mktemp("build"))
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=False)
    programs = environment / "bin"
    _pip("--python", str(programs / "python"), "install", "--no-deps", "--quiet", str(wheel))
    # The libraries are those of the tests' own environment. A .pth file adds a folder, but nothing that another
    # .pth file there would add: an editable install of the project stays out of sight.
    packages = environment / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "libraries.pth").write_text("\n".join(sorted(paths)) + "\n")
    return Installed(wheel, programs, tmp_path_factory.mktemp("elsewhere"))


def test_the_wheel_holds_every_file_of_the_packages(installed: Installed) -> None:
    packed = {name for name in ZipFile(installed.wheel).namelist() if ".dist-info/" not in name}

    assert packed == {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_installed_program_is_not_the_checkout(installed: Installed) -> None:
    found = installed.run("python", "-c", "import archive, crawler, webui; print(archive.__file__, crawler.__file__)")

    assert found.stderr == ""
    assert str(ROOT) not in found.stdout


def test_the_installed_command_line_explains_itself(installed: Installed) -> None:
    helped = installed.run("sales-archive", "--help")

    assert helped.returncode == 0
    assert "demo" in helped.stdout


@pytest.mark.slow
def test_the_installed_demo_archives_its_little_web(installed: Installed) -> None:
    demo = installed.run("sales-archive", "demo", "--no-serve")

    assert demo.returncode == 0, demo.stderr
    assert "9 of 9 posts, 37 of 37 comments" in demo.stdout
    assert list(installed.elsewhere.iterdir()) == []


def test_the_source_archive_holds_what_the_repository_does(tmp_path: Path) -> None:
    tracked = _tracked_files()
    source = tmp_path / "source"
    for name in [*tracked, "tests/browser/node_modules/stray.js", "tests/__pycache__/stray.pyc", "dist/stray.txt"]:
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((ROOT / name).read_bytes() if name in tracked else b"")

    build = "from setuptools.build_meta import build_sdist; build_sdist('..')"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)

    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        packed = [member.name.partition("/")[2] for member in files if member.isfile()]
    assert {name for name in packed if not name.startswith(GENERATED)} == set(tracked)


def _tracked_files() -> list[str]:
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode or not listed.stdout:
        pytest.skip("not a checkout of the repository")
    return [name for name in listed.stdout.rstrip("\0").split("\0") if (ROOT / name).exists()]


def _build(directory: Path) -> Path:
    source = directory / "source"
    source.mkdir()
    for name in SOURCES:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, source / name)
    _pip("wheel", "--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", str(directory), str(source))
    (wheel,) = directory.glob("*.whl")
    return wheel


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments], check=True)
