"""The notebooks run from top to bottom and show what the committed ones show."""

from __future__ import annotations

import csv
import re
import runpy
import zlib
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest

HERE = Path(__file__).parent.parent / "docs" / "notebooks"
SOURCES = sorted((HERE / "src").glob("*.py"))
build = SimpleNamespace(**runpy.run_path(str(HERE / "build.py")))


def read(source: Path) -> Any:
    return nbformat.read(build.committed(source), as_version=4)


def test_every_notebook_has_its_source() -> None:
    assert [p.stem for p in SOURCES] == sorted(p.stem for p in HERE.glob("*.ipynb"))
    assert len(SOURCES) == 4
    page = (HERE.parent / "en" / "notebooks.md").read_text(encoding="utf-8")
    for source in SOURCES:
        assert f"(../notebooks/{source.stem}.ipynb)" in page


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_runs_and_shows_what_is_committed(source: Path) -> None:
    ran, kept = build.execute(build.notebook(source)), read(source)
    assert build.texts(ran) == build.texts(kept)
    assert len(build.pictures(ran)) == len(build.pictures(kept))
    assert all(width > 300 and height > 100 for width, height in build.pictures(kept))


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_committed_notebook_is_light_and_clean(source: Path) -> None:
    kept = read(source)
    nbformat.validate(kept)
    assert build.committed(source).stat().st_size < 800_000
    code = [cell for cell in kept.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not any(cell.metadata for cell in kept.cells)
    first = kept.cells[0].source
    assert first.startswith("# ")
    assert " / " in first.splitlines()[0], "the title stands in both languages"


# ------------------------------------------------------------- what the checks would notice


def changed(source: Path, new: str, tmp_path: Path) -> Any:
    other = tmp_path / source.name
    other.write_text(new, encoding="utf-8")
    return build.notebook(other)


def test_a_changed_output_or_source_is_noticed(tmp_path: Path) -> None:
    source = SOURCES[0]
    kept, text = read(source), source.read_text(encoding="utf-8")
    assert build.texts(changed(source, text, tmp_path))[0] == build.texts(kept)[0]
    assert build.texts(changed(source, text.replace("# # ", "# # X", 1), tmp_path))[0] != build.texts(kept)[0]
    before = build.texts(kept)
    output = next(o for cell in kept.cells for o in cell.get("outputs", ()) if o.output_type == "stream")
    output.text += "."
    assert build.texts(kept) != before


def test_sources_that_are_none(tmp_path: Path) -> None:
    for text in ("print(1)\n# %%\n", "# %% [markdown]\nprint(1)\n", "# %% [raw]\n# x\n"):
        with pytest.raises(ValueError, match=r"source\.py"):
            changed(tmp_path / "source.py", text, tmp_path)


def test_errors_and_noise_stop_a_notebook(tmp_path: Path) -> None:
    noisy = changed(tmp_path / "a.py", "# %%\nimport sys\nprint('careful', file=sys.stderr)\n", tmp_path)
    with pytest.raises(ValueError, match="careful"):
        build.execute(noisy)


def test_damaged_pictures_are_noticed() -> None:
    png = next(p for source in SOURCES for p in build.pictures(read(source)))
    assert min(png) > 0
    with pytest.raises(ValueError, match="no PNG"):
        build.decoded(b"GIF89a")

    def part(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = b"\x89PNG\r\n\x1a\n" + part(b"IHDR", b"\0\0\0\2\0\0\0\2\x08\0\0\0\0")
    whole = head + part(b"IDAT", zlib.compress(b"\0ab\0cd")) + part(b"IEND", b"")
    assert build.decoded(whole) == (2, 2)
    with pytest.raises(ValueError, match="missing"):
        build.decoded(head + part(b"IDAT", zlib.compress(b"\0ab\0c")))
    with pytest.raises(ValueError, match="damaged"):
        build.decoded(whole[:-1] + b"\0")


# ------------------------------------------------------------- figures by another way


def shown(name: str) -> str:
    source = next(p for p in SOURCES if p.stem == name)
    return "\n".join(text for _, _, outputs in build.texts(read(source)) for text in outputs)


def test_1998_by_hand() -> None:
    """Headcount and gaps of persons at the expenditure line, in a loop over the file."""
    with (HERE.parent / "examples" / "data" / "vlss_1998_households.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    line = 1_789_871
    sums, persons = [Fraction(0)] * 3, 0
    for row in rows:
        members = int(row["members"])
        each = Fraction(row["expenditure_12_months_thousand_vnd"]) * 1000 / members
        persons += members
        if each < line:
            sums = [s + members * (1 - each / line) ** power for power, s in enumerate(sums)]
    text = shown("02-poverty-in-1998")
    for name, total in zip(("headcount", "poverty_gap", "fgt_2"), sums, strict=True):
        assert re.search(rf"^\| {name} \|.* {float(total / persons):.3f} \|$", text, re.M), name
    assert round(float(100 * sums[0] / persons), 1) == 31.6


def test_rates_of_1998_never_stand_without_their_warning() -> None:
    tables = [o for _, _, outputs in build.texts(read(SOURCES[1])) for o in outputs if o.startswith("| ")]
    assert len(tables) >= 3
    assert all("no weights, no terrain" in table for table in tables)


def test_everything_synthetic_says_so() -> None:
    for source in SOURCES[2:]:
        assert "synthetic" in read(source).cells[0].source
        tables = [o for _, _, outputs in build.texts(read(source)) for o in outputs if re.search(r"\d \|", o)]
        assert len(tables) >= 3
        silent = [table for table in tables if "synthetic" not in table]
        assert all("poverty line" in table for table in silent), "lines of the law alone need no warning"


def test_parts_of_the_change_add_up() -> None:
    rows = re.findall(r"^\| (nmm|rrd|ncc|ch|se|mrd|vn) \| ([-\d,.| ]+) \|$", shown("03-2022-against-2027"), re.M)
    numbers = {
        place: [Fraction(n.replace(",", "")) for n in cells.split(" | ")]
        for place, cells in rows
        if cells.count("|") == 5
    }
    assert len(numbers) == 7
    for start, *parts, end, change in numbers.values():
        assert start + sum(parts) == end == start + change
    whole = numbers.pop("vn")
    assert [sum(column) for column in zip(*numbers.values(), strict=True)] == whole
