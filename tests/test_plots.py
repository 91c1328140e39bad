"""Pictures: what is drawn are the numbers, in the words of one language, without a row of a household."""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chuanngheo as cn
from chuanngheo import measures as ms
from chuanngheo import plots as pt
from chuanngheo.plots import paper
from chuanngheo.plots.incomes import _bars, _edges
from chuanngheo.plots.labels import MEASURES, WORDS, class_order, percent_text

STD = cn.standard("vn-2022")
WHAT_IF = STD.reform(poverty_line={"rural": 2_000_000})
SECRET = "HGĐ-17-0042"  # no key, weight or income of a household may be in a chart
ODD = 1_234_567


@cache
def homes() -> pl.DataFrame:
    """Classified households: 600 of three groups, with unknown areas of knowledge."""
    rng = np.random.default_rng(7)
    n = 600
    area = ["rural" if i % 3 else "urban" for i in range(n)]
    data: dict[str, Any] = {
        "household_id": [f"{SECRET}-{i}" for i in range(n)],
        "area": area,
        "income_per_person": [None if i % 60 == 0 else 0 if i % 97 == 0 else ODD + int(v) for i, v in enumerate(rng.lognormal(13.5, 0.8, n))],
        "household_size": [int(v) for v in rng.integers(1, 8, n)],
        "wt": [round(float(v), 4) + 0.00001234 for v in rng.uniform(50, 900, n)],
    }  # fmt: skip
    for k, name in enumerate(STD.indicators):
        unknown = name in ("nutrition", "water")
        data[f"deprived_{name}"] = [
            None if unknown and i % 11 == k else bool(v < 0.05 + 0.03 * k) for i, v in enumerate(rng.uniform(size=n))
        ]
    return pl.DataFrame(data)


DESIGN = ms.survey("wt", persons="household_size")
MATRIX = pl.DataFrame({
    "from": ["poor", "poor", "near_poor", "average", "not_poor", "undetermined"],
    "to": ["poor", "near_poor", "poor", "undetermined", "not_poor", "poor"],
    "households": [120, 34, 7, 50, 780, 9],
    "weighted": [1000.0, 500.0, 100.0, 400.0, 8000.0, 0.0],
})  # fmt: skip
TABLE = pl.DataFrame({
    "area": ["rural", "urban"] * 3, "measure": ["headcount"] * 2 + ["gini"] * 2 + ["fgt_2"] * 2,
    "low": [0.213, 0.08, 0.38, 0.41, 0.01, 0.02], "high": [0.213, 0.12, 0.38, 0.41, 0.01, 0.02],
    "ci_low": [0.19, 0.06, 0.36, 0.39, 0.009, 0.01], "ci_high": [0.236, 0.14, 0.40, 0.43, 0.011, 0.03],
    "unit": ["person"] * 6, "data": ["survey estimate"] * 6,
})  # fmt: skip


@cache
def counted(unknown: str = "drop") -> Any:
    weights = ms.equal_weights(STD)
    return ms.alkire_foster(homes(), DESIGN, weights=weights, k="3/12", by="area", unit="person", unknown=unknown)


class Tenth:
    """A price index of a land where prices rise by a tenth every year from 1998 to 2020."""

    def convert(self, amount: Any, from_year: int, to_year: int) -> Fraction:
        if not 1998 <= from_year <= 2020:
            raise LookupError(from_year)
        return Fraction(amount) * Fraction(11, 10) ** (to_year - from_year)


LINES = [cn.standard(n) for n in ("vn-1998", "vn-2001", "vn-2016", "vn-2022")]
PICTURES: dict[str, Callable[[str], Any]] = {
    "ladder": lambda lang: pt.ladder(lang=lang),
    "ladder_real": lambda lang: pt.ladder(lang=lang, prices=Tenth(), to_year=2010),
    "ladder_what_if": lambda lang: pt.ladder([STD, WHAT_IF], lang=lang),
    "incomes": lambda lang: pt.income_distribution(homes(), DESIGN, lines=LINES, lang=lang),
    "incomes_linear": lambda lang: pt.income_distribution(homes(), DESIGN, lines=[STD], scale="linear", unit="household", lang=lang),
    "incomes_by": lambda lang: pt.income_distribution(homes(), DESIGN, lines=LINES, by="area", lang=lang),
    "transitions": lambda lang: pt.transitions(MATRIX, standards=[cn.standard("vn-2016"), STD], data="survey estimate", lang=lang),
    "deprivations": lambda lang: pt.deprivations(homes(), STD, DESIGN, by="area", lang=lang),
    "deprivations_rows": lambda lang: pt.deprivations(homes().with_columns(xa=pl.int_range(pl.len()) % 9), STD, DESIGN, by="xa", lang=lang),
    "contributions": lambda lang: pt.contributions(counted(), STD, by="area", lang=lang),
    "contributions_open": lambda lang: pt.contributions(counted("bounds"), STD, by="area", lang=lang),
    "measures": lambda lang: pt.measures(TABLE, by="area", standards=[WHAT_IF], lang=lang),
}  # fmt: skip
ALL = [(name, lang) for name in PICTURES for lang in ("vi", "en")]


