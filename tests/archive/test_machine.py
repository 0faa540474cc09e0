"""What is free to use is no more than the machine has and any control group around this process allows."""

import os
from pathlib import Path

import pytest

from archive.machine import free_bytes, processors

MEMORY = "MemTotal:       8000000 kB\nMemAvailable:   5000000 kB\nHugePages_Total:       0\n"
AVAILABLE = 5_000_000 * 1024
GB = 1_000_000_000


@pytest.fixture
def machine(tmp_path: Path) -> tuple[Path, Path]:
    """Return `/proc` and `/sys/fs/cgroup` of a machine on which this process is in a group within a group."""
    proc, groups = tmp_path / "proc", tmp_path / "cgroup"
    (proc / "self").mkdir(parents=True)
    (groups / "outer" / "inner").mkdir(parents=True)
    (proc / "meminfo").write_text(MEMORY)
    (proc / "self" / "cgroup").write_text("0::/outer/inner\n")
    return proc, groups


def limit(group: Path, **files: str) -> None:
    for name, text in files.items():
        (group / name.replace("_", ".")).write_text(f"{text}\n")


def test_memory_is_free_as_the_machine_tells(machine: tuple[Path, Path]) -> None:
    limit(machine[1] / "outer", memory_max="max", memory_current="7")
    assert free_bytes(*machine) == AVAILABLE


@pytest.mark.parametrize("group", ["outer", "outer/inner"])
def test_memory_is_free_up_to_the_limit_of_each_group_without_what_it_keeps_of_files(
    machine: tuple[Path, Path], group: str
) -> None:
    stat = f"anon {GB}\ninactive_file 200000000\nactive_file 100000000\nfile 999999999"
    limit(machine[1] / group, memory_max=str(3 * GB), memory_current=str(2 * GB), memory_stat=stat)
    assert free_bytes(*machine) == 1_300_000_000


def test_in_a_group_that_is_full_no_memory_is_free(machine: tuple[Path, Path]) -> None:
    limit(machine[1] / "outer", memory_max=str(GB), memory_current=str(GB + 5))
    assert free_bytes(*machine) == 0


def test_where_nothing_tells_no_memory_is_free(tmp_path: Path) -> None:
    assert free_bytes(tmp_path, tmp_path) == 0


def test_processors_are_those_this_process_may_run_on(machine: tuple[Path, Path]) -> None:
    limit(machine[1] / "outer", cpu_max="max 100000")
    assert processors(*machine) == len(os.sched_getaffinity(0))


@pytest.mark.parametrize("quota", ["100000", "20000"])
def test_a_group_with_time_for_one_processor_or_less_has_one(machine: tuple[Path, Path], quota: str) -> None:
    limit(machine[1] / "outer", cpu_max=f"{quota} 100000")
    assert processors(*machine) == 1
