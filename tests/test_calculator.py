"""The calculator page in a real browser: what a person does, what the library answers."""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import threading
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import date
from importlib import util
from pathlib import Path
from typing import Any

import pytest

import chuanngheo as cn

ROOT = Path(__file__).parent.parent
CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
DAY = date(2026, 3, 1)

_LACKING = [what for what, there in (
    ("Chromium", Path(CHROMIUM).exists()), ("npm", shutil.which("npm")), ("playwright", util.find_spec("playwright")),
) if not there]  # fmt: skip
pytestmark = pytest.mark.skipif(
    bool(_LACKING) and not os.environ.get("CHUANNGHEO_CI"), reason=f"needs {', '.join(_LACKING)}"
)


def raw_html(lang: str) -> str:
    """The block of the documents' page, letter by letter."""
    page = (ROOT / "docs" / lang / "calculator.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```\{raw\} html\n(.*?)^```$", page, re.M | re.S)
    return str(block)


def slug(heading: str) -> str:
    """The id that Sphinx makes of a heading."""
    plain = unicodedata.normalize("NFKD", heading.casefold().replace("đ", "d")).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    broken: set[str]
    folder: Path


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        if any(self.path.endswith(name) for name in self.server.broken):
            self.send_error(404)
        else:
            super().do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("site")
    spec = util.spec_from_file_location("calculator_package", ROOT / "docs" / "site" / "calculator" / "package.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.package(folder / "calculator")
    for lang in ("vi", "en"):
        (folder / lang).mkdir()
        text = f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        # The documents give a heading's section the heading's name, as here: no element of ours may have it.
        page = (ROOT / "docs" / lang / "calculator.md").read_text(encoding="utf-8")
        heads = re.findall(r"^##? (.+)$", page, re.M)
        first, *later = (f'<section id="{slug(h)}"><h1>{h}</h1>' for h in heads)
        text += '<link rel="icon" href="data:,"><title>t</title><body>'
        text += f"{first}{raw_html(lang)}{''.join(f'{s}</section>' for s in later)}</section></body></html>"
        (folder / lang / "calculator.html").write_text(text, encoding="utf-8")

    def handler(*args: Any) -> Handler:
        return Handler(*args, directory=str(folder))

    server = Server(("127.0.0.1", 0), handler)
    server.broken, server.folder = set(), folder
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


RESTORE = """fragment => new Promise(done => {
    history.replaceState(null, "", location.pathname);
    addEventListener("hashchange", () => done(), {once: true});
    location.hash = fragment;
})"""


class Visit:
    """One page; what went wrong behind it is looked at when it closes."""

    def __init__(self, browser: Any, site: Server, **how: Any) -> None:
        self.host = f"http://127.0.0.1:{site.server_address[1]}"
        self.context = browser.new_context(**how)
        self.page = self.context.new_page()
        self.page.set_default_timeout(90_000)
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.errors.append(str(e)))
        self.context.on(
            "request", lambda r: None if r.url.startswith((self.host, "data:", "blob:")) else self.foreign.append(r.url)
        )

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        self.context.close()
        if kind is None:
            self.looked_at()

    def open(self, lang: str = "vi", fragment: str = "") -> Visit:
        self.page.goto(f"{self.host}/{lang}/calculator.html{fragment}")
        return self.ready()

    def ready(self) -> Visit:
        self.page.wait_for_selector('#chuanngheo-calculator[data-state="ready"]', state="attached")
        return self

    def begin(self, **answers: object) -> Visit:
        """Answers so far, as a link carries them; the page stays open."""
        parts = {"day": DAY, **{k if k in ("day", "place") else k.replace("_is_", "."): v for k, v in answers.items()}}
        self.page.evaluate(RESTORE, "#" + "&".join(f"{k}={v}" for k, v in parts.items()))
        return self.ready()

    def looked_at(self) -> None:
        assert not self.errors
        assert not self.foreign

    # --- what a person does -----------------------------------------------------------------------

    def day(self, day: date) -> None:
        self.page.fill("#calc-day", day.isoformat())
        self.page.wait_for_function(
            "d => document.querySelector('[data-part=body]').innerText.includes(d)", arg=applies(day)
        )

    def area(self, text: str) -> None:
        self.page.locator('[data-part="start"]').get_by_label(text, exact=True).check()
        self.ready()

    def asked(self, text: str) -> None:
        self.page.locator("legend.calc-ask", has_text=text).wait_for()

    def answer(self, question: str, said: str) -> None:
        self.asked(question)
        form = self.page.locator('[data-part="question"]')
        if form.locator("#calc-number").count():
            form.locator("#calc-number").fill(said)
        else:
            form.get_by_label(said, exact=True).check()
        form.locator("button[type=submit]").click()
        self.ready()

    def category(self, wanted: str) -> None:
        self.page.wait_for_selector(f'.calc-class[data-category="{wanted}"]')

    def shown(self, part: str = "result") -> str:
        return str(self.page.locator(f'[data-part="{part}"]').inner_text())


