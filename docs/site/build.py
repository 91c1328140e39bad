"""Build the documents as a site: ``python docs/site/build.py [--out build/site] [--lang vi] [--no-calculator]``.

Each language is a Sphinx site of its own. What it reads is put together first, under ``build/site-src``:
the pages of the language, the shared notebooks, pictures and examples, and a page for every standard.
Nothing is fetched. A warning is an error.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LANGUAGES = ("vi", "en")
SHARED = ("notebooks", "pictures", "examples")
CONTRIBUTING = "CONTRIBUTING.md"
_FENCED = re.compile(r"(^(`{3,})[^\n]*\n.*?^\2`*$)", re.M | re.S)
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^)\s#]+)(#[^)\s]*)?\)")

sys.path[:0] = [str(HERE), str(HERE / "calculator")]


# --- links -----------------------------------------------------------------------------------------


class Links:
    """What the links of the project's Markdown become in the site of one language.

    A page links to files of the project as they lie: ``../en/errors.md#cn014``, ``../examples/local.yaml``.
    """

    def __init__(self, lang: str, tree: Path) -> None:
        self.lang = lang
        self.tree = tree

    def rewrite(self, text: str, origin: str, place: str) -> str:
        """The text of the page ``origin`` (a path in the project), which stands at ``place`` in the site."""
        parts = _FENCED.split(text)  # text, fence, its ticks, text, ...
        for i in range(0, len(parts), 3):
            parts[i] = _LINK.sub(lambda m: self._one(m, origin, place), parts[i])
        return "".join(part for i, part in enumerate(parts) if i % 3 != 2)

    def _one(self, link: re.Match[str], origin: str, place: str) -> str:
        mark, words, target, anchor = link[1], link[2], link[3], link[4] or ""
        if "://" in target or target.startswith("mailto:"):
            return link[0]
        path = os.path.normpath(PurePosixPath(origin).parent / target)
        up = "../" * place.count("/")
        for lang in LANGUAGES:
            at = f"docs/{lang}/"
            if path == CONTRIBUTING:
                path = "docs/en/contributing.md"
            if path.startswith(at) and lang == self.lang:
                return f"{mark}[{words}]({up}{path.removeprefix(at)}{anchor})"
            if path.startswith(at):  # of the other site: Sphinx knows nothing of it, the link check does
                return f'<a href="{up}../{lang}/{path.removeprefix(at).removesuffix(".md")}.html{anchor}">{words}</a>'
        if path.startswith(tuple(f"docs/{room}/" for room in SHARED)):
            return f"{mark}[{words}]({up}{path.removeprefix('docs/')}{anchor})"
        if (ROOT / path).is_file():  # to be downloaded as it is
            copy = self.tree / "files" / (path + ".txt" if path.endswith(".md") else path)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, copy)
            return f"{mark}[{words}]({up}{copy.relative_to(self.tree).as_posix()})"
        return words if (ROOT / path).is_dir() else link[0]


# --- the tree that Sphinx reads ---------------------------------------------------------------------


def assemble(lang: str, tree: Path) -> None:
    """Put together under ``tree`` what Sphinx reads for one language."""
    from standard_pages import pages

    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    links = Links(lang, tree)
    for page in sorted((ROOT / "docs" / lang).rglob("*.md")):
        place = page.relative_to(ROOT / "docs" / lang).as_posix()
        _write(tree / place, links.rewrite(page.read_text("utf-8"), f"docs/{lang}/{place}", place))
    if lang == "en":
        text = (ROOT / CONTRIBUTING).read_text("utf-8")
        _write(tree / "contributing.md", links.rewrite(text, CONTRIBUTING, "contributing.md"))
    for place, text in pages(lang).items():
        _write(tree / place, text)
    for room in SHARED:
        ignored = shutil.ignore_patterns("__pycache__", "src", "build.py", ".ipynb_checkpoints")
        shutil.copytree(ROOT / "docs" / room, tree / room, ignore=ignored)
    notebooks = "\n".join(sorted(f"notebooks/{path.stem}" for path in (tree / "notebooks").glob("*.ipynb")))
    with (tree / "notebooks.md").open("a", encoding="utf-8") as file:
        file.write(f"\n```{{toctree}}\n:hidden:\n\n{notebooks}\n```\n")
    for page in (tree / "examples").rglob("*.md"):
        place = page.relative_to(tree).as_posix()
        text = links.rewrite(page.read_text("utf-8"), f"docs/{place}", place)
        _write(page, f"---\norphan: true\n---\n\n{text}")
    if (HERE / "locale" / lang).exists():
        words = tree / "locale" / lang / "LC_MESSAGES"
        shutil.copytree(HERE / "locale" / lang / "LC_MESSAGES", words)
        _words_for_scripts(words)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _words_for_scripts(folder: Path) -> None:
    """``sphinx.js``: the catalogue for the scripts of the pages, which read no other."""
    import json

    from babel.messages.pofile import read_po

    with (folder / "sphinx.po").open(encoding="utf-8") as file:
        catalogue = read_po(file, locale="vi")
    messages = {
        message.id[0] if isinstance(message.id, tuple) else message.id: message.string
        for message in catalogue
        if message.id
    }
    data = json.dumps({"locale": "vi", "messages": messages, "plural_expr": "0"}, ensure_ascii=False, sort_keys=True)
    _write(folder / "sphinx.js", f"Documentation.addTranslations({data});\n")


# --- building ---------------------------------------------------------------------------------------


def build(out: Path, languages: tuple[str, ...] = LANGUAGES, calculator: bool = True) -> int:
    """Build the languages side by side; the exit code is not 0 when one of them warned."""
    source = out.parent / f"{out.name}-src"
    shutil.rmtree(out, ignore_errors=True)
    for lang in LANGUAGES:  # both, for each links to the other
        assemble(lang, source / lang)
    running = [
        subprocess.Popen(
            [
                sys.executable,
                *f"-m sphinx -b html -W --keep-going -q -t {lang}".split(),
                *(
                    "-D",
                    f"locale_dirs={source / lang / 'locale'}",
                ),  # whole: Sphinx looks for scripts elsewhere otherwise
                *("-c", str(HERE), "-d", str(source / f"{lang}-doctrees"), str(source / lang), str(out / lang)),
            ],
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        for lang in languages
    ]
    try:
        if calculator:
            from package import package

            package(out / "calculator")
    finally:
        status = max(abs(process.wait()) for process in running)
    for lang in languages:
        shutil.rmtree(source / f"{lang}-doctrees", ignore_errors=True)
        (out / lang / ".buildinfo").unlink(missing_ok=True)
    shutil.copyfile(HERE / "start.html", out / "index.html")
    return status


def main() -> int:
    asked = argparse.ArgumentParser(description="Build the documents as a site.")
    asked.add_argument("--out", type=Path, default=ROOT / "build" / "site", help="where to (build/site)")
    asked.add_argument("--lang", choices=LANGUAGES, action="append", help="only this language")
    asked.add_argument("--no-calculator", action="store_true", help="leave out the calculator's files")
    given = asked.parse_args()
    status = build(given.out.resolve(), tuple(given.lang or LANGUAGES), not given.no_calculator)
    if not status:
        print(f"open {given.out / 'index.html'}, or: {Path(sys.executable).name} -m http.server -d {given.out}")
    return status


if __name__ == "__main__":
    sys.exit(main())
