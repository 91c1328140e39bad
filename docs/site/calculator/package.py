"""What the calculator page needs, in one folder that any web server can serve: ``package(out)``.

Python for the browser (Pyodide, as its package for npm), this library and the two packages it
stands on as wheels, and the page's own script, worker and styles. The page asks no other host.
``python docs/site/calculator/package.py OUT`` does the same by hand.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
CACHE = ROOT / "build" / "calculator-parts"

OWN = ("calculator.js", "worker.js", "calculator.css")
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
PURE = ("attrs", "PyYAML")  # what the library stands on, without compiled parts


def package(out: Path) -> None:
    """Write every file of the calculator into ``out``, which is made anew.

    Needs npm and pip, and their indexes the first time; what they brought is kept under ``build/``.
    Raises :class:`SystemExit` with what to do where one of them is missing or brings something else.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    runtime, wheels = _runtime(), [_library(), *(_pure(name) for name in PURE)]
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as made:
        new = Path(made) / "calculator"
        (new / "pyodide").mkdir(parents=True)
        for file in RUNTIME:
            shutil.copyfile(runtime / file, new / "pyodide" / file)
        for wheel in wheels:
            shutil.copyfile(wheel, new / wheel.name)
        for own in OWN:
            shutil.copyfile(HERE / own, new / own)
        loaded = [*(new / "pyodide" / f for f in RUNTIME[2:]), *(new / w.name for w in wheels)]
        files = {
            "wheels": [w.name for w in wheels],
            "bytes": {f.relative_to(new).as_posix(): f.stat().st_size for f in loaded},
        }
        (new / "files.json").write_text(json.dumps(files, indent=1) + "\n", encoding="utf-8")
        shutil.rmtree(out, ignore_errors=True)
        new.rename(out)


def _run(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            [str(c) for c in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise SystemExit(
            f"calculator: {command[0]} is not installed; install it, or build with --no-calculator"
        ) from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-2000:]
        raise SystemExit(f"calculator: {' '.join(map(str, command))} failed\n{said}")
    return done.stdout


def _runtime() -> Path:
    """The folder of Pyodide's files, from its package for npm at the version and hash that are pinned."""
    pin = json.loads((HERE / "pyodide.json").read_text(encoding="utf-8"))
    folder = CACHE / f"pyodide-{pin['version']}"
    if folder.is_dir():
        return folder
    with tempfile.TemporaryDirectory(dir=CACHE) as made:
        _run("npm", "pack", f"pyodide@{pin['version']}", "--pack-destination", made, "--silent", cwd=Path(made))
        (archive,) = Path(made).glob("*.tgz")
        method, _, wanted = pin["integrity"].partition("-")
        found = base64.b64encode(hashlib.new(method, archive.read_bytes()).digest()).decode()
        if found != wanted:
            raise SystemExit(f"calculator: {archive.name} is not the file that is pinned: {method}-{found}")
        with tarfile.open(archive) as tar:
            tar.extractall(made, filter="data")
        _move(Path(made) / "package", folder)
    return folder


def _library() -> Path:
    """This library as a wheel, from the checkout as it is now."""
    with tempfile.TemporaryDirectory(dir=CACHE) as made:
        _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", made)
        (wheel,) = Path(made).glob("*.whl")
        place = CACHE / wheel.name
        wheel.replace(place)
    return place


def _pure(name: str) -> Path:
    """A package that the library stands on, at the version of ``constraints.txt``, as a wheel for any machine."""
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    found = re.search(rf"^{name}==(\S+)$", pins, re.MULTILINE)
    if found is None:
        raise SystemExit(f"calculator: constraints.txt pins no version of {name}")
    ready = list(CACHE.glob(f"{name.lower()}-{found[1]}-*.whl"))
    if ready:
        return ready[0]
    with tempfile.TemporaryDirectory(dir=CACHE) as made:
        _run(
            sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-binary", "pyyaml", "--wheel-dir", made,
            f"{name}=={found[1]}", env={"PYYAML_FORCE_LIBYAML": "0"},
        )  # fmt: skip
        (wheel,) = Path(made).glob("*.whl")
        if not wheel.name.endswith("-none-any.whl"):
            raise SystemExit(f"calculator: {wheel.name} holds compiled parts, which a browser cannot run")
        place = CACHE / wheel.name.lower()
        wheel.replace(place)
    return place


def _move(made: Path, place: Path) -> None:
    """Put a folder in its place; another build may have been faster with the same."""
    try:
        made.rename(place)
    except OSError:
        if not place.is_dir():
            raise


if __name__ == "__main__":
    package(Path(sys.argv[1]).resolve())