def applies(day: date) -> str:
    return cn.applicable(day).exact_id


@pytest.fixture(scope="module")
def opened(browser: Any, site: Server) -> Iterator[Visit]:
    """The page in Vietnamese, once for all tests: starting Python takes seconds."""
    with Visit(browser, site).open() as visit:
        yield visit


@pytest.fixture
def visit(opened: Visit) -> Iterator[Visit]:
    yield opened
    opened.looked_at()


INCOME = "Thu nhập bình quân đầu người một tháng là bao nhiêu?"


def test_a_flow_by_mouse_in_vietnamese(visit: Visit) -> None:
    visit.begin(day="2013-01-01")
    visit.day(DAY)
    visit.area("Nông thôn")
    visit.answer(INCOME, "1.500.000")
    for _ in range(3):
        visit.asked("Hộ có thiếu hụt về")
        label = visit.page.locator("legend.calc-ask").inner_text()
        visit.answer(label, "Có thiếu hụt")
    visit.category("poor")
    text = visit.shown()
    flags = dict.fromkeys(("deprived_employment", "deprived_dependency", "deprived_nutrition"), True)
    wanted = cn.assess({"area": "rural", "income_per_person": 1_500_000, **flags}, on=DAY)
    assert "Hộ nghèo" in text
    assert wanted.standard.classes["poor"].cite.words in text
    assert "Kết quả tính toán theo tiêu chí, không thay thế quyết định công nhận của cơ quan có thẩm quyền." in text
    for flip in wanted.flips():
        assert flip.text("vi").casefold() in text.casefold()
    assert wanted.standard.exact_id in text
    assert cn.DATA_VERSION in text
    assert cn.__version__ in text
    assert "Từ ngày 01/01/2027" in text  # the next change known


def test_the_law_speaks_beside_an_indicator(visit: Visit) -> None:
    visit.begin(a_is_area="rural", a_is_income_per_person="1000000")
    visit.asked("Hộ có thiếu hụt về việc làm không?")
    cite = cn.standard("vn-2022").indicators["employment"].cite
    assert cite is not None
    assert cite.words in visit.shown("question")
    assert cite.label("vi") in visit.shown("question")


@pytest.mark.parametrize("amount", [1_500_000, 1_500_001, 2_250_000, 2_250_001])
def test_at_the_line_and_one_dong_above(visit: Visit, amount: int) -> None:
    visit.begin(a_is_area="rural", a_is_deprivations=3, w_is_deprivations="whole")
    visit.answer(INCOME, str(amount))
    wanted = cn.assess({"area": "rural", "income_per_person": amount, "deprivations": 3}, on=DAY).category
    assert wanted is not None
    visit.category(wanted)


def test_a_flow_by_keyboard_alone(visit: Visit) -> None:
    visit.begin()
    keys = visit.page.keyboard
    visit.page.evaluate("document.activeElement.blur()")
    for _ in range(12):  # the day has three parts, then the standard, then the area
        keys.press("Tab")
        if visit.page.evaluate("document.activeElement.name") == "start-area":
            break
    keys.press("Space")
    visit.ready()
    assert "nông thôn" in visit.shown("answered")
    assert visit.page.evaluate("document.activeElement.name") == "start-area"
    keys.press("Tab")
    assert visit.page.evaluate("document.activeElement.id") == "calc-number"
    keys.type("1400000")
    visit.page.wait_for_function(
        "document.querySelector('#calc-read').innerText.includes('1.400.000 đồng/người/tháng')"
    )
    keys.press("Enter")
    for n in range(3):
        visit.ready()
        assert visit.page.evaluate("document.activeElement.name") == "answer"  # the focus moved to the new question
        label = visit.page.locator("legend.calc-ask").inner_text()
        keys.press("Space")
        keys.press("Enter")
        if n < 2:
            visit.page.locator("legend.calc-ask").filter(has_not_text=label).wait_for()
    visit.category("poor")
    assert visit.page.evaluate("document.activeElement.tagName") == "H2"
    assert "Hộ nghèo" in visit.shown("said")


