"""Writes where-the-law-does-not-say.md of both languages from the audits of the shipped standards.

.venv/bin/python tests/holes.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import fill

import chuanngheo as cn
from chuanngheo.findings import household_text
from chuanngheo.model import LANGUAGES

DOCS = Path(__file__).parent.parent / "docs"
PAGES = {lang: DOCS / lang / "where-the-law-does-not-say.md" for lang in LANGUAGES}

HEAD = {
    "en": """\
# Where the law does not say

Places where the words of a standard leave a household without a class, put it into two, have two
senses, or rest on something that no form asks or no text was found for; each with its clause, the
smallest household that shows it, and what the library answers. The page is written from the audits
of all shipped standards ([how they work](audit.md)): `.venv/bin/python tests/holes.py` writes it
anew, and a test holds it up to date.

A question that was settled by an *interpretation* has a name. Its first sense below is the default;
`readings={"name": "sense"}` takes another. What the other sense would answer stands behind it. The
grade says how well the ground of the choice is known (A to D,
[as for figures](adding-a-standard.md)). "Deprived" is *thiếu hụt*.

```python
import chuanngheo as cn

edge = cn.audit("vn-2006").of("two_senses")[0]
print(edge.witness, *edge.answers)
```

```text
{'area': 'urban', 'income_per_person': 260000} poor not_poor
```
""",
    "vi": """\
# Những chỗ luật không nói rõ

Trang này kê những chỗ mà lời văn của một chuẩn để một hộ không thuộc loại nào, đặt hộ vào hai loại,
có hai nghĩa, hoặc dựa vào điều mà không biểu mẫu nào hỏi hay không tìm thấy văn bản; mỗi chỗ kèm
điều khoản, hộ nhỏ nhất cho thấy điều đó, và câu trả lời của thư viện. Trang được viết ra từ việc
kiểm tra mọi chuẩn đi kèm ([cách kiểm tra](audit.md)): lệnh `.venv/bin/python tests/holes.py`
viết lại trang, và có một phép thử giữ cho trang luôn đúng.

Câu hỏi đã được trả lời bằng một *cách hiểu* thì có tên. Nghĩa đứng đầu là nghĩa mặc định;
`readings={"tên": "nghĩa"}` chọn nghĩa khác. Kết quả theo nghĩa khác đứng ngay sau. Mức A đến D cho
biết căn cứ của lựa chọn được biết chắc đến đâu
([như đối với số liệu](adding-a-standard.md)).

```python
import chuanngheo as cn

edge = cn.audit("vn-2006").of("two_senses")[0]
print(edge.witness, *edge.answers)
```

