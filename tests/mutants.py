"""Which small faults of a rule file no golden case would notice.

    python tests/mutants.py                     every standard that is shipped
    python tests/mutants.py --share 20          a fixed fifth of the mutants
    python tests/mutants.py --standard vn-2022  one standard

Each mutant is held against the golden cases of its standard until one fails. What none kills is
either proved to be the same law written differently, or it survives: then a case is lacking, and the
program leaves with status 1.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from chuanngheo.answering import Standard
from chuanngheo.catalogue import COUNTRY, INTERNATIONAL, Catalogue, on_day, shipped
from chuanngheo.equivalence import difference
from chuanngheo.errors import ChuanNgheoError, RuleFileError
from chuanngheo.golden import Case, differences, read_cases, speaks_of
from chuanngheo.methods import RECORDED
from chuanngheo.model import Fact
from chuanngheo.mutating import Mutant, about_depth, mutants
from chuanngheo.prepared import prepare
from chuanngheo.regions import blank
from chuanngheo.resolving import EXPRESSION_KEYS, HOUSEHOLD, PERSON
from chuanngheo.source import Node, read_nodes
from chuanngheo.tracing import used_names
from chuanngheo.tree import Quantifier
from chuanngheo.values import Frozen, evolve, frozen
from chuanngheo.version import standards_folder
from chuanngheo.ways import first_day, together

CASES = Path(__file__).parent / "cases"
STILLBORN, KILLED, EQUIVALENT, SURVIVED = "stillborn", "killed", "equivalent", "survived"
VERDICTS = (STILLBORN, KILLED, EQUIVALENT, SURVIVED)
_WORD = re.compile(r"[A-Za-z_]\w*")


@frozen
class Outcome(Frozen):
    """What became of a mutant: ``why`` is the case that killed it, the proof, or a household that tells it apart."""

    mutant: Mutant
    verdict: str
    why: str = ""


# --- one standard and its cases -------------------------------------------------------------------


class Court:
    """The golden cases of one standard, and which of them killed what lies near."""

    def __init__(self, base: Standard, cases: Iterable[Case], days: Catalogue | None = None) -> None:
        self.base = base
        self.days = days
        self.cases = tuple(cases)
        self.killers: dict[str, list[Case]] = {}

    @cached_property
    def read(self) -> Mapping[int, tuple[frozenset[str], float]]:
        """What each case has to do with, and how long it takes."""
        found = {}
        for case in self.cases:
            started = time.perf_counter()
            words = words_of(self.base, case)
            found[id(case)] = (words, time.perf_counter() - started)
        return found

    def judge(self, mutant: Mutant, *, prove: bool = True) -> Outcome:
        """Whether some case kills a mutant; if none does, whether it can be proved equivalent.

        A proof takes less time than the many cases that have nothing to do with the mutant, so these
        are tried last.
        """
        made = mutant.born(self.base)
        if isinstance(made, RuleFileError):
            return Outcome(mutant, STILLBORN, made.problems[0].message)
        likely, others = self.in_order(mutant)
        why = self.first_kill(mutant, made, likely)
        if why:
            return Outcome(mutant, KILLED, why)
        proof, witness = proved(self.base, made, mutant, self.days) if prove else ("", "not asked for a proof")
        if proof:
            return Outcome(mutant, EQUIVALENT, proof)
        why = self.first_kill(mutant, made, others)
        return Outcome(mutant, KILLED, why) if why else Outcome(mutant, SURVIVED, witness)

    def first_kill(self, mutant: Mutant, made: Standard, cases: Iterable[Case]) -> str:
        for case in cases:
            why = killed(case, made, self.days)
            if why:
                near = self.killers.setdefault(mutant.about, [])
                if case in near:
                    near.remove(case)
                near.insert(0, case)
                return why
        return ""

    def in_order(self, mutant: Mutant) -> tuple[list[Case], list[Case]]:
        """The cases that have to do with a mutant, the killers of its neighbours first, then the quick; and the others."""
        names = {*mutant.about.split("."), *readers(self.base, mutant)} | (
            {"ask"} if mutant.kind in ("day", "line") else set()
        )
        near = self.killers.get(mutant.about, [])
        likely, others = [], []
        for case in sorted(self.cases, key=lambda c: self.read[id(c)][1]):
            if case not in near:
                (likely if names & self.read[id(case)][0] else others).append(case)
        ways = set(_WORD.findall(mutant.old + mutant.new)) | set(mutant.path) | beside(self.base, mutant)
        likely.sort(key=lambda c: -len(ways & self.read[id(c)][0]))
        return [*near, *likely], others


@cache
def _below(base: Standard) -> Mapping[str, frozenset[str]]:
    """The words of every expression, by the entry in which they stand."""
    found: dict[str, set[str]] = {}
    for path, text in _texts(base.root, ()):
        found.setdefault(".".join(path[: about_depth(path)]), set()).update(_WORD.findall(text))
    return {about: frozenset(words) for about, words in found.items()}


def _texts(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for i, item in enumerate(node.items):
        yield from _texts(item, (*path, str(i)))
    for key, (_, below) in node.entries.items():
        if key in EXPRESSION_KEYS and below.kind == "scalar":
            yield (*path, key), below.text
        elif key not in ("label", "cite", "cites", "note", "sources"):
            yield from _texts(below, (*path, key))


def beside(base: Standard, mutant: Mutant) -> set[str]:
    """The words of the row, or of the measure, of a score card in which a mutant lies."""
    if mutant.path[0] != "scorecards":
        return set()
    node = base.root
    for key in mutant.path:
        below = node.items[int(key)] if node.kind == "sequence" else node.entries[key][1]
        if below.kind != "mapping":
            break
        node = below
    return {w for key, (_, n) in node.entries.items() if key != "label" for w in _WORD.findall(n.text)}


def scored(base: Standard) -> frozenset[str]:
    """The facts and lists that score cards and groups come to read: a proof about classes says nothing of these."""
    below = _below(base)
    found = {w for about, words in below.items() if about.startswith(("scorecards.", "groups.")) for w in words}
    waiting = list(found)
    while waiting:
        name = waiting.pop()
        for shelf in (HOUSEHOLD, PERSON):
            new = below.get(f"facts.{shelf}.{name}", frozenset()) - found
            found |= new
            waiting += new
    return frozenset(found)


def readers(base: Standard, mutant: Mutant) -> set[str]:
    """The names whose value a mutant can move at first hand: of the entry, or of what reads it by name."""
    name = mutant.about.split(".")[-1]
    if mutant.path[0] in ("indicators", "interpretations"):
        return (
            {f"deprived_{name}", name}
            if mutant.path[0] == "indicators" and len(mutant.path) > 1
            else {mutant.old, f"deprived_{mutant.old}"}
        )
    tables = {name, f"{name}_next"} if mutant.path[0] == "tables" else {name}
    found = set(tables)
    for about, words in _below(base).items():
        if tables & words and mutant.path[0] in ("tables", "code_lists"):
            key = about.split(".")[-1]
            found |= {key, f"deprived_{key}"}
    return found


def words_of(base: Standard, case: Case) -> frozenset[str]:
    """What a case has to do with: the names it gives, derives and expects, its readings, its classes."""
    if case.kind == "score":
        rows = {o for key in ("held", "open") for of in case.expect.get(key, {}).values() for o in of}
        persons = case.subject.get("facts", {}).get("members") or ()
        facts = {*case.subject.get("facts", {}), *(k for m in persons for k in m)}
        senses = {*(case.readings or {}), *(case.readings or {}).values()}
        return frozenset({case.subject["card"], case.kind, *rows, *facts, *senses})
    if case.kind != "household":
        return frozenset({str(case.subject), case.kind})
    persons = case.subject.get("members") or ()
    words = {*(k for k in case.subject if not k.startswith("deprived_")), *(k for m in persons for k in m)}
    words |= {case.method or "", *(case.readings or {}), *(case.readings or {}).values(), *base.classes, *base.methods}
    words |= {n for key in ("statuses", "groups", "deprived", "values") for n in case.expect.get(key, ())}
    try:
        a = base.assess(case.subject, on=case.on, method=case.method, readings=case.readings)
        if a.method != RECORDED:
            words |= {n for n in used_names(a, tried=False) if n not in a.case.known}
    except ChuanNgheoError:
        pass
    return frozenset(words)


def killed(case: Case, made: Standard, days: Catalogue | None) -> str:
    """How a case fails under a mutant, or nothing."""
    standards: Any = (days or shipped()).having(made) if case.kind == "ask" else {case.standard: made}
    try:
        failure = next(differences(case, standards), None)
    except Exception as error:  # a rule that the engine cannot run is noticed, too
        return f"{case.place}: {case.name}: {type(error).__name__}"
    return "" if failure is None else str(failure)


# --- proofs of equivalence ------------------------------------------------------------------------


def proved(base: Standard, made: Standard, mutant: Mutant, days: Catalogue | None) -> tuple[str, str]:
    """A proof that nothing can tell the two apart, or what does."""
    if mutant.kind == "default":
        return "", "any household whose answer the two senses give differently, without readings:"
    if mutant.kind == "day":
        if mutant.path[0] not in ("applies", "sources") or days is None:
            return "", f"a household on the days around {mutant.old}"
        proof, witness = same_days(days, days.having(made), base.jurisdiction, base.entity)
        if mutant.path[0] == "applies" or starts(base) != starts(made):  # an answer says whether its day is covered
            return "", witness or f"a household on the days around {mutant.old}: the caveat span, or a status"
        return proof, witness
    if mutant.path[0] == "scorecards":
        item = mutant.path[3] if mutant.path[2] == "items" else ""
        if mutant.path[-1] == "combine" and item and len(base.scorecards[mutant.path[1]].items[int(item)].options) == 1:
            return "an item of one row has nothing to combine", ""
        return "", "a household that the row scores, or an answer"
    if mutant.kind == "bound":
        proof = same_domain(base, made, mutant)
        if proof:
            return proof, ""
    other, asked = made, ""
    if mutant.path[-1] == "asked_if" and asked_alike(base, made, mutant.path[2]):
        facts = {**made.facts, mutant.path[2]: base.facts[mutant.path[2]]}
        other, asked = evolve(made, facts=facts), f"{mutant.path[2]} is asked of the same, and "
    if mutant.path[0] in ("facts", "code_lists") and mutant.path[-1 if mutant.path[0] == "code_lists" else 2] in scored(
        base
    ):
        touched = "a score card or a group reads it: a household that it scores or counts"
        return ("", touched) if not asked else (asked + "the score cards and groups read the same", "")
    if mutant.path[0] == "groups":
        base, other = (evolve(std, statuses=std.groups) for std in (base, other))
    found = difference(base, other)
    if found is None:
        return asked + "equal for every household, under every method and reading", ""
    return "", f"{found.where}: {found.a} becomes {found.b} for {found.witness}" + (
        f" on {found.on}" if found.on else ""
    )


def asked_alike(base: Standard, made: Standard, name: str) -> bool:
    """Whether a fact is asked of the same households or persons: no way of being one tells the two apart."""
    trees = [std.facts[name].asked_if for std in (base, made)]
    if None in trees:
        return False
    if base.facts[name].entity == PERSON:
        trees = [Quantifier("any", tree, None) for tree in trees]
    day = first_day(base)
    cases = [blank(prepare(std, std.default_method), on=day, members=1) for std in (base, made)]
    outcomes = together(tuple(zip(cases, trees, strict=True)), 1)
    return all((a is True) == (b is True) for a, b in (o.values for o in outcomes))


def same_days(one: Catalogue, other: Catalogue, jurisdiction: str, entity: str) -> tuple[str, str]:
    """Whether each day has the same standard by all that was known at any time: all edges are tried."""
    if jurisdiction == INTERNATIONAL:
        return "no day picks an international standard", ""
    spans = [pair for days in (one, other) for pair in days.spans(jurisdiction, entity)]
    near = (-1, 0, 1)
    edges = {d + timedelta(n) for _, s in spans for d in (s.start, s.end) if d is not None for n in near}
    known: set[date | None] = {None} | {s.known_from + timedelta(n) for _, s in spans for n in near}
    for known_at in sorted(known, key=lambda d: d or date.max):
        here, there = (days.spans(jurisdiction, entity, known_at) for days in (one, other))
        for day in sorted(edges):
            a, b = (_which(on_day(found, day)) for found in (here, there))
            if a != b:
                return "", f"{a} becomes {b} for {day}, known at {known_at or 'any time'}"
    return (
        f"the same standard on {len(edges)} days by what was known on {len(known)}, between which nothing changes",
        "",
    )


def starts(std: Standard) -> list[date | None]:
    """The first day of each status."""
    return [s.start or s.cite.source.issued for s in std.statuses.values()]


def _which(found: Any) -> Any:
    if found is None:
        return "nothing"
    standard, span = found
    return f"{standard.id}@{standard.version}", standard.applies.index(span)


def same_domain(base: Standard, made: Standard, mutant: Mutant) -> str:
    """Whether the same numbers pass both bounds, because they come in whole steps."""
    a, b = domain(base.facts[mutant.path[2]]), domain(made.facts[mutant.path[2]])
    if a is None or a != b:
        return ""
    low, high, step = a
    return f"the same numbers pass: {low} to {'any' if high is None else high} by {step}"


def domain(fact: Fact) -> tuple[Any, Any, int] | None:
    """The least and greatest number of a fact that comes in whole steps."""
    step = fact.multiple or (1 if fact.whole else 0)
    if not step or fact.least is None:
        return None
    low = -(-fact.least // step) * step
    return low, None if fact.most is None else fact.most // step * step, step


# --- a run -----------------------------------------------------------------------------------------


@cache
def courts() -> Mapping[str, Court]:
    """Every shipped version with its golden cases."""
    every = {std.exact_id: std for std in shipped().versions(None, None)}
    found: dict[str, list[Case]] = {name: [] for name in every}
    for case in read_cases(CASES):
        named = [shipped().standard(case.standard)] if case.standard else every.values()
        for std in named:
            if asks_about(case, std) if case.kind == "ask" else speaks_of(case, std):
                found[std.exact_id].append(case)
    return {name: Court(std, found[name], shipped()) for name, std in every.items()}


def asks_about(case: Case, std: Standard) -> bool:
    """Whether a question about a day can be answered by a standard; a national one may stand in for a province."""
    place, entity = case.subject.get("jurisdiction", COUNTRY), case.subject.get("entity", HOUSEHOLD)
    return std.jurisdiction in (COUNTRY, place) and std.entity == entity


@cache
def brood(name: str) -> Sequence[Mutant]:
    """The mutants of a standard; of one that extends another, those of what its own file writes."""
    std = shipped().standard(name)
    return tuple(mutants(std, _file(str(file_of(std))) if std.extends else None))


def file_of(std: Standard) -> Path:
    return Path(next(f for f in shipped().shelf[std.id] if f.version == std.version).path)


def chosen(mutant: Mutant, share: int) -> bool:
    """Whether a mutant belongs to a share of so many per cent; the same ones each time."""
    return int(hashlib.sha256(mutant.id.encode()).hexdigest()[:8], 16) % 100 < share


def try_one(task: tuple[str, int, bool]) -> tuple[str, int, str, str]:
    name, number, prove = task
    outcome = courts()[name].judge(brood(name)[number], prove=prove)
    return name, number, outcome.verdict, outcome.why


def run(
    names: Sequence[str],
    share: int = 100,
    processes: int = 1,
    prove: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, list[Outcome]]:
    """What became of the mutants of some standards."""
    tasks = [(n, i, prove) for n in names for i, mutant in enumerate(brood(n)) if chosen(mutant, share)]
    for name in names:
        _ = courts()[name].read, brood(name)  # before the processes part, so that they share it
    found: dict[str, dict[int, Outcome]] = {n: {} for n in names}

    def take(results: Iterable[tuple[str, int, str, str]]) -> None:
        for done, (name, number, verdict, why) in enumerate(results, 1):
            found[name][number] = Outcome(brood(name)[number], verdict, why)
            if progress is not None:
                progress(done, len(tasks))

    if processes > 1:
        with multiprocessing.get_context("fork").Pool(processes) as pool:
            take(pool.imap_unordered(try_one, tasks, chunksize=12))
    else:
        take(map(try_one, tasks))
    return {n: [outcome for _, outcome in sorted(of.items())] for n, of in found.items()}


# --- where a mutant stands ------------------------------------------------------------------------


@cache
def _file(path: str) -> Node | None:
    return read_nodes(Path(path).read_text(encoding="utf-8"), path)[0]


def place(std: Standard, mutant: Mutant) -> str:
    """The file and line an author would open."""
    folder, path = Path(standards_folder()), mutant.path
    for file in (file_of(std), folder / "vocabulary.yaml"):
        node, row = _follow(_file(str(file)), path if file.name != "vocabulary.yaml" else path[1:])
        if node is not None and row:
            return f"{file.parent.relative_to(folder)}/{node.text}:{row}"
        if node is not None:
            return f"{file.relative_to(folder)}:{node.line + 1}"
    return f"{std.extends} {'.'.join(path)}"


def _follow(node: Node | None, path: Sequence[str]) -> tuple[Node | None, int]:
    """The node at a path; for a cell of a CSV file, the node that names it and the row."""
    for key in path:
        if node is None:
            return None, 0
        if key == "rows" and "file" in node.entries:
            return node.entries["file"][1], int(path[list(path).index(key) + 1]) + 2
        if node.kind == "sequence":
            node = node.items[int(key)] if int(key) < len(node.items) else None
        else:
            node = node.entries[key][1] if key in node.entries else None
    return node, 0


# --- the report ------------------------------------------------------------------------------------


def report(found: Mapping[str, Sequence[Outcome]]) -> str:
    lines = [f"{'standard':<14}{'mutants':>9}" + "".join(f"{v:>12}" for v in VERDICTS)]
    totals = [0] * 5
    for name, outcomes in found.items():
        counts = [len(outcomes), *(sum(o.verdict == v for o in outcomes) for v in VERDICTS)]
        totals = [a + b for a, b in zip(totals, counts, strict=True)]
        lines.append(f"{name:<14}{counts[0]:>9}" + "".join(f"{n:>12}" for n in counts[1:]))
    lines.append(f"{'all':<14}{totals[0]:>9}" + "".join(f"{n:>12}" for n in totals[1:]))
    for verdict, title in ((EQUIVALENT, "Proved equivalent"), (SURVIVED, "Surviving: a golden case is lacking")):
        listed = [(n, o) for n, outcomes in found.items() for o in outcomes if o.verdict == verdict]
        if listed:
            lines += ["", f"{title} ({len(listed)})"]
        for name, o in listed:
            m = o.mutant
            lines.append(
                f"- {place(shipped().standard(name), m)} {m.id}: {_short(m.old)} -> {_short(m.new) or 'left out'}"
            )
            lines.append(f"    {o.why}")
    return "\n".join(lines)


def _short(text: str) -> str:
    return text if len(text) <= 70 else text[:67] + "..."


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Rule mutation: which faults of a rule file no golden case kills.")
    parser.add_argument("--share", type=int, default=100, metavar="PERCENT", help="a fixed share of the mutants")
    parser.add_argument("--standard", action="append", metavar="ID", help="only this one (may be given again)")
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--no-proof", action="store_true", help="list what no case kills, proved equivalent or not")
    parser.add_argument("--killers", action="store_true", help="show how each mutant died")
    given = parser.parse_args(arguments)
    names = [s.exact_id for s in shipped().versions(None, None)]
    if given.standard:
        names = [n for n in names if any(n == w or n.startswith((f"{w}@", f"{w}.")) for w in given.standard)]
    started = time.monotonic()

    def progress(done: int, of: int) -> None:
        if sys.stderr.isatty():
            left = (time.monotonic() - started) / done * (of - done)
            print(f"\r{done:,} of {of:,} mutants, {left:,.0f} s left ", end="\n" if done == of else "", file=sys.stderr)

    found = run(names, given.share, given.processes, not given.no_proof, progress)
    print(report(found))
    if given.killers:
        for outcomes in found.values():
            for o in outcomes:
                if o.verdict in (KILLED, STILLBORN):
                    print(f"{o.mutant.id}: {_short(o.mutant.old)} -> {_short(o.mutant.new)}\n    {o.verdict}: {o.why}")
    print(f"\n{time.monotonic() - started:,.0f} s")
    return 1 if any(o.verdict == SURVIVED for outcomes in found.values() for o in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