def test_do_not_know_leaves_it_open_and_says_what_would_settle_it(visit: Visit) -> None:
    visit.begin(day="1998-06-01", a_is_area="rural", a_is_terrain="?")
    visit.answer(INCOME, "60000")
    visit.page.wait_for_selector(".calc-undetermined")
    text = visit.shown()
    wanted = cn.assess({"area": "rural", "income_per_person": 60_000}, on=date(1998, 6, 1))
    assert wanted.status == "undetermined"
    for name in wanted.possible:
        assert wanted.standard.classes[name].label("vi") in text
    assert "Cần biết thêm" in text
    assert "địa hình" in text.casefold()
    assert not visit.page.locator("legend.calc-ask").count()
    # The answer can be changed, and then it is decided.
    visit.page.get_by_role("button", name="Sửa: địa hình").click()
    visit.answer("Chọn địa hình", "Miền núi, hải đảo")
    visit.category("not_poor")


def test_what_cannot_be_read_is_asked_again(visit: Visit) -> None:
    visit.begin(a_is_area="urban")
    visit.answer(INCOME, "2 triệu rưỡi")
    error = visit.page.locator("#calc-error")
    error.filter(has_text="chưa viết thành chữ số").wait_for()
    assert visit.page.get_by_role("button", name="2.500.000 đồng/người/tháng").is_visible()
    visit.answer(INCOME, "vài triệu")
    error.filter(has_text="không đọc được").wait_for()
    assert "Chỉ viết chữ số" in error.inner_text()
    assert visit.page.locator("#calc-number").get_attribute("aria-invalid") == "true"
    visit.answer(INCOME, "700.000")
    error.filter(has_text="hai cách").wait_for()
    visit.page.get_by_role("button", name="700.000 đồng/người/tháng").click()
    visit.asked("Hộ có thiếu hụt về")
    assert "700.000 đồng/người/tháng" in visit.shown("answered")


def test_nothing_chosen_is_no_answer(visit: Visit) -> None:
    visit.begin(a_is_area="urban", a_is_income_per_person="1")
    visit.asked("việc làm")
    visit.page.locator('[data-part="question"] button[type=submit]').click()
    visit.page.locator("#calc-error", has_text="Chọn một câu trả lời.").wait_for()


def test_a_day_that_nothing_covers_says_what_is_covered(visit: Visit) -> None:
    visit.begin(day="2040-01-01")
    text = visit.shown("outside")
    assert "01/01/2040" in text
    for standard in cn.standards():
        assert standard.title["vi"] in text


def test_a_local_standard_can_be_chosen(visit: Visit) -> None:
    visit.begin(day="2024-03-01")
    local = cn.applicable(date(2024, 3, 1), "vn-22")
    visit.page.select_option("#calc-place", label=local.title["vi"])
    visit.page.wait_for_function(
        "i => document.querySelector('[data-part=title]').innerText.includes(i)", arg=local.exact_id
    )
    visit.area("Thành thị")
    visit.answer(INCOME, "9.000.000")
    visit.category("not_poor")


def test_income_by_its_parts(visit: Visit) -> None:
    visit.begin(day="2007-01-01", a_is_area="urban")
    visit.asked(INCOME)
    assert cn.facts()["income"].labels["vi"] in visit.shown("question")
    visit.page.get_by_role("button", name="Trả lời theo từng phần").click()
    visit.answer("Thu nhập của hộ trong 12 tháng qua là bao nhiêu?", "21.840.000")
    visit.answer("Số nhân khẩu là bao nhiêu?", "7")
    visit.category("poor")


