"""Commands that a document shows, and a reader who types them, with a blog of the demo in place of their own."""

import os
import re
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from crawler.demo.programs import CRAWL_SETTINGS
from tests.support.ports import free_port

#: Where the programs of this environment are.
PROGRAMS = Path(sys.executable).parent
#: The address that documents show in place of the reader's blog.
SHOWN = "https://blog.example.com"
_SETTINGS = " ".join(f"-s {name}={shlex.quote(value)}" for name, value in CRAWL_SETTINGS.items())


def blocks(document: Path, language: str) -> list[str]:
    """Return the code of a document in a language, block by block."""
    return re.findall(rf"^```{language}\n(.*?)^```", document.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@dataclass
class Reader:
    """Somebody who types commands into one shell, one after the other."""

    directory: Path
    blog: str

    def __post_init__(self) -> None:
        self.home = self.directory / "home"
        programs = self.home / ".local" / "bin"
        programs.mkdir(parents=True)
        (programs / "sales-archive").symlink_to(PROGRAMS / "sales-archive")
        self._session = self.directory / "session.sh"
        self._session.write_text(f"cd {self.home}\n")
        path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
        unset = ("SALES_ARCHIVE", "SALES_ARCHIVE_CONTACT", "SCRAPY_SETTINGS_MODULE", "PYTHONPATH")
        kept = {name: value for name, value in os.environ.items() if name not in unset}
        self.environment = kept | {"HOME": str(self.home), "PATH": path}

    def types(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command where the last one left the shell: its directory and its variables."""
        keep = f"status=$?; {{ export -p; echo cd \"'$PWD'\"; }} > {self._session}; exit $status"
        script = f". {self._session}\n{self.here(command)}\n{keep}"
        return subprocess.run(
            ["/bin/sh", "-c", script], env=self.environment, capture_output=True, text=True, check=False, timeout=120
        )

    def here(self, command: str) -> str:
        """Return a command with the reader's own blog in it, which may be crawled at once, being on this machine."""
        crawls = re.sub(r"(scrapy crawl blog|sales-archive (?:--archive \S+ )?crawl)\b", rf"\1 {_SETTINGS}", command)
        return crawls.replace(SHOWN, self.blog)

    def serves(self, command: str, query: str) -> bytes:
        """Run a command that serves the search; return its page of results for a query."""
        port = free_port()
        script = f". {self._session}\nexec {self.here(command)} --port {port}"
        with subprocess.Popen(["/bin/sh", "-c", script], env=self.environment) as process:
            try:
                while process.poll() is None:
                    try:
                        with urlopen(f"http://127.0.0.1:{port}/search?q={query}", timeout=30) as answer:
                            return bytes(answer.read())
                    except URLError:
                        time.sleep(0.05)
            finally:
                process.terminate()
        return b""
