"""What the benchmark scripts share: timing side by side, and writing the results."""

import gc
import importlib
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from timeit import Timer
from types import ModuleType
from typing import NamedTuple

RESULTS = Path(__file__).with_name("RESULTS.md")
README = Path(__file__).parent.parent / "README.md"
BLOCK = ("<!-- benchmark:begin -->", "<!-- benchmark:end -->")  # in the README
TITLE = "# Benchmark results\n\nWritten by the scripts beside this file; see README.md.\n"


class Row(NamedTuple):
    """One line of a results table; without a goal it is only there to be seen."""

    measure: str
    value: float
    unit: str = ""
    goal: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """Say whether the goal is met, None without a goal."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal


def library() -> ModuleType:
    """Import chuanngheo, or say that it is missing and leave with status 2."""
    try:
        return importlib.import_module("chuanngheo")
    except ModuleNotFoundError as error:
        if error.name != "chuanngheo":
            raise
        hint = "chuanngheo is not importable here; install it first: pip install -e ."
        print(hint, file=sys.stderr)
        raise SystemExit(2) from None


def check(name: str, classify: Callable[[dict], str], cases: Iterable[tuple[dict, str]]) -> None:
    """Leave with status 1 unless `classify` gives each case its category."""
    for household, expected in cases:
        found = classify(household)
        if found != expected:
            raise SystemExit(f"{name} says {found!r}, not {expected!r}, of {household}")


def side_by_side(timers: Mapping[str, Timer], rounds: int = 60, seconds: float = 0.005) -> dict[str, list[float]]:
    """Time each timer once a round, in turn; return seconds per call by round.

    Each timing runs for about `seconds`. The order moves on by one every round,
    so that a slow moment of the machine does not always strike the same timer.
    """
    names = list(timers)
    numbers = {}
    for name in names:
        number, taken = timers[name].autorange()
        numbers[name] = max(1, round(number * seconds / taken))
    times: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            times[name].append(timers[name].timeit(numbers[name]) / numbers[name])
    return times


def ratio(times: Mapping[str, list[float]], over: str, under: str) -> float:
    """Return the median over the rounds of one timer's time over another's."""
    return statistics.median(a / b for a, b in zip(times[over], times[under], strict=True))


def in_turn(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Run each contender once a round, in turn; return the seconds of its best round.

    For work that takes long enough to be timed by itself. What is returned is dropped outside the
    timing, and the order moves on by one every round.
    """
    names = list(contenders)
    best = dict.fromkeys(names, float("inf"))
    for turn in range(rounds + 1):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            gc.collect()
            start = time.perf_counter()
            made = contenders[name]()
            taken = time.perf_counter() - start
            del made
            if turn:  # The first round warms up.
                best[name] = min(best[name], taken)
    return best


def peak_memory() -> float:
    """Return the most memory this process has held, in MB (Linux), shared libraries included."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def environment() -> str:
    """Name what the numbers depend on most: the Python and the processors."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python}, {os.cpu_count()} processors."


def table(rows: Iterable[Row]) -> str:
    """Render rows as a Markdown table."""
    lines = ["| measure | ratio or ms | goal | met |", "|---|---:|---:|---|"]
    for row in rows:
        sign = ">=" if row.at_least else "<="
        goal = "-" if row.goal is None else f"{sign} {row.goal:g}{row.unit}"
        met = {None: "-", True: "yes", False: "no"}[row.met]
        value = f"{_number(row.value)}{row.unit}"
        lines.append(f"| {row.measure} | {value} | {goal} | {met} |")
    return "\n".join(lines)


def write_section(name: str, text: str) -> None:
    """Put `text` between the markers of section `name` of RESULTS.md, and print it."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    section = f"{begin}\n{text.strip()}\n{end}"
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else TITLE
    before, found, rest = old.partition(begin)
    if found:
        _, closed, after = rest.partition(end)
        if not closed:
            raise SystemExit(f"{RESULTS.name}: {begin} has no {end}")
        new = before + section + after
    else:
        new = f"{old.rstrip()}\n\n{section}\n"
    RESULTS.write_text(new, encoding="utf-8")
    print(text.strip())


def write_readme(*names: str) -> None:
    """Make the block of the README anew from these sections of RESULTS.md, as far as they are there."""
    results, readme = RESULTS.read_text(encoding="utf-8"), README.read_text(encoding="utf-8")
    texts = []
    for name in names:
        _, found, rest = results.partition(f"<!-- {name}: begin -->\n")
        if found:
            _, _, text = rest.partition("\n\n")  # without its heading
            texts.append(text.partition(f"\n<!-- {name}: end -->")[0])
    before, begin, rest = readme.partition(BLOCK[0])
    _, end, after = rest.partition(BLOCK[1])
    if not end:
        raise SystemExit(f"{README.name} has no block {' ... '.join(BLOCK)}")
    README.write_text(before + "\n".join((begin, "\n\n".join(texts), end)) + after, encoding="utf-8")


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"