def test_a_link_restores_the_answers(visit: Visit, browser: Any, site: Server) -> None:
    visit.begin(a_is_area="rural")
    visit.answer(INCOME, "4.000.000")
    visit.category("not_poor")
    visit.page.get_by_role("button", name="Chép liên kết").click()
    link = visit.page.locator(".calc-linktext").input_value()
    visit.page.get_by_role("button", name="Làm lại từ đầu").click()
    visit.ready().asked(INCOME)
    assert visit.page.locator('[data-part="answered"]').is_hidden()
    with Visit(browser, site) as other:
        other.page.goto(link)
        other.ready().category("not_poor")
        assert "4.000.000 đồng/người/tháng" in other.shown("answered")


def test_the_english_page(browser: Any, site: Server) -> None:
    with Visit(browser, site).open("en", f"#day={DAY}") as visit:
        visit.area("Urban")
        visit.answer("What is the income a person a month?", "3,000,001")
        visit.category("not_poor")
        text = visit.shown()
        assert "Computed from the criteria; it does not replace recognition by the competent authority." in text
        assert "Household in none of these classes" in text


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_it_stands_in_its_own_place_in_the_page(browser: Any, site: Server, lang: str) -> None:
    with Visit(browser, site).open(lang, f"#day={DAY}&a.area=rural&a.income_per_person=4000000") as visit:
        page = visit.page
        visit.category("not_poor")
        ids = page.eval_on_selector_all("[id]", "found => found.map(f => f.id)")
        assert sorted(ids) == sorted(set(ids))
        assert slug("Calculator" if lang == "en" else "Công cụ tính") in ids
        body = page.locator("#chuanngheo-calculator.calculator > [data-part=body]")
        assert page.locator("[data-part=body]").count() == body.count() == 1
        wanted = {"vi": "Kết quả", "en": "Result"}[lang]
        assert body.locator("[data-part=result] h2").inner_text() == wanted
        after = page.locator("section section h1").first.bounding_box()
        assert body.bounding_box()["y"] < after["y"]
        assert body.locator(".calc-card").first.evaluate("e => getComputedStyle(e).borderRadius") != "0px"


def test_a_phone_shows_all_of_it(browser: Any, site: Server) -> None:
    fragment = f"#day={DAY}&a.area=rural&a.income_per_person=1000000&a.deprivations=3&w.deprivations=whole"
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    with Visit(browser, site, **phone).open(fragment=fragment) as visit:
        visit.category("poor")
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
        visit.page.get_by_role("button", name="Sửa: thu nhập").tap()
        visit.asked(INCOME)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
        heights = visit.page.eval_on_selector_all(
            ".calc-button, .calc-choice", "found => found.map(f => f.offsetHeight)"
        )
        assert min(heights) >= 44  # as high as a finger is wide


@pytest.mark.parametrize("name", ["pyodide.asm.wasm", "files.json", "worker.js"])
def test_a_file_that_does_not_load_is_told(browser: Any, site: Server, name: str) -> None:
    site.broken.add(name)
    try:
        visit = Visit(browser, site)
        visit.page.goto(f"{visit.host}/vi/calculator.html")
        visit.page.wait_for_selector('#chuanngheo-calculator[data-state="failed"]')
        assert "Công cụ tính không tải được." in visit.shown("failed")
        assert f"không tải được tệp {name}" in visit.shown("failed")
        assert not visit.foreign
        site.broken.discard(name)
        visit.page.get_by_role("button", name="Thử lại").click()
        visit.ready()
        assert visit.page.locator('[data-part="failed"]').is_hidden()
        visit.context.close()
    finally:
        site.broken.discard(name)


def test_a_page_that_is_loaded_again_or_gone_back_to_goes_on(browser: Any, site: Server) -> None:
    with Visit(browser, site).open("vi", f"#day={DAY}&a.area=rural") as visit:
        visit.answer(INCOME, "4.000.000")
        visit.category("not_poor")
        assert (
            "#" not in visit.page.url
        )  # the link's answers are not the last ones any more, and none stand in the address
        visit.page.reload()
        visit.ready().category("not_poor")
        visit.page.goto(f"{visit.host}/en/calculator.html#x")
        visit.page.go_back()
        visit.ready().category("not_poor")
        assert "4.000.000 đồng/người/tháng" in visit.shown("answered")
        visit.page.get_by_role("button", name="Làm lại từ đầu").click()
        visit.ready().asked(INCOME)
        visit.page.reload()
        visit.ready().asked(INCOME)


