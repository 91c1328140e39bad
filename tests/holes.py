"""Writes docs/en/where-the-law-does-not-say.md from the audits of the shipped standards.

.venv/bin/python tests/holes.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill

import chuanngheo as cn
from chuanngheo.findings import household_text

PAGE = Path(__file__).parent.parent / "docs" / "en" / "where-the-law-does-not-say.md"

HEAD = """\
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
"""
SECTIONS = {
    "hole": "no class",
    "overlap": "in two classes by the words",
    "form": "Not asked by the form",
    "row_missing": "Rows missing in a table",
    "between_rows": "Between the rows of a table",
    "row_unreached": "Rows of a table that nobody reaches",
    "methods": "Two methods that can disagree",
    "beside": "Marks that stand beside a class",
    "points_disagree": "Points that two forms give differently",
    "band_gap": "Gaps between the rows of a score card",
    "band_overlap": "Rows of a score card that overlap",
    "band_unlisted": "Values without a row on a score card",
    "not_exclusive": "Exclusive rows of a score card that can hold together",
    "unsettled": "Left open by a text that was not found",
    "idle": "Interpretations that change no answer",
    "input": "Indicators whose threshold was not read (taken as given)",
}


def page() -> str:
    lines = [HEAD]
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
        parts = list(of_standard(std, told))
        if parts:
            lines += [
                f"## `{std.id}`" + (f", version {std.version}" if std.version > 1 else ""),
                wrapped(f"{std.title['en']} (*{std.title['vi']}*)", ""),
                *parts,
            ]
    silent = [s.id for s in standards if not list(of_standard(s, {}))]
    lines += [
        "## Nothing found",
        wrapped(
            "The audits of these standards found nothing of the kind: "
            + ", ".join(f"`{s}`" for s in dict.fromkeys(silent))
            + ".",
            "",
        ),
    ]
    return "\n\n".join(line.rstrip() for line in lines) + "\n"


def of_standard(std: cn.Standard, told: dict[tuple[object, ...], str]) -> Iterator[str]:
    findings = cn.audit(std).findings
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
            yield question(std, name, mine)
    for kind, title in SECTIONS.items():
        found = [f for f in findings if f.kind == kind and (f.closed_by is None or kind not in ("hole", "overlap"))]
        key = (kind, *((f.about, f.texts["en"], f.answers) for f in found))
        if found and key in told:
            same.setdefault(told[key], []).append(title[0].lower() + title[1:])
        elif found:
            told[key] = f"`{std.id}`"
            yield section(kind, title, found)
    for other, names in same.items():
        yield wrapped(f"As in {other}: {'; '.join(names)}.", "")


def question(std: cn.Standard, name: str, findings: list[cn.Finding]) -> str:
    asked = std.interpretations[name]
    lines = [wrapped(f"**{name}.** {asked.question['en']} (*{asked.question['vi']}*)", "")]
    default, *others = sorted(asked.readings, key=lambda s: s != asked.default)
    senses = [f"`{default}`: {asked.readings[default]['en']}", *(f"`{s}`: {asked.readings[s]['en']}" for s in others)]
    lines.append(
        "\n".join(
            [
                wrapped(
                    "Senses: " + "; ".join(senses) + f". Ground of the default: {asked.grounds} (grade {asked.grade}).",
                    "- ",
                )
            ]
            + [wrapped(effect(std, name, f), "- ") for f in findings]
        )
    )
    return "\n\n".join(lines)


def effect(std: cn.Standard, name: str, f: cn.Finding) -> str:
    where = {"hole": "", "overlap": ""}.get(f.kind, f"{f.about[-1]}: " if f.about[-1] != "classes" else "")
    senses = ", ".join(f"`{k} = {v}`" for k, v in f.readings.items())
    shown = f"`{household_text(f.witness or {})}`"
    if len(f.answers) < 2 and f.kind == "two_senses":
        said = f"{f.texts['en'].rstrip('.')}, with {senses}."
    elif f.kind == "two_senses":
        said = f"{shown}: {answers(f)[0]}; with {senses} {answers(f)[1]}."
    elif f.kind == "hole":
        said = f"{f.texts['en'].removeprefix('no class: ')}: with {senses} in {answers(f)[0]}; {shown}."
    else:
        said = f"{f.texts['en']}: {shown} is {answers(f)[0]}."
    return where + said + grounds(f)


def answers(f: cn.Finding) -> list[str]:
    return [a.replace("_", " ") for a in f.answers]


def grounds(f: cn.Finding) -> str:
    kept = [c for c in f.cites if c.words and not (f.kind == "hole" and c is f.cites[-1])][:2]
    if not kept and f.cites:
        kept = [f.cites[0]]
    said = []
    for c in kept:
        words = f": *{shortened(c.words)}*" if c.words else ""
        said.append(f"{c.label('en') or c.source.number}{words} ({c.grade})")
    return " " + "; ".join(said) + "." if said else ""


def shortened(words: str) -> str:
    words = re.sub(r"\s+", " ", words)
    return words if len(words) < 170 else words[:160].rsplit(" ", 1)[0] + " …"


def section(kind: str, title: str, findings: list[cn.Finding]) -> str:
    if kind == "input":
        return wrapped(f"{title}: " + ", ".join(f.texts["en"].split(":")[0] for f in findings) + ".", "")
    rows = []
    for f in findings:
        shown = (
            f" `{household_text(f.witness)}`: {' / '.join(answers(f))}." if f.witness is not None and f.answers else ""
        )
        closed = f" Settled by `{f.closed_by[0]} = {f.closed_by[1]}`." if f.closed_by is not None else ""
        senses = f" With {', '.join(f'`{k} = {v}`' for k, v in f.readings.items())}." if f.readings else ""
        rows.append(
            wrapped(
                f"{f.texts['en'].rstrip('.')}.{senses}{shown}{closed}{'' if kind == 'methods' else grounds(f)}", "- "
            )
        )
    return "\n\n".join([f"**{title}.**", "\n".join(rows)])


def wrapped(text: str, bullet: str) -> str:
    """A paragraph of at most 100 columns; what stands between backquotes is not torn."""
    whole = re.sub(r"`[^`]*`", lambda m: m[0].replace(" ", "\0"), text)
    return fill(
        whole,
        100,
        initial_indent=bullet,
        subsequent_indent=" " * len(bullet),
        break_long_words=False,
        break_on_hyphens=False,
    ).replace("\0", " ")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