@cache
def picture(name: str, lang: str) -> Any:
    return PICTURES[name](lang)


@cache
def spec(name: str, lang: str) -> Any:
    return picture(name, lang).to_dict()


# --- reading a picture --------------------------------------------------------------------------------


def rows(chart: Any) -> list[dict[str, Any]]:
    """Every row of data in a chart, each once."""
    spec = chart if isinstance(chart, dict) else chart.to_dict()
    found: list[dict[str, Any]] = [r for rows in spec.get("datasets", {}).values() for r in rows]

    def walk(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            values = node.get("data", {}).get("values") if isinstance(node.get("data"), dict) else None
            yield from values or ()
            for key, value in node.items():
                if key not in ("data", "datasets"):
                    yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    found += walk(spec)
    return [json.loads(t) for t in dict.fromkeys(json.dumps(r, sort_keys=True) for r in found)]


@cache
def words(name: str, lang: str) -> tuple[str, ...]:
    """The texts that are drawn, in the order of the picture."""
    import vl_convert as vlc

    drawn = spec(name, lang)
    svg = vlc.vegalite_to_svg(drawn, vl_version=".".join(drawn["$schema"].rsplit("/v", 1)[1].split(".")[:2]))
    texts = re.findall(r"<(?:text|tspan)[^>]*>([^<]+)<", svg)
    return tuple(t.replace("&lt;", "<").replace("&amp;", "&") for t in texts)


Box = tuple[float, float, float, float]


def boxes(name: str, lang: str) -> tuple[list[tuple[str, Box]], float, float]:
    """Every line of text with about the room it takes, and the width and height of the picture."""
    import vl_convert as vlc

    drawn = spec(name, lang)
    whole = vlc.vegalite_to_scenegraph(drawn, vl_version=".".join(drawn["$schema"].rsplit("/v", 1)[1].split(".")[:2]))
    found: list[tuple[str, Box]] = []

    def place(item: dict[str, Any], x: float, y: float) -> None:
        lines = item["text"] if isinstance(item["text"], list) else [item["text"]]
        size, step = item.get("fontSize", 11), item.get("lineHeight", item.get("fontSize", 11) + 2)
        for i, line in enumerate(lines):
            wide = len(line) * size * 0.48  # narrower than most texts are: what overlaps here does so on paper
            left = item.get("dx", 0) - {"left": 0, "center": wide / 2, "right": wide}[item.get("align", "left")]
            base = {"top": 0, "middle": -size / 2, "bottom": -size}.get(item.get("baseline", "alphabetic"), -size * 0.8)
            top = item.get("dy", 0) + base + i * step
            corners = (left, top + 1, left + wide, top + size * 0.85)
            if item.get("angle", 0) % 360 == 270:
                corners = (corners[1], -corners[2], corners[3], -corners[0])
            found.append((line, (x + corners[0], y + corners[1], x + corners[2], y + corners[3])))

    def walk(node: Any, x: float, y: float) -> None:
        for item in node.get("items", []):
            here = (x + item.get("x", 0), y + item.get("y", 0))
            if node.get("marktype") == "text":
                if item.get("text") and item.get("opacity", 1) and item.get("stroke") is None:
                    place(item, *here)
            elif node.get("marktype") == "group":
                for inner in item.get("items", []):
                    walk(inner, *here)

    walk(whole["scenegraph"], *whole["origin"])
    return found, whole["width"], whole["height"]


def decoded(png: bytes) -> np.ndarray:
    """Pixels of a PNG of eight bits a channel, not interlaced."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, kind, _, _, interlace = struct.unpack(">IIBBBBB", png[16:29])
    assert (depth, interlace) == (8, 0)
    channels = {2: 3, 6: 4}[kind]
    place, body = 8, b""
    while place < len(png):
        length, name = struct.unpack(">I4s", png[place : place + 8])
        content = png[place + 8 : place + 8 + length]
        assert zlib.crc32(name + content) == struct.unpack(">I", png[place + 8 + length : place + 12 + length])[0]
        body += content if name == b"IDAT" else b""
        place += 12 + length
    raw, stride = zlib.decompress(body), width * channels
    before, made = bytearray(stride), []
    for y in range(height):
        mode, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
        for x in range(stride):
            a, b = (line[x - channels] if x >= channels else 0), before[x]
            c = before[x - channels] if x >= channels else 0
            if mode == 4:
                p = a + b - c
                near = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            else:
                near = (0, a, b, (a + b) // 2)[mode]
            line[x] = (line[x] + near) & 255
        made.append(np.frombuffer(bytes(line), dtype=np.uint8).reshape(width, channels))
        before = line
    return np.stack(made)


# --- every picture ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "lang"), ALL)
def test_a_picture_is_a_png_of_its_size_and_not_blank(name: str, lang: str) -> None:
    ppi = 40
    pixels = decoded(pt.to_png(picture(name, lang), ppi=ppi))
    height, width = (n / ppi * 2.54 for n in pixels.shape[:2])
    assert 10 < width < 17.6, "fits the text of an A4 page"
    assert 4 < height < 25.7
    grey = pixels[..., :3].astype(float) @ [0.299, 0.587, 0.114]
    assert grey[0, 0] == pytest.approx(255)
    assert grey.std() > 10
    third = len(grey) // 3
    assert all(part.std() > 5 for part in (grey[:third], grey[third : 2 * third], grey[2 * third :])), "drawn all over"


@pytest.mark.parametrize(("name", "lang"), ALL)
def test_no_text_is_cut_or_lies_on_another(name: str, lang: str) -> None:
    found, width, height = boxes(name, lang)
    assert len(found) > 15
    for text, (left, top, right, bottom) in found:
        slack = 1 + 0.15 * max(right - left, bottom - top)  # of an estimate by the number of letters
        assert left >= -slack, text
        assert top >= -slack, text
        assert right <= width + slack, text
        assert bottom <= height + slack, text
    for i, (text, a) in enumerate(found):
        for other, b in found[i + 1 :]:
            across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
            assert across <= 1 or down <= 1, (text, other)


@pytest.mark.parametrize("name", PICTURES)
def test_a_vietnamese_picture_has_no_english_word_and_the_other_way_round(name: str) -> None:
    english = {w.lower() for t in (*WORDS["en"].values(), *words(name, "en")) for w in re.findall(r"[A-Za-z]{4,}", t)}
    ids = {"hypothetical"}  # of the exact name of a what-if standard
    said = {w.lower() for t in words(name, "vi") for w in re.findall(r"[^\W\d_]{4,}", t)}
    assert not said & english - {"watts", "gini"} - ids
    foreign = {w for t in words(name, "en") for w in re.findall(r"[^\W\d_]+", t) if not w.isascii()}
    assert foreign <= {"đồng"}


@pytest.mark.parametrize(("name", "lang"), ALL)
def test_no_household_is_in_a_picture(name: str, lang: str) -> None:
    text = json.dumps(spec(name, lang), ensure_ascii=False)
    assert SECRET not in text
    assert "household_id" not in text
    assert len(rows(spec(name, lang))) < 450 < homes().height
    held = set(re.findall(r"\d+(?:\.\d+)?", text))
    incomes = {str(v) for v in homes()["income_per_person"].to_list() if v}
    weights = {str(v) for v in homes()["wt"].to_list()}
    assert len(incomes) > 500
    assert not held & (incomes | weights)


@pytest.mark.parametrize(("name", "lang"), ALL)
def test_a_picture_says_what_it_rests_on(name: str, lang: str) -> None:
    text = " ".join(words(name, lang))
    assert cn.DATA_VERSION in text
    for word in ("vn-2022@" if name not in ("ladder_real",) else "vn-2016@",):
        assert word in text
    if "ladder" not in name:
        assert WORDS[lang]["survey estimate"] in text
    assert (WORDS[lang]["hypothetical"] in text) is (name in ("ladder_what_if", "measures"))
    assert spec(name, lang)["description"]


def test_words_are_the_same_in_number_and_kind_in_both_languages() -> None:
    assert set(WORDS["vi"]) == set(WORDS["en"])
    assert all(set(text) == {"vi", "en"} for text, _ in MEASURES.values())
    assert WORDS["vi"].keys() >= {"survey estimate", "administrative count", "unweighted sample"}


# --- the ladder ---------------------------------------------------------------------------------------

PLACES = ({}, {"area": "urban"}, {"area": "rural"}, *({"area": "rural", "terrain": t} for t in ("plain", "midland", "mountain_island")))  # fmt: skip


def label(codes: dict[str, str], lang: str) -> str:
    return ", ".join(cn.facts()[f].codes[c][lang] for f, c in codes.items()) or WORDS[lang]["everywhere"]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_ladder_holds_the_lines_of_every_day(lang: str) -> None:
    drawn = rows(spec("ladder", lang))
    steps = [r for r in drawn if "amount" in r]
    seen = 0
    days = [date(y, m, d) for y in range(1993, 2031) for m, d in ((1, 1), (5, 26), (5, 27), (12, 31))]
    for day in days:
        here = [r for r in steps if r["from"] <= day.isoformat() <= r["to"]]
        expected = set()
        for name in ("poverty_line", "hunger_line", "near_poor_line", "average_line"):
            answered: list[dict[str, str]] = []  # with as few codes as the line needs
            for codes in PLACES:
                if any(a.items() <= codes.items() for a in answered):
                    continue
                try:
                    q = cn.line(name, on=day, **codes)
                except cn.NoStandard:
                    continue
                answered.append(codes)
                expected.add((label(codes, lang), int(q), q.grade, cn.applicable(day).exact_id))
        assert {(r["area"], r["amount"], r["grade"], r["standard"]) for r in here} == expected, day
        seen += len(expected)
    assert seen > 400


def test_the_ladder_shows_amounts_as_each_language_writes_them() -> None:
    assert "1.500.000" in words("ladder", "vi")
    assert "1,500,000" in words("ladder", "en")
    assert "nông thôn" in words("ladder", "vi")
    assert "rural" in words("ladder", "en")
    assert "vn-2016@1.2 (2021), vn-2022" in " ".join(words("ladder", "en"))


def test_grade_d_is_dashed_and_hollow() -> None:
    drawn = spec("ladder", "en")
    data = drawn.get("datasets", {})
    looks: dict[bool, set[str]] = {True: set(), False: set()}

    def walk(node: Any, above: Any = None) -> None:
        if isinstance(node, dict):
            mark, held = node.get("mark"), node.get("data", above)
            if isinstance(mark, dict) and mark.get("type") in ("rule", "point"):
                for row in held.get("values") or data[held["name"]]:
                    open_ = "strokeDash" in mark or mark.get("filled") is False
                    looks[row["grade"] == "D"].add(f"{mark['type']} {open_}")
            for value in node.values():
                walk(value, held)
        elif isinstance(node, list):
            for value in node:
                walk(value, above)

    walk(drawn)
    assert looks == {True: {"rule True", "point True"}, False: {"rule False", "point False"}}


def test_real_amounts_are_those_of_the_index_and_years_without_one_are_named() -> None:
    drawn = [r for r in rows(spec("ladder_real", "vi")) if "nominal" in r]
    assert {r["amount"] for r in drawn if r["standard"].startswith("vn-2006") and r["x"] == 2006} == {
        292_820,
        380_666,
    }  # 200,000 and 260,000 times 1.1 to the fourth
    assert max(r["x"] for r in drawn) == 2020
    assert "2021-2030" in " ".join(words("ladder_real", "vi"))
    for year in (None, 2021):
        with pytest.raises(cn.DataProblems, match="CN202"):
            pt.ladder(prices=Tenth(), to_year=year)


def test_a_what_if_stands_beside_the_law_and_only_where_it_differs() -> None:
    drawn = [r for r in rows(spec("ladder_what_if", "en")) if "amount" in r]
    supposed = {(r["area"], r["amount"]) for r in drawn if r["standard"] == WHAT_IF.exact_id}
    assert supposed == {("rural (hypothetical)", 2_000_000)}
    assert {r["amount"] for r in drawn if r["standard"] == STD.exact_id} == {1_500_000, 2_000_000, 2_250_000, 3_000_000}
    alone = {(r["area"], r["amount"]) for r in rows(pt.ladder([WHAT_IF], lang="en")) if "amount" in r}
    assert alone >= {("rural (hypothetical)", 2_000_000), ("urban (hypothetical)", 3_000_000)}


def test_a_province_stands_beside_the_country() -> None:
    local = cn.standards("vn-79")
    drawn = [r for r in rows(pt.ladder([*local, STD], lang="en")) if "amount" in r]
    assert {r["area"].split(" (")[1] for r in drawn if r["standard"] == STD.exact_id} == {"vn)"}
    mine = {(r["standard"].split("@")[0], r["amount"], r["text"]) for r in drawn if r["area"] == "every area (vn-79)"}
    assert ("vn-79-2009", 1_000_000, "1,000,000") in mine  # 12,000,000 đồng a year
    assert ("vn-79-2014", 16_000_000 / 12, "≈ 1,333,333") in mine
    yearly = {(s.id, int(s.line(n))) for s in local for n in ("poverty_line", "near_poor_line") if n in s.lines}
    assert {(name, round(12 * amount)) for name, amount, _ in mine} == yearly


# --- distributions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", ["log", "linear"])
@pytest.mark.parametrize("unit", ["person", "household"])
def test_bars_and_what_is_not_drawn_are_everybody(scale: str, unit: str) -> None:
    chart = pt.income_distribution(homes(), DESIGN, lines=[STD], scale=scale, unit=unit, lang="en")
    bars = [r for r in rows(chart) if "share" in r]
    weight = homes()["wt"] * (homes()["household_size"] if unit == "person" else 1)
    income = homes()["income_per_person"]
    for bar in bars:
        inside = ((income >= bar["x"]) & (income < bar["x2"])).fill_null(False)
        assert bar["share"] == pytest.approx(100 * weight.filter(inside).sum() / weight.sum())
    drawn = ((income >= bars[0]["x"]) & (income < bars[-1]["x2"])).fill_null(False)
    assert sum(b["share"] for b in bars) == pytest.approx(100 * weight.filter(drawn).sum() / weight.sum())
    said = chart.to_dict()["description"]
    unknown = 100 * weight.filter(income.is_null()).sum() / weight.sum()
    assert f"income not known {unknown:.1f} %" in said
    assert ("income zero or negative" in said) is (scale == "log"), "a zero has no place on a logarithmic axis"


def test_lines_of_a_group_are_its_own() -> None:
    drawn = pt.income_distribution(homes(), DESIGN, lines=[STD], by="area", lang="en").to_dict()
    panels = {p["title"]["text"]: p for p in drawn["vconcat"] if "title" in p}
    assert list(panels) == ["rural", "urban"]
    for name, amount in (("rural", 1_500_000), ("urban", 2_000_000)):
        (rule,) = [p for p in panels[name]["layer"] if p["mark"]["type"] == "rule"]
        held = rule["data"].get("values") or drawn["datasets"][rule["data"]["name"]]
        assert [r["x"] for r in held] == [amount] == [int(STD.line("poverty_line", area=name))]


@given(
    st.lists(st.one_of(st.none(), st.floats(-1e6, 1e9, allow_nan=False)), min_size=1, max_size=60),
    st.sampled_from(["log", "linear"]),
)
def test_no_income_is_lost_between_bars(incomes: list[float | None], scale: str) -> None:
    edges = _edges(1_000.0, 5_000_000.0, 40, scale)
    assert edges == sorted(set(edges))
    assert edges[0] <= 1_000 * 1.00001
    assert edges[-1] >= 5_000_000 * 0.99999
    made = pl.DataFrame(
        {"i": pl.Series(incomes, dtype=pl.Float64), "w": [1.0] * len(incomes), "g": [True] * len(incomes)}
    )
    bars, outside = _bars(made, edges)
    assert sum(b["share"] for b in bars) + sum(outside.values()) == pytest.approx(100)
    for bar in bars:
        inside = [i for i in incomes if i is not None and bar["x"] <= i < bar["x2"]]
        assert bar["share"] == pytest.approx(100 * len(inside) / len(incomes))


@pytest.mark.parametrize("kind", ["pandas", "pyarrow", "lazy"])
def test_any_kind_of_table_gives_the_same_picture(kind: str) -> None:
    frame = homes().drop("household_id")
    other = {"pandas": frame.to_pandas, "pyarrow": frame.to_arrow, "lazy": frame.lazy}[kind]()
    for draw in (
        lambda f: pt.income_distribution(f, DESIGN, by="area", lines=LINES),
        lambda f: pt.deprivations(f, STD, DESIGN, by="area"),
    ):
        assert rows(draw(other)) == rows(draw(frame))


def test_what_is_not_income_has_its_own_name() -> None:
    said = pt.income_distribution(homes(), DESIGN, label="Chi tiêu bình quân đầu người").to_dict()
    assert said["title"]["text"] == ["Chi tiêu bình quân đầu người: phân bố và các mức chuẩn"]
    assert WORDS["vi"]["income_axis"] not in json.dumps(said, ensure_ascii=False)
    assert "Chi tiêu bình quân đầu người (đồng/người/tháng)" in json.dumps(said, ensure_ascii=False)


def test_many_rows_are_no_matter() -> None:
    large = pl.concat([homes()] * 40)
    assert large.height > 5_000  # more than altair takes
    a, b = (pt.income_distribution(f, DESIGN, lines=[STD]) for f in (large, homes()))
    shares = [[r["share"] for r in rows(c) if "share" in r] for c in (a, b)]
    assert shares[0] == pytest.approx(shares[1])


# --- transitions --------------------------------------------------------------------------------------


def test_the_matrix_holds_every_pair_and_its_totals() -> None:
    drawn = {(r["from"], r["to"]): r for r in rows(spec("transitions", "en")) if "homes" in r}
    order = ["poor", "near_poor", "average", "not_poor", "undetermined", "total"]
    assert set(drawn) == {(a, b) for a in order for b in order}
    assert drawn["poor", "near_poor"]["share"] == 5.0
    assert drawn["poor", "near_poor"]["households"] == 34
    assert drawn["poor", "total"]["share"] == 15.0
    assert drawn["total", "poor"]["households"] == 136
    assert drawn["total", "total"]["share"] == 100.0
    assert drawn["average", "poor"]["text"] == "0"
    assert drawn["undetermined", "poor"]["text"] == "< 0.1 %", "nine households without weight are still households"
    assert {k for k, r in drawn.items() if r["kind"] == "open"} == {
        (a, b) for a in order[:-1] for b in order[:-1] if "undetermined" in (a, b)
    }


def test_undetermined_has_its_place_when_nobody_is() -> None:
    drawn = rows(pt.transitions(MATRIX.filter(pl.col("from") == pl.col("to"))))
    assert {r["households"] for r in drawn if r.get("from") == "undetermined"} == {0}


def test_a_matrix_says_itself_what_it_is() -> None:
    marked = MATRIX.with_columns(data=pl.lit("administrative count"), hypothetical=pl.lit(True))
    said = pt.transitions(marked, lang="en").to_dict()["description"]
    assert WORDS["en"]["administrative count"] in said
    assert WORDS["en"]["hypothetical"] in said


def test_transitions_of_a_comparison() -> None:
    table = pl.DataFrame({
        "area": ["rural", "rural", "urban", None], "income_per_person": [150_000, 90_000, 300_000, 120_000],
    })  # fmt: skip
    moves = cn.compare("vn-2001", "vn-2006").on(table.with_columns(terrain=pl.lit("plain")))
    chart = pt.transitions(moves, lang="en")
    drawn = {(r["from"], r["to"]): r["households"] for r in rows(chart) if "homes" in r}
    assert (
        drawn["not_poor", "poor"],
        drawn["poor", "poor"],
        drawn["not_poor", "not_poor"],
        drawn["undetermined", "poor"],
        drawn["total", "total"],
    ) == (1, 1, 1, 1, 4)
    said = chart.to_dict()["description"]
    assert WORDS["en"]["unweighted sample"] in said
    assert "vn-2001@" in said
    assert "vn-2006@" in said


def test_classes_are_in_the_order_of_the_standards() -> None:
    for std in cn.standards():
        places = [class_order().index(c) for c in std.classes]
        assert places == sorted(places), std.id
    assert class_order()[-2:] == ("no_class", "undetermined")


# --- deprivations, contributions, measures --------------------------------------------------------------


def test_deprivation_rates_are_bounds_over_what_is_unknown() -> None:
    drawn = {(r["group"], r["indicator"]): r for r in rows(spec("deprivations", "en")) if "unsure" in r}
    assert len(drawn) == 2 * len(STD.indicators)
    for area in ("rural", "urban"):
        part = homes().filter(pl.col("area") == area)
        for name, indicator in STD.indicators.items():
            row, flag = drawn[area, indicator.label("en")], part[f"deprived_{name}"]
            low, high = (part["wt"].filter(flag.fill_null(v)).sum() / part["wt"].sum() for v in (False, True))
            assert (row["low"], row["high"]) == (pytest.approx(low), pytest.approx(high))
            assert row["unsure"] is (flag.null_count() > 0)
            assert ("-" in row["text"]) is row["unsure"]


def test_rates_of_the_measures_are_drawn_as_they_are() -> None:
    indicators = counted("bounds").indicators
    for measure in ("uncensored_headcount", "censored_headcount"):
        drawn = {(r["group"], r["indicator"]): (r["low"], r["high"]) for r in rows(pt.deprivations(indicators, STD, by="area", measure=measure, lang="en")) if "unsure" in r}  # fmt: skip
        expected = {
            (a, STD.indicators[i.removeprefix("deprived_")].label("en")): (low, high)
            for a, i, low, high in indicators.filter(pl.col("measure") == measure)
            .select("area", "indicator", "low", "high")
            .rows()
        }
        assert drawn == expected
        assert len(drawn) == 24


def test_contributions_are_those_of_the_measure_and_stand_on_each_other() -> None:
    drawn = [r for r in rows(spec("contributions", "en")) if "middle" in r]
    table = counted().indicators.filter(pl.col("measure") == "contribution")
    for area in ("rural", "urban"):
        mine = [r for r in drawn if r["group"].startswith(area)]
        expected = dict(table.filter(pl.col("area") == area).select("indicator", "low").rows())
        assert [r["share"] for r in mine] == pytest.approx([100 * expected[f"deprived_{n}"] for n in STD.indicators])
        assert [r["start"] for r in mine[1:]] == pytest.approx([r["end"] for r in mine[:-1]])
        assert mine[-1]["end"] == pytest.approx(100)
    assert any(g.startswith("rural (M0 0.") for g in {r["group"] for r in drawn})


def test_contributions_with_bounds_are_not_stacked() -> None:
    drawn = rows(spec("contributions_open", "vi"))
    assert not [r for r in drawn if "middle" in r]
    bars = [r for r in drawn if "high" in r]
    assert len(bars) == 24
    assert any(r["low"] < r["high"] for r in bars)
    assert WORDS["vi"]["uncertain"] in " ".join(words("contributions_open", "vi"))


def test_measures_are_in_percent_where_they_are_shares() -> None:
    drawn = {(r["name"], r["group"]): r for r in rows(spec("measures", "en")) if "ci_low" in r}
    row = drawn["Headcount rate (%)", "urban"]
    assert [row[n] for n in ("ci_low", "low", "high", "ci_high")] == pytest.approx([6, 8, 12, 14])
    assert row["text"] == "8.0-12.0"
    assert drawn["Gini coefficient", "rural"]["text"] == "0.380"
    assert ("FGT 2", "rural") in drawn
    assert "8,0-12,0" in words("measures", "vi")


def test_measures_of_the_package_are_drawn() -> None:
    made = ms.headcount(homes(), DESIGN, income="income_per_person", line=1_500_000, poor_at_line=True, by="area")
    chart = pt.measures(made, by="area", lang="en")
    drawn = {r["group"]: (r["low"], r["high"]) for r in rows(chart) if "ci_low" in r}
    assert drawn == {
        a: (pytest.approx(100 * low), pytest.approx(100 * high))
        for a, low, high in made.select("area", "low", "high").rows()
    }
    assert WORDS["en"]["no_interval"] in chart.to_dict()["description"]
    shares = ms.classes(STD.classify(homes().select("area", "income_per_person")), ms.census())
    said = pt.measures(shares, lang="vi").to_dict()
    assert "hộ nghèo" in json.dumps(said, ensure_ascii=False)
    assert WORDS["vi"]["administrative count"] in said["description"]


# --- what cannot be drawn -----------------------------------------------------------------------------

WRONG: list[tuple[str, str, Callable[[], Any]]] = [
    ("CN201", "wt9", lambda: pt.income_distribution(homes(), ms.survey("wt9"), unit="household")),
    ("CN201", "thunhap", lambda: pt.income_distribution(homes(), DESIGN, income="thunhap")),
    ("CN201", "households", lambda: pt.transitions(MATRIX.drop("households"))),
    ("CN201", "low", lambda: pt.measures(TABLE.drop("low"))),
    ("CN202", "design", lambda: pt.income_distribution(homes(), None)),  # type: ignore[arg-type]
    ("CN202", "design", lambda: pt.deprivations(homes(), STD)),
    ("CN202", "persons", lambda: pt.income_distribution(homes(), ms.census())),
    ("CN202", "scale", lambda: pt.income_distribution(homes(), DESIGN, scale="sqrt")),
    ("CN202", "by", lambda: pt.measures(TABLE)),
    ("CN202", "by", lambda: pt.deprivations(homes(), STD, DESIGN, by=["area", "wt"])),  # type: ignore[arg-type]
    ("CN203", "rows", lambda: pt.transitions(MATRIX.clear())),
    ("CN203", "lines", lambda: pt.income_distribution(homes(), DESIGN, lines=[cn.standard("vn-1993")])),
    ("CN203", "lines", lambda: pt.ladder(lines=["poverty"])),
    ("CN203", "income", lambda: pt.income_distribution(homes().with_columns(income_per_person=pl.lit(None, pl.Int64)), DESIGN)),
    ("CN203", "indicators", lambda: pt.deprivations(homes().select("area", "wt"), STD, DESIGN, unit="household")),
    ("CN204", "weight", lambda: pt.income_distribution(homes().with_columns(wt=-pl.col("wt")), DESIGN)),
    ("CN204", "weight", lambda: pt.income_distribution(homes().with_columns(wt=pl.lit(None, pl.Float64)), DESIGN)),
    ("CN204", "income_per_person", lambda: pt.income_distribution(homes().with_columns(income_per_person=pl.lit("x")), DESIGN)),
    ("CN204", "truths", lambda: pt.deprivations(homes().with_columns(deprived_water=pl.lit(1)), STD, DESIGN)),
    ("CN204", "households", lambda: pt.transitions(MATRIX.with_columns(households=-pl.col("households")))),
    ("CN204", "order", lambda: pt.measures(TABLE.with_columns(low=pl.lit(0.9)), by="area")),
    ("CN204", "sum to one", lambda: pt.contributions(counted().indicators.filter(pl.col("indicator") != "deprived_water"), STD, by="area")),
    ("CN204", "more than once", lambda: pt.contributions(counted(), STD)),
]  # fmt: skip


@pytest.mark.parametrize(("code", "word", "draw"), WRONG)
def test_what_cannot_be_drawn_is_said(code: str, word: str, draw: Callable[[], Any]) -> None:
    with pytest.raises(cn.DataProblems) as caught:
        draw()
    assert code in {p.code for p in caught.value.problems}
    assert word in str(caught.value)


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(ValueError, match="allowed: vi, en"):
        pt.ladder(lang="fr")


def test_without_altair_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib

    def absent(name: str) -> Any:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(pt.MissingPackage, match=r"chuanngheo\[plot\]") as caught:
        pt.ladder()
    assert isinstance(caught.value, ImportError)
    assert caught.value.problems[0].code == "CN200"


def test_a_file_is_written(tmp_path: Any) -> None:
    chart = picture("measures", "vi")
    path = pt.save_png(chart, tmp_path / "a.png", ppi=30)
    assert path.read_bytes() == pt.to_png(chart, ppi=30)
    small, large = (struct.unpack(">I", pt.to_png(chart, ppi=p)[16:20])[0] for p in (30, 60))
    assert large == pytest.approx(2 * small, abs=2)


@given(st.floats(0, 1), st.floats(0, 1))
def test_bounds_never_look_certain(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert ("-" in percent_text(low, high, "vi")) is (low != high)


def test_shades_stay_apart_in_grey() -> None:
    def lightness(shade: str) -> float:
        return sum(w * int(shade[i : i + 2], 16) for w, i in ((0.299, 1), (0.587, 3), (0.114, 5)))

    first = [lightness(s) for s in paper.SHADES[:2]]  # rural and urban: the two that are always there
    assert abs(first[0] - first[1]) > 80
