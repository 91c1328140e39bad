"""The site of the documents: built without a warning, and used in a real browser."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

import chuanngheo as cn

ROOT = Path(__file__).parent.parent
SITE = ROOT / "docs" / "site"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
IN_CI = bool(os.environ.get("CHUANNGHEO_CI"))
WITH_CALCULATOR = IN_CI or shutil.which("npm") is not None
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site in both languages; the calculator's files too where npm is there to bring them."""
    out = tmp_path_factory.mktemp("built") / "site"
    command = [sys.executable, str(SITE / "build.py"), "--out", str(out)]
    if not WITH_CALCULATOR:
        command.append("--no-calculator")
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-8000:]
    return out


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if not Path(CHROMIUM).exists():
        if IN_CI:
            pytest.fail(f"there is no {CHROMIUM}; the site has to be opened in a browser here")
        pytest.skip(f"there is no {CHROMIUM} to open the site in")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, served: str) -> Iterator[Any]:
    """A page of which nothing goes wrong: no error of a script, no failed request, no other host."""
    found = browser.new_page(viewport={"width": 1280, "height": 900})
    wrong: list[str] = []
    left: set[str] = set()  # what a page that one leaves has not yet got

    def asked(request: Any) -> None:
        if not request.url.startswith((served, "data:", "blob:")):
            wrong.append(f"asks another host: {request.url}")

    def failed(request: Any) -> None:
        (left.add if request.failure == "net::ERR_ABORTED" else wrong.append)(
            f"failed: {request.url} {request.failure}"
        )

    found.on("request", asked)
    found.on("requestfailed", failed)
    found.on("response", lambda r: wrong.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
    found.on("console", lambda m: wrong.append(f"console: {m.text}") if m.type in ("error", "warning") else None)
    found.on("pageerror", lambda e: wrong.append(f"script: {e}"))
    yield found
    found.close()
    assert not wrong


def search(page: Any, words: str) -> list[str]:
    """The pages found, in their order."""
    box = page.locator("input.sidebar-search")
    box.fill(words)
    with page.expect_navigation():  # else the summary of the search before may be read
        box.press("Enter")
    page.wait_for_function("document.querySelector('.search-summary')?.innerText")
    hrefs = page.eval_on_selector_all("ul.search > li > a", "links => links.map(a => a.getAttribute('href'))")
    return list(dict.fromkeys(href.split("#")[0] for href in hrefs))


# --- in the browser -------------------------------------------------------------------------------


def test_the_start_page_leads_to_vietnamese_and_from_there_to_english(page: Any, served: str) -> None:
    page.goto(f"{served}/")
    page.wait_for_url("**/vi/index.html")
    assert page.get_attribute("html", "lang") == "vi"
    page.click(".sidebar-drawer .language-switch a")
    page.wait_for_url("**/en/index.html")
    assert page.get_attribute("html", "lang") == "en"
    page.goto(f"{served}/vi/semantics.html")
    page.click(".sidebar-drawer .language-switch a")
    page.wait_for_url("**/en/semantics.html")
    page.goto(f"{served}/vi/standards/vn-2022.html")
    page.click(".sidebar-drawer .language-switch a")
    page.wait_for_url("**/en/standards/vn-2022.html")
    page.goto(f"{served}/en/mutants.html")  # English alone: the start page of the other language
    page.click(".sidebar-drawer .language-switch a")
    page.wait_for_url("**/vi/index.html")


def test_the_start_page_needs_no_script(browser: Any, served: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/")
    page.wait_for_url("**/vi/index.html")
    assert page.locator("article h1").inner_text().startswith("chuanngheo")
    context.close()


def test_search_in_vietnamese_with_and_without_diacritics(page: Any, served: str) -> None:
    page.goto(f"{served}/vi/index.html")
    found = search(page, "chuẩn nghèo")
    assert "standards/vn-2022.html" in found
    for words in ("chuan ngheo", "CHUẨN NGHÈO", "chuẩn nghèo"):  # the last in two characters a letter
        assert sorted(search(page, words)) == sorted(found), words
    assert "for-officials.html" in search(page, "can bo ra soat")
    assert not search(page, "khôngcótừnàynhưthế")
    assert "Không tìm thấy" in page.locator(".search-summary").inner_text()
    search(page, "thieu hut nguon nuoc")
    excerpts = " ".join(page.locator("ul.search p.context").all_inner_texts()).lower()
    assert "nước" in excerpts
    first = page.locator("ul.search > li > a").first
    title = first.inner_text().split(" > ")[0]
    first.click()
    page.wait_for_selector("article h1")
    assert title in page.locator("article h1").inner_text()


def test_the_browser_folds_words_as_the_index_does(page: Any, served: str) -> None:
    fold = module("vietnamese_search").fold
    words = "Đồng bằng sông Cửu Long, Thừa Thiên Huế; hộ nghèo, ĐẮK LẮK, Nghị định 07/2021/NĐ-CP, naïve, Ω, ½"
    page.goto(f"{served}/vi/search.html")
    assert page.evaluate("text => foldVietnamese(text)", words) == fold(words)
    assert fold("Đắk Lắk") == "dak lak"


SAID = "1.500.000 đồng, 1,500,000; 7.807,6123 và 1_500_000, 07/2021/NĐ-CP, vn-2022, 0.453, Bạn thế nào"


def test_the_browser_finds_the_words_that_the_index_has(page: Any, served: str) -> None:
    words = module("vietnamese_search").words_of(SAID)
    assert words.count("_1500000") == 3
    page.goto(f"{served}/vi/search.html")
    assert page.evaluate("text => splitQuery(text)", SAID) == words


def test_a_sum_is_found_however_it_is_grouped(page: Any, served: str) -> None:
    for lang, written in (("vi", ["1.500.000", "1500000"]), ("en", ["1,500,000", "1500000"])):
        page.goto(f"{served}/{lang}/index.html")
        for words in written:
            assert "standards/vn-2022.html" in search(page, words)[:5], (lang, words)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_standards_come_first(page: Any, served: str, lang: str) -> None:
    page.goto(f"{served}/{lang}/index.html")
    assert page.locator("article h1").count() == 1
    assert search(page, "vn-2022")[0] == "standards/vn-2022.html"
    assert page.locator("article h1").count() == 1
    found = search(page, "hộ cận nghèo")
    assert found[0].startswith("standards/vn-")
    assert "standards/vn-2022.html" in found[:5]
    assert "standards/vn-2022.html" in search(page, "khoang cach" if lang == "vi" else "ho can ngheo")


def test_search_in_english(page: Any, served: str) -> None:
    page.goto(f"{served}/en/index.html")
    assert "comparing.html" in search(page, "comparing standards")
    assert "api/chuanngheo.html" in search(page, "Standard.assess")
    page.locator("ul.search > li > a", has_text="assess").first.click()
    page.wait_for_selector("article h1")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_page_of_a_standard_says_what_the_library_says(page: Any, served: str, lang: str) -> None:
    page.goto(f"{served}/{lang}/standards/index.html")
    page.locator("article a[href*='vn-2022.html']").first.click()
    page.wait_for_selector("article h1")
    std = cn.standard("vn-2022")
    line = std.line("poverty_line", area="rural")
    row = page.locator("article table tr", has_text="poverty_line").first.inner_text()
    digits = f"{int(line):,}"
    assert (digits if lang == "en" else digits.replace(",", ".")) in row
    assert line.cite.label(lang) in " ".join(row.split())
    text = page.locator("article").inner_text()
    for name in ("poor", "near_poor", "average"):
        assert std.classes[name].label(lang) in text
    assert std.exact_id.split("@")[0] in page.locator("article h1").inner_text()


@pytest.mark.skipif(not WITH_CALCULATOR, reason="the calculator is brought by npm, which is not here")
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_calculator_is_one_click_away_and_asks(page: Any, served: str, lang: str) -> None:
    page.goto(f"{served}/{lang}/index.html")
    page.locator("article a[href='calculator.html']").first.click()
    page.wait_for_selector("#chuanngheo-calculator input, #chuanngheo-calculator select", timeout=120_000)


def test_vietnamese_pages_have_vietnamese_words_around_them(page: Any, served: str) -> None:
    page.goto(f"{served}/vi/semantics.html")
    assert page.get_attribute("input.sidebar-search", "placeholder") == "Tìm kiếm"
    around = page.evaluate("""() => {
        document.querySelector("article").remove();
        const labels = [...document.querySelectorAll("[aria-label]")].map(e => e.getAttribute("aria-label"));
        return document.body.innerText + labels.join(" ");
    }""")
    assert "trong trang này" in around.lower()
    assert f"chuanngheo {cn.__version__}" in around
    assert cn.DATA_VERSION in around
    for english in ("Search", "On this page", "Next", "Previous", "Toggle", "Skip to", "Back to top", "Contents"):
        assert english not in around, english


IN_BOTH = ["index", "tables", "errors", "measures", "command-line", "standards/index", "standards/vn-2022", "citations", "search", "notebooks/03-2022-against-2027", "where-the-law-does-not-say"]  # fmt: skip
ON_A_PHONE = [
    *((lang, name) for name in IN_BOTH for lang in ("vi", "en")),
    ("en", "api/chuanngheo"),
    ("en", "contributing"),
]


@pytest.mark.parametrize(("lang", "name"), ON_A_PHONE)
def test_a_page_fits_a_phone_and_wide_tables_scroll(page: Any, served: str, lang: str, name: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{served}/{lang}/{name}.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator(".language-switch-top a").is_visible()
    cut = page.evaluate(
        """width => [...document.querySelectorAll("article table, article pre")].filter(e => {
        if (!e.offsetParent || e.getBoundingClientRect().right <= width) return false;
        for (let box = e; box && box.tagName != "ARTICLE"; box = box.parentElement)
            if (["auto", "scroll"].includes(getComputedStyle(box).overflowX)) return false;
        return true;
    }).map(e => e.innerText.slice(0, 80))""",
        PHONE["width"],
    )
    assert not cut


# --- without a browser ----------------------------------------------------------------------------


class Built(HTMLParser):
    """What a page is made of: its ids, its links, and what it loads by itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link":
            self.loads.append(given["href"])
        elif "src" in given:
            self.loads.append(given["src"])


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[Path, Built]:
    return {path: Built(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}


def test_every_link_leads_somewhere(site: Path, pages: dict[Path, Built]) -> None:
    assert len(pages) > 100
    broken = []
    for path, page in pages.items():
        for link in [*page.links, *page.loads]:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto", "data", "javascript"):
                continue
            target = Path(os.path.normpath(path.parent / unquote(parts.path))) if parts.path else path
            if not WITH_CALCULATOR and target.is_relative_to(site / "calculator"):
                continue
            anchor = unquote(parts.fragment)
            if not target.is_file():
                broken.append(f"{path.relative_to(site)}: {link}")
            elif anchor and target in pages and anchor not in pages[target].ids:
                broken.append(f"{path.relative_to(site)}: {link} (no such place)")
    assert not broken, "\n".join(broken)


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[Path, Built]) -> None:
    for path, page in pages.items():
        for load in page.loads:
            assert not urlsplit(load).netloc, f"{path.relative_to(site)} loads {load}"
    for path in site.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert not re.findall(r"url\(\s*['\"]?(?:https?:)?//|@import\s+['\"]?(?:https?:)?//", text), path.name


def test_a_build_leaves_nothing_of_this_machine(site: Path) -> None:
    assert not list((site / "vi").rglob(".buildinfo"))
    for lang in ("vi", "en"):
        assert str(ROOT) not in (site / lang / "index.html").read_text(encoding="utf-8")
        assert str(ROOT) not in (site / lang / "searchindex.js").read_text(encoding="utf-8")


# --- the links that are rewritten -----------------------------------------------------------------


def module(name: str) -> ModuleType:
    """A file of ``docs/site``, which is no package."""
    spec = importlib.util.spec_from_file_location(name, SITE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize(
    ("lang", "place", "written", "made"),
    [
        ("vi", "tables.md", "[a](errors.md#cn014)", "[a](errors.md#cn014)"),
        ("vi", "tables.md", "[a\nb](../en/errors.md#cn014)", '<a href="../en/errors.html#cn014">a\nb</a>'),
        ("vi", "a/b.md", "[`a`](../../en/c.md)", '<a href="../../en/c.html">`a`</a>'),
        ("en", "tables.md", "[a](../examples/local.yaml)", "[a](examples/local.yaml)"),
        ("en", "tables.md", "![a](../pictures/ladder_vi.png)", "![a](pictures/ladder_vi.png)"),
        ("en", "tables.md", "[a](../../CONTRIBUTING.md#x)", "[a](contributing.md#x)"),
        ("vi", "tables.md", "[a](../../CONTRIBUTING.md)", '<a href="../en/contributing.html">a</a>'),
        ("en", "tables.md", "[a](../../LICENSE)", "[a](files/LICENSE)"),
        ("en", "tables.md", "[a](../../standards)", "a"),
        ("en", "tables.md", "[a](https://example.org/x.md)", "[a](https://example.org/x.md)"),
        ("en", "tables.md", "```text\n[a](../vi/b.md)\n```", "```text\n[a](../vi/b.md)\n```"),
    ],
)
def test_links_of_pages_become_links_of_the_site(
    tmp_path: Path, lang: str, place: str, written: str, made: str
) -> None:
    links = module("build").Links(lang, tmp_path)
    assert links.rewrite(f"x\n{written}\ny\n", f"docs/{lang}/{place}", place) == f"x\n{made}\ny\n"
    assert (tmp_path / "files" / "LICENSE").exists() == ("LICENSE" in written)