```text
{'area': 'urban', 'income_per_person': 260000} poor not_poor
```
""",
}
SECTIONS = {
    "hole": {"en": "no class", "vi": "Không thuộc loại nào"},
    "overlap": {"en": "in two classes by the words", "vi": "Thuộc hai loại theo lời văn"},
    "form": {"en": "Not asked by the form", "vi": "Biểu mẫu không hỏi"},
    "row_missing": {"en": "Rows missing in a table", "vi": "Bảng thiếu dòng"},
    "between_rows": {"en": "Between the rows of a table", "vi": "Giữa hai dòng của bảng"},
    "row_unreached": {"en": "Rows of a table that nobody reaches", "vi": "Dòng của bảng không ai đạt tới"},
    "methods": {"en": "Two methods that can disagree", "vi": "Hai phương pháp có thể cho kết quả khác nhau"},
    "beside": {"en": "Marks that stand beside a class", "vi": "Đối tượng trùng với loại hộ"},
    "points_disagree": {"en": "Points that two forms give differently", "vi": "Điểm mà hai mẫu ghi khác nhau"},
    "band_gap": {"en": "Gaps between the rows of a score card", "vi": "Phiếu điểm hở giữa hai dòng"},
    "band_overlap": {"en": "Rows of a score card that overlap", "vi": "Dòng của phiếu điểm chồng nhau"},
    "band_unlisted": {"en": "Values without a row on a score card", "vi": "Giá trị không có dòng trên phiếu điểm"},
    "not_exclusive": {
        "en": "Exclusive rows of a score card that can hold together",
        "vi": "Dòng loại trừ nhau của phiếu điểm mà có thể cùng đúng",
    },
    "unsettled": {"en": "Left open by a text that was not found", "vi": "Để ngỏ vì văn bản chưa tìm thấy"},
    "idle": {"en": "Interpretations that change no answer", "vi": "Cách hiểu không đổi kết quả nào"},
    "input": {
        "en": "Indicators whose threshold was not read (taken as given)",
        "vi": "Chỉ số chưa đọc được ngưỡng (nhận số liệu cho sẵn)",
    },
}
WORDS = {
    "version": {"en": ", version {}", "vi": ", phiên bản {}"},
    "nothing": {"en": "Nothing found", "vi": "Không có gì"},
    "silent": {
        "en": "The audits of these standards found nothing of the kind: {}.",
        "vi": "Kiểm tra các chuẩn sau không thấy chỗ nào như vậy: {}.",
    },
    "as_in": {"en": "As in {}: {}.", "vi": "Như ở {}: {}."},
    "senses": {
        "en": "Senses: {}. Ground of the default: {} (grade {}).",
        "vi": "Các nghĩa: {}. Căn cứ của nghĩa mặc định: {} (mức {}).",
    },
    "with_no_class": {"en": "{}: with {} in {}; {}.", "vi": "{}: với {} thì {}; {}."},
    "is": {"en": "{}: {} is {}.", "vi": "{}: {} là {}."},
    "with_only": {"en": "{}, with {}.", "vi": "{}, với {}."},
    "with_other": {"en": "{}: {}; with {} {}.", "vi": "{}: {}; với {}: {}."},
    "with": {"en": " With {}.", "vi": " Với {}."},
    "settled": {"en": " Settled by `{} = {}`.", "vi": " Được quyết định bởi `{} = {}`."},
}
ANSWERS = {
    "no_class": {"en": "no class", "vi": "không thuộc loại nào"},
    "deprived": {"en": "deprived", "vi": "thiếu hụt"},
    "not deprived": {"en": "not deprived", "vi": "không thiếu hụt"},
    "unknown": {"en": "unknown", "vi": "không biết"},
    "undetermined": {"en": "undetermined", "vi": "chưa xác định"},
    "true": {"en": "true", "vi": "đúng"},
    "false": {"en": "false", "vi": "sai"},
}


def say(key: str, lang: str, *parts: object) -> str:
    return WORDS[key][lang].format(*parts)


def page(lang: str) -> str:
    lines = [HEAD[lang]]
    told: dict[tuple[object, ...], str] = {}
    standards = [f.standard for files in cn.shipped().shelf.values() for f in files]
    for std in sorted(
        standards,
        key=lambda s: (
            s.jurisdiction != "vn",
            s.jurisdiction,
            s.entity != "household",
            s.entity,
            s.applies[0].start,
            s.version,
        ),
    ):
        parts = list(of_standard(std, told, lang))
        if parts:
            other = "vi" if lang == "en" else "en"
            lines += [
                f"## `{std.id}`" + (say("version", lang, std.version) if std.version > 1 else ""),
                wrapped(f"{std.title[lang]} ({foreign(std.title[other], other, lang)})", ""),
                *parts,
            ]
    silent = [s.id for s in standards if not list(of_standard(s, {}, lang))]
    lines += [
        f"## {say('nothing', lang)}",
        wrapped(say("silent", lang, ", ".join(f"`{s}`" for s in dict.fromkeys(silent))), ""),
    ]
    return "\n\n".join(line.rstrip() for line in lines) + "\n"


def of_standard(std: cn.Standard, told: dict[tuple[object, ...], str], lang: str) -> Iterator[str]:
    findings = audit(std).findings
    same: dict[str, list[str]] = {}
    for name in std.interpretations:
        mine = [
            f
            for f in findings
            if f.kind in ("two_senses", "hole", "overlap")
            and f.closed_by is not None
            and name in (f.closed_by[0], f.about[0])
        ]
        key = (name, std.interpretations[name].question["en"], *((f.kind, f.about, f.answers) for f in mine))
        if mine and key in told:
            same.setdefault(told[key], []).append(name)
        elif mine:
            told[key] = f"`{std.id}`"
            yield question(std, name, mine, lang)
    for kind, titles in SECTIONS.items():
        title = titles[lang]
        found = [f for f in findings if f.kind == kind and (f.closed_by is None or kind not in ("hole", "overlap"))]
        key = (kind, *((f.about, f.texts["en"], f.answers) for f in found))
        if found and key in told:
            same.setdefault(told[key], []).append(title[0].lower() + title[1:])
        elif found:
            told[key] = f"`{std.id}`"
            yield section(std, kind, title, found, lang)
    for other, names in same.items():
        yield wrapped(say("as_in", lang, other, "; ".join(names)), "")


audit = cache(cn.audit)  # both languages tell the same findings


def question(std: cn.Standard, name: str, findings: list[cn.Finding], lang: str) -> str:
    asked = std.interpretations[name]
    other = "vi" if lang == "en" else "en"
    lines = [wrapped(f"**{name}.** {asked.question[lang]} ({foreign(asked.question[other], other, lang)})", "")]
    default, *others = sorted(asked.readings, key=lambda s: s != asked.default)
    senses = "; ".join(f"`{s}`: {asked.readings[s][lang]}" for s in [default, *others])
    lines.append(
        "\n".join(
            [wrapped(say("senses", lang, senses, asked.grounds[lang], asked.grade), "- ")]
            + [wrapped(effect(std, f, lang), "- ") for f in findings]
        )
    )
    return "\n\n".join(lines)


def effect(std: cn.Standard, f: cn.Finding, lang: str) -> str:
    where = {"hole": "", "overlap": ""}.get(f.kind, f"{f.about[-1]}: " if f.about[-1] != "classes" else "")
    senses = ", ".join(f"`{k} = {v}`" for k, v in f.readings.items())
    shown = f"`{household_text(f.witness or {})}`"
    text = f.texts[lang].rstrip(".")
    if len(f.answers) < 2 and f.kind == "two_senses":
        said = say("with_only", lang, text, senses)
    elif f.kind == "two_senses":
        said = say("with_other", lang, shown, answers(std, f, lang)[0], senses, answers(std, f, lang)[1])
    elif f.kind == "hole":
        region = re.sub(r"^(no class|không thuộc loại nào): ", "", text)
        said = say("with_no_class", lang, region, senses, answers(std, f, lang)[0], shown)
    else:
        said = say("is", lang, text, shown, answers(std, f, lang)[0])
    return where + said + grounds(f, lang)


def answers(std: cn.Standard, f: cn.Finding, lang: str) -> list[str]:
    """Classes by their names in the language; in English the words of the ids, as in the text of the rules."""
    named = []
    for a in f.answers:
        if a in ANSWERS:
            named.append(ANSWERS[a][lang])
        elif a in std.classes and lang == "vi":
            named.append(std.classes[a].labels[lang])
        else:
            named.append(a.replace("_", " "))
    return named


def grounds(f: cn.Finding, lang: str) -> str:
    kept = [c for c in f.cites if c.words and not (f.kind == "hole" and c is f.cites[-1])][:2]
    if not kept and f.cites:
        kept = [f.cites[0]]
    said = []
    for c in kept:
        words = f": {foreign(shortened(c.words), 'en' if c.words.isascii() else 'vi', lang)}" if c.words else ""
        said.append(f"{c.label(lang) or c.source.number}{words} ({c.grade})")
    return " " + "; ".join(said) + "." if said else ""


def foreign(text: str, of: str, lang: str) -> str:
    """Words of another document or language; marked where the page speaks another, so that they are read aloud well."""
    return f"*{text}*" if of == lang else f'*<span lang="{of}">{text}</span>*'


def shortened(words: str) -> str:
    words = re.sub(r"\s+", " ", words)
    return words if len(words) < 170 else words[:160].rsplit(" ", 1)[0] + " …"


def section(std: cn.Standard, kind: str, title: str, findings: list[cn.Finding], lang: str) -> str:
    if kind == "input":
        return wrapped(f"{title}: " + ", ".join(f.texts[lang].split(":")[0] for f in findings) + ".", "")
    rows = []
    for f in findings:
        told = " / ".join(answers(std, f, lang))
        shown = f" `{household_text(f.witness)}`: {told}." if f.witness is not None and f.answers else ""
        closed = say("settled", lang, *f.closed_by) if f.closed_by is not None else ""
        senses = say("with", lang, ", ".join(f"`{k} = {v}`" for k, v in f.readings.items())) if f.readings else ""
        ground = "" if kind == "methods" else grounds(f, lang)
        rows.append(wrapped(f"{f.texts[lang].rstrip('.')}.{senses}{shown}{closed}{ground}", "- "))
    return "\n\n".join([f"**{title}.**", "\n".join(rows)])


def wrapped(text: str, bullet: str) -> str:
    """A paragraph of at most 100 columns; what stands between backquotes or in a tag is not torn."""
    whole = re.sub(r"`[^`]*`|<span [^>]*>", lambda m: m[0].replace(" ", "\0"), text)
    return fill(
        whole,
        100,
        initial_indent=bullet,
        subsequent_indent=" " * len(bullet),
        break_long_words=False,
        break_on_hyphens=False,
    ).replace("\0", " ")


if __name__ == "__main__":
    for lang, path in PAGES.items():
        path.write_text(page(lang), encoding="utf-8")
