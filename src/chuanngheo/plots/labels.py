"""The words of the pictures in both languages, and numbers as a reader of each writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from ..catalogue import facts, shipped
from ..explaining import number_text, unit_text
from ..model import LANGUAGES, Text
from ..version import data_version

if TYPE_CHECKING:
    from ..answering import Standard

UNDETERMINED, NO_CLASS = "undetermined", "no_class"

WORDS: dict[str, dict[str, str]] = {
    "vi": {
        # titles
        "ladder": "Các mức chuẩn theo thời gian", "incomes": "Phân bố thu nhập và các mức chuẩn",
        "transitions": "Hộ chuyển giữa các loại", "deprivations": "Tỷ lệ thiếu hụt theo chỉ số",
        "contributions": "Đóng góp của từng chỉ số vào M0", "measures": "Các thước đo nghèo",
        # what a number is
        "survey estimate": "Ước lượng từ điều tra mẫu, có quyền số", "administrative count": "Số liệu hành chính, đếm mọi hộ",
        "unweighted sample": "Mẫu không có quyền số, không suy rộng",
        "synthetic population": "DÂN SỐ GIẢ, không phải ước lượng",
        "person": "người", "household": "hộ", "of_person": "Đơn vị: người", "of_household": "Đơn vị: hộ", "of_child": "Đơn vị: trẻ em",
        "standard": "Chuẩn", "data_version": "Bản dữ liệu pháp luật", "hypothetical": "GIẢ ĐỊNH, không phải quy định",
        "rows": "Số hộ trong bảng", "unknown": "chưa biết", "all": "tất cả", "yes": "có", "no": "không",
        # the ladder
        "everywhere": "mọi khu vực", "area": "Khu vực", "grade_d": "Nét đứt, ký hiệu rỗng: mức D, số tiền hoặc ngày áp dụng chưa được xác nhận",
        "log": "Thang logarit", "continued": "Tiếp tục áp dụng", "real": "theo giá năm", "no_prices": "Không có chỉ số giá, không vẽ",
        "year": "năm", "nominal": "Mức tiền danh nghĩa, không quy theo giá", "converted": "Mức tiền của từng năm, quy về giá năm", "rounded": "số ghi làm tròn đến nghìn đồng", "index": "Chỉ số giá", "grade": "mức xác nhận", "what_if": "giả định",
        "rice_apart": "Chuẩn tính bằng gạo vẽ riêng, vì không phải đồng",
        # distributions
        "income_axis": "Thu nhập bình quân đầu người", "named": "{}: phân bố và các mức chuẩn", "share_of_person": "Tỷ trọng số người (%)", "share_of_household": "Tỷ trọng số hộ (%)", "below_axis": "dưới trục",
        "above_axis": "trên trục", "no_income": "thu nhập bằng 0 hoặc âm", "unknown_income": "thu nhập chưa biết", "not_drawn": "Không vẽ",
        # transitions
        "from": "Loại trước", "to": "Loại sau", "total": "tổng", UNDETERMINED: "chưa xác định được",
        NO_CLASS: "không thuộc loại nào", "of_all": "Ô: phần trăm của tất cả; trong ngoặc, số hộ trong bảng",
        "hatched": "Gạch chéo: chưa xác định được", "stay": "Khung đậm: không đổi loại",
        # deprivations and contributions
        "at_least": "ít nhất (%)", "ranges": "Hai số: cận dưới và cận trên khi có dữ liệu chưa biết; ô gạch chéo, màu theo cận dưới",
        "certain": "Màu theo tỷ lệ", "indicator": "Chỉ số", "contribution_axis": "phần đóng góp vào M0 (%)",
        "uncertain": "Có dữ liệu chưa biết: vẽ cận dưới và cận trên của từng phần, không cộng chồng được",
        "not_known": "? : không có số liệu", "parts": "Số đậm: chỉ số trong danh mục; số dưới: phần trăm",
        # measures
        "bounds": "Thanh dày: cận dưới đến cận trên do dữ liệu chưa biết", "interval": "Vạch mảnh có chân: khoảng tin cậy",
        "point": "Chấm: giá trị chắc chắn", "no_interval": "Không có khoảng tin cậy",
    },
    "en": {
        "ladder": "The lines over time", "incomes": "Distribution of income and the lines",
        "transitions": "Households moving between classes", "deprivations": "Deprivation rates by indicator",
        "contributions": "Contribution of each indicator to M0", "measures": "Measures of poverty",
        "survey estimate": "Survey estimate, weighted", "administrative count": "Administrative count of every household",
        "unweighted sample": "Sample without weights, stands for itself alone",
        "synthetic population": "SYNTHETIC population, no estimate",
        "person": "persons", "household": "households", "of_person": "Unit: persons", "of_household": "Unit: households", "of_child": "Unit: children",
        "standard": "Standard", "data_version": "Legal data", "hypothetical": "HYPOTHETICAL, not law",
        "rows": "Households in the table", "unknown": "not known", "all": "all", "yes": "yes", "no": "no",
        "everywhere": "every area", "area": "Area", "grade_d": "Dashed, hollow: grade D, the amount or its days are not confirmed",
        "log": "Logarithmic scale", "continued": "Continued through", "real": "at prices of", "no_prices": "No price index, not drawn",
        "year": "year", "nominal": "Nominal amounts, not adjusted for prices", "converted": "Amounts of each year at prices of", "rounded": "written amounts are rounded to thousands", "index": "Price index", "grade": "grade", "what_if": "hypothetical",
        "rice_apart": "Lines in rice stand apart, since they are not đồng",
        "income_axis": "Income a person", "named": "{}: distribution and the lines", "share_of_person": "Share of persons (%)", "share_of_household": "Share of households (%)", "below_axis": "below the axis",
        "above_axis": "above the axis", "no_income": "income zero or negative", "unknown_income": "income not known", "not_drawn": "Not drawn",
        "from": "Class before", "to": "Class after", "total": "total", UNDETERMINED: "undetermined",
        NO_CLASS: "no class by the words", "of_all": "Cells: percent of all; in brackets, households in the table",
        "hatched": "Hatched: undetermined", "stay": "Bold frame: same class",
        "at_least": "at least (%)", "ranges": "Two numbers: lower and upper bound where something is not known; hatched, shade of the lower bound",
        "certain": "Shade: rate", "indicator": "Indicator", "contribution_axis": "contribution to M0 (%)",
        "uncertain": "Something is not known: lower and upper bound of each part, which cannot be stacked",
        "not_known": "? : no number", "parts": "Bold number: indicator of the list; below it: percent",
        "bounds": "Thick bar: lower to upper bound, from what is not known", "interval": "Thin line with feet: confidence interval",
        "point": "Dot: a certain value", "no_interval": "No confidence interval",
    },
}  # fmt: skip

# Measures of the tidy table; the second is whether it is a share, to be read in percent.
MEASURES: dict[str, tuple[Text, bool]] = {
    "headcount": ({"vi": "Tỷ lệ nghèo", "en": "Headcount rate"}, True),
    "poverty_gap": ({"vi": "Khoảng cách nghèo", "en": "Poverty gap"}, True),
    "squared_gap": ({"vi": "Khoảng cách nghèo bình phương", "en": "Squared poverty gap"}, True),
    "severity": ({"vi": "Mức độ trầm trọng của nghèo", "en": "Severity of poverty"}, True),
    "watts": ({"vi": "Chỉ số Watts", "en": "Watts index"}, False),
    "sen": ({"vi": "Chỉ số Sen", "en": "Sen index"}, False),
    "gini": ({"vi": "Hệ số Gini", "en": "Gini coefficient"}, False),
    "H": ({"vi": "H: tỷ lệ nghèo đa chiều", "en": "H: multidimensional headcount rate"}, True),
    "A": ({"vi": "A: cường độ thiếu hụt", "en": "A: intensity"}, True),
    "M0": ({"vi": "M0: tỷ lệ nghèo điều chỉnh", "en": "M0: adjusted headcount rate"}, False),
    "uncensored_headcount": ({"vi": "Tỷ lệ thiếu hụt, tất cả", "en": "Deprivation rate, everybody"}, True),
    "censored_headcount": ({"vi": "Tỷ lệ nghèo và thiếu hụt", "en": "Rate of being poor and deprived"}, True),
    "absolute_contribution": ({"vi": "Phần trong M0", "en": "Part of M0"}, False),
    "share": ({"vi": "Tỷ trọng", "en": "Share"}, True),
    "contribution": ({"vi": "Đóng góp vào M0", "en": "Contribution to M0"}, True),
    "population_share": ({"vi": "Tỷ trọng dân số", "en": "Population share"}, True),
}


def language(lang: str) -> str:
    """The language, or a ``ValueError`` as everywhere in the library."""
    if lang not in LANGUAGES:
        raise ValueError(f"{lang!r} is not a language here; allowed: {', '.join(LANGUAGES)}")
    return lang


def decimal_text(value: float, places: int, lang: str) -> str:
    """``12,5`` in Vietnamese, ``12.5`` in English; thousands apart."""
    text = f"{value:,.{places}f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


def percent_text(low: float | None, high: float | None, lang: str, places: int = 1) -> str:
    """A share of one in percent: ``12,5``; bounds as ``12,0-18,0``; ``?`` where there is no number.

    Bounds that look alike when rounded are still shown as two, so that they are not taken for certain.
    """
    if low is None or high is None:
        return "?"
    text = decimal_text(100 * low, places, lang)
    return text if low == high else f"{text}-{decimal_text(100 * high, places, lang)}"


def measure_text(name: str, lang: str) -> tuple[str, bool]:
    """The label of a measure, and whether it is read in percent; a name that is not known stays as it is.

    >>> measure_text("gini", "en")
    ('Gini coefficient', False)
    """
    if name in MEASURES:
        text, share = MEASURES[name]
        return text[lang], share
    if name.startswith("fgt"):
        return "FGT" + name[len("fgt") :].replace("_", " "), False
    return class_labels(lang).get(name, name), name in class_labels(lang)


def group_text(column: str, value: Any, lang: str) -> str:
    """A group as a reader names it: codes of known facts by their labels, other values as they are."""
    if value is None:
        return WORDS[lang]["unknown"]
    if isinstance(value, bool):
        return WORDS[lang]["yes" if value else "no"]
    fact = facts().get(column)
    if fact is not None and value in fact.codes:
        return fact.codes[value][lang]
    return class_labels(lang).get(value, value) if isinstance(value, str) else str(value)


def column_text(column: str, lang: str) -> str:
    """The label of a column: that of the fact whose name it has, else the name itself."""
    fact = facts().get(column)
    return column if fact is None else fact.label(lang)


@cache
def class_labels(lang: str) -> dict[str, str]:
    """The label of every class of the shipped standards, and of what is no class."""
    found = {c.name: c.label(lang) for s in shipped().versions() for c in s.classes.values()}
    return {**found, NO_CLASS: WORDS[lang][NO_CLASS], UNDETERMINED: WORDS[lang][UNDETERMINED]}


@cache
def class_order() -> tuple[str, ...]:
    """Every class of the shipped standards, most deprived first; what is no class comes last."""
    order: list[str] = []
    for std in reversed(shipped().versions()):
        names = list(std.classes)
        for place, name in enumerate(names):
            if name not in order:
                after = next((order.index(n) for n in names[place + 1 :] if n in order), len(order))
                order.insert(after, name)
    return (*order, NO_CLASS, UNDETERMINED)


def cell_text(codes: Iterable[tuple[str, str]], lang: str) -> str:
    """The place a cell of a line is for: ``nông thôn, đồng bằng``."""
    said = [group_text(fact, code, lang) for fact, code in codes]
    return ", ".join(said) or WORDS[lang]["everywhere"]


def ground_notes(standards: Sequence[Standard], lang: str) -> list[str]:
    """The exact names of the standards and of the data; what is hypothetical is said first."""
    words, notes = WORDS[lang], []
    supposed = [s.exact_id for s in standards if s.hypothetical]
    if supposed:
        notes.append(f"{words['hypothetical']}: {', '.join(supposed)}")
    names = ", ".join(dict.fromkeys(s.exact_id for s in standards))
    notes.append(
        "; ".join([f"{words['standard']}: {names}"] * bool(names) + [f"{words['data_version']}: {data_version()}"])
    )
    return notes


__all__ = [
    "MEASURES", "NO_CLASS", "UNDETERMINED", "WORDS", "cell_text", "class_labels", "class_order", "column_text",
    "decimal_text", "ground_notes", "group_text", "language", "measure_text", "number_text", "percent_text", "unit_text",
]  # fmt: skip
