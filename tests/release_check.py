"""``make release-check``: wheel and sdist in empty environments, on the oldest and the newest versions.

Builds both, looks at their metadata, and installs them by themselves and with the extras: on the versions of
``constraints-oldest.txt``, and on whatever is newest; with the Python that runs this, and on the newest versions
with every other Python 3.11 or later of this machine. There the checks of ``release_smoke.py`` run. What is wrong is
told at the end, all of it. Takes long. ``--only core`` takes the environments whose name holds the word.
"""

from __future__ import annotations

import argparse
import email
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
OLDEST = ROOT / "constraints-oldest.txt"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FULL = ("cli", "excel", "plot", "polars", "stata", "survey")
EXTRAS = {"core": (), "full": FULL, "spark": ("spark",)}
CORE = tuple(canonicalize_name(Requirement(r).name) for r in PROJECT["dependencies"])
CALLERS = ("duckdb", "pandas", "numpy")  # tables that callers bring; their bounds stand in the extra `test`
PIP = ("-m", "pip", "--quiet", "--disable-pip-version-check")
NEWER = range(12, 15)


class Environment(NamedTuple):
    python: str
    number: str
    archive: Path
    share: str
    oldest: bool

    def __str__(self) -> str:
        kind = "wheel" if self.archive.suffix == ".whl" else "sdist"
        return f"{self.share:5} {'oldest' if self.oldest else 'newest'} {kind} Python {self.number}"


def lower_bounds() -> dict[str, str]:
    """Of what an installed chuanngheo can need: the name of each package, and the oldest version allowed."""
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"], *(r for name in (*FULL, "spark") for r in extras[name])]
    wanted += [r for r in extras["test"] if Requirement(r).name in CALLERS]
    found = {}
    for requirement in map(Requirement, wanted):
        if requirement.name != PROJECT["name"]:
            bounds = [s.version for s in requirement.specifier if s.operator in (">=", "==")]
            found[canonicalize_name(requirement.name)] = max(bounds, key=Version)
    return found


def pinned(path: Path) -> dict[str, str]:
    """The lines ``name==version`` of a file of constraints."""
    lines = re.findall(r"^([\w.-]+)==(\S+)$", path.read_text(encoding="utf-8"), re.M)
    return {canonicalize_name(name): version for name, version in lines}


def build(folder: Path, *options: str) -> tuple[Path, Path]:
    """The wheel and the sdist."""
    run([sys.executable, "-m", "build", *options, "--outdir", str(folder), str(ROOT)])
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, sdist


def faults_of_metadata(wheel: Path) -> list[str]:
    """What an index would refuse, by the library that indexes use; and a description without its pages."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        text = archive.read(name)
    try:
        metadata = Metadata.from_email(text, validate=True)
    except ExceptionGroup as group:
        return [str(error) for error in group.exceptions]
    described = email.message_from_bytes(text).get_payload(decode=True)
    faults = []
    if metadata.description_content_type != "text/markdown" or not described:
        faults.append("the description is not the README as Markdown")
    if str(metadata.version) not in wheel.name:
        faults.append(f"the version {metadata.version} is not that of {wheel.name}")
    return faults


def run(command: list[str], **options: str | Path | dict[str, str]) -> str:
    """What a command prints; raises what it printed when it fails."""
    done = subprocess.run(  # type: ignore[call-overload]
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", check=False, **options
    )
    if done.returncode:
        raise RuntimeError(done.stdout)
    return str(done.stdout)


def installed(made: Environment, folder: Path) -> Path:
    """The Python of an empty environment into which the archive was installed."""
    run([made.python, "-m", "venv", str(folder)])
    python = folder / "bin" / "python"
    extras = EXTRAS[made.share]
    wanted = [f"{made.archive}[{','.join(extras)}]" if extras else str(made.archive)]
    if made.share == "full":
        wanted += CALLERS
    constraints = ["-c", str(OLDEST)] if made.oldest else []
    run([str(python), *PIP, "install", *constraints, *wanted], env=clean())
    return python


def clean() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "PIP_CONSTRAINT")}


def smoke(python: Path, share: str, folder: Path) -> str:
    return run([str(python), "-W", "error::DeprecationWarning:chuanngheo", str(ROOT / "tests" / "release_smoke.py"), share],
               cwd=folder, env=clean())  # fmt: skip


def versions(python: Path) -> str:
    """Those of the packages that have a bound, in one line."""
    lines = run([str(python), "-m", "pip", "--disable-pip-version-check", "freeze"]).splitlines()
    there = {canonicalize_name(n): v for n, _, v in (line.partition("==") for line in lines)}
    return ", ".join(f"{name} {there[name]}" for name in lower_bounds() if name in there)


def pythons() -> Iterator[tuple[str, str]]:
    """This Python, then every newer one on the path or under pyenv, each with its number."""
    yield sys.executable, ".".join(map(str, sys.version_info[:3]))
    shelf = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in NEWER:
        if minor == sys.version_info[1]:
            continue
        places = [
            shutil.which(f"python3.{minor}"),
            *sorted(map(str, shelf.glob(f"3.{minor}.*/bin/python")), reverse=True),
        ]
        for place in filter(None, places):
            asked = subprocess.run([place, "-c", "import platform, venv; print(platform.python_version())"],
                                   capture_output=True, text=True, check=False)  # fmt: skip
            if asked.returncode == 0 and asked.stdout.startswith(f"3.{minor}."):
                yield place, asked.stdout.strip()
                break
        else:
            print(f"skipped Python 3.{minor}: it is not on this machine")


def environments(wheel: Path, sdist: Path) -> Iterator[Environment]:
    found = list(pythons())
    mine, number = found[0]
    for archive in (wheel, sdist):
        for share in ("core", "full"):
            for oldest in (True, False):
                yield Environment(mine, number, archive, share, oldest)
    if shutil.which("java"):
        for oldest in (True, False):
            yield Environment(mine, number, wheel, "spark", oldest)
    else:
        print("skipped Spark: there is no Java on this machine")
    for python, other in found[1:]:
        for share in ("core", "full"):
            yield Environment(python, other, wheel, share, False)


def check(all_of_them: Iterable[Environment]) -> dict[str, str]:
    """Each environment that failed, and what was said."""
    failed = {}
    for made in all_of_them:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            try:
                python = installed(made, folder / "env")
                said = f"{smoke(python, made.share, folder).splitlines()[-1]}; {versions(python)}"
            except RuntimeError as error:
                failed[str(made)] = str(error)
                said = "FAILED"
        print(f"{made!s:32} {time.monotonic() - begun:4.0f} s  {said}", flush=True)
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description="Try a release in empty environments.")
    parser.add_argument("--only", default="", help="words that the name of an environment holds, such as 'core oldest'")
    only = parser.parse_args().only.split()
    with tempfile.TemporaryDirectory() as name:
        wheel, sdist = build(Path(name))
        print(f"built {wheel.name} and {sdist.name}")
        failed = {f"metadata: {fault}": "" for fault in faults_of_metadata(wheel)}
        failed |= check(e for e in environments(wheel, sdist) if all(word in str(e) for word in only))
    for what, said in failed.items():
        print(f"\n--- {what}\n{said.rstrip()}")
    print(f"\n{len(failed)} failed" if failed else "\neverything passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