def test_a_day_taken_away_leaves_all_as_it_is(visit: Visit) -> None:
    visit.begin(a_is_area="rural", a_is_income_per_person="4000000")
    visit.category("not_poor")
    visit.page.fill("#calc-day", "")
    visit.page.locator("#calc-day-error", has_text="Hãy chọn một ngày").wait_for()
    visit.category("not_poor")
    assert visit.page.locator("#calc-place option").count() > 1
    visit.day(date(2025, 6, 1))
    assert not visit.shown("day-error")


def test_the_area_is_asked_in_one_place(visit: Visit) -> None:
    visit.begin(a_is_income_per_person="1800000", a_is_deprivations=3, w_is_deprivations="whole")
    visit.page.locator(".calc-wanted input[name=start-area]").first.wait_for()
    assert visit.page.locator('[data-part="question"]').is_hidden()
    visit.area("Thành thị")
    visit.category("poor")
    visit.page.get_by_role("button", name="Sửa: khu vực").click()
    visit.ready()
    assert visit.page.evaluate("document.activeElement.name") == "start-area"


def test_a_place_is_named_and_its_absence_said(visit: Visit) -> None:
    visit.begin(place="vn-79", a_is_area="rural", a_is_income_per_person="4000000")
    visit.category("not_poor")
    chosen = visit.page.locator("#calc-place option:checked")
    assert chosen.count() == 1
    assert chosen.inner_text().startswith("Thành phố Hồ Chí Minh (chưa tìm thấy chuẩn cho ngày này")
    assert "chưa tìm thấy chuẩn riêng của Thành phố Hồ Chí Minh" in visit.shown()
    assert "vn-79" not in visit.shown()


def test_what_is_not_confirmed_stands_under_the_class(visit: Visit) -> None:
    visit.begin(day="2027-03-01", a_is_area="rural", a_is_income_per_person="2500000")
    visit.category("not_poor")
    assert "Chưa đọc được: hộ có mức sống trung bình" in visit.page.locator(".calc-warning").inner_text()
    links = visit.page.eval_on_selector_all(
        ".calc-result a.calc-grade", "found => found.map(f => f.getAttribute('href'))"
    )
    assert "standards/vn-2027.html#vn-2027-lines" in links
    assert "standards/vn-2027.html#vn-2027-classes" in links


def test_a_script_that_does_not_load_is_told(browser: Any, site: Server) -> None:
    site.broken.add("calculator.js")
    try:
        visit = Visit(browser, site)
        visit.page.goto(f"{visit.host}/vi/calculator.html")
        visit.page.locator('[data-part="before"]', has_text="Công cụ tính không tải được.").wait_for()
        visit.context.close()
    finally:
        site.broken.discard("calculator.js")


def test_without_javascript_it_says_so(browser: Any, site: Server) -> None:
    with Visit(browser, site, java_script_enabled=False) as visit:
        visit.page.goto(f"{visit.host}/vi/calculator.html")
        assert "Công cụ tính cần JavaScript" in visit.page.inner_text("body")


def test_the_library_is_that_of_this_checkout(site: Server) -> None:
    listed = json.loads((site.folder / "calculator" / "files.json").read_text(encoding="utf-8"))
    library = zipfile.ZipFile(site.folder / "calculator" / listed["wheels"][0])
    for room in sorted((ROOT / "src" / "chuanngheo").glob("*.py")):
        assert library.read(f"chuanngheo/{room.name}") == room.read_bytes()
    assert library.read("chuanngheo/standards/DATA_VERSION").decode().strip() == cn.DATA_VERSION
    for name, size in listed["bytes"].items():
        assert (site.folder / "calculator" / name).stat().st_size == size


def test_nothing_of_it_names_another_host() -> None:
    for file in (ROOT / "docs" / "site" / "calculator").iterdir():
        if file.is_file():
            assert "//" not in re.sub(r"(?m)^\s*//|\s// .*$", "", file.read_text(encoding="utf-8")), file.name
