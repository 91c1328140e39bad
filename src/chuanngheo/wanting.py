"""Which unknown facts of a row still matter, and what the row calls them.

A fact matters if two of its values, all else equal, give two classes: if what the row leaves open
meets regions of two classes at once in everything but that fact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from .case import Key
from .deciding import COUNT
from .domains import BOOLEANS, Domain, Interval
from .formula import FALSE, TRUE, Formula, and_, not_, or_, under
from .points import Named, Sum
from .regions import Bounds, Diagram, Fork, Leaf, Region, met, narrowed
from .rows import Row, Shifted

Add = Callable[[str, Formula], None]


def matters(row: Row, key: Key) -> Formula:
    """Whether two values of a fact, all else equal, can give two classes."""
    return or_(*(and_(c.test, differs(row, c.regions, key)) for c in row.regions))


def differs(row: Row, regions: tuple[Region, ...], key: Key) -> Formula:
    """Whether two values of a fact, all else equal, can lie in regions of two answers."""
    top = row.forks(regions)
    if top is not None:
        return _parted(row, top, key)
    found = []
    split = [(r.value, *_split(r.bounds, key)) for r in regions]
    truths, every = _truths([rest for _, rest, _ in split])
    for (i, (answer, first, mine)), (j, (other, second, yours)) in combinations(enumerate(split), 2):
        if answer == other or len(mine) + len(yours) < 2:
            continue
        shared = truths[i] & truths[j]
        if (shared | shared >> 1) & every != every:
            continue
        both = met(first, second, key)
        if both is None:
            continue
        test = row.meets([*both.items(), *mine, *yours])
        found.append(test if _can_share(_shifts(both.items())) else and_(row.given(COUNT), test))
    return or_(*found)


def _parted(row: Row, top: Diagram, key: Key) -> Formula:
    """Whether two truths of a fact, all else equal, can lead to two answers of a diagram."""
    memo: dict[tuple[int, ...], Formula] = {}

    def found(at: Diagram) -> Formula:
        if isinstance(at, Leaf):
            return FALSE
        if (id(at),) not in memo:
            (yes, a), (no, b) = row.branches(at)
            memo[id(at),] = (
                and_(yes, no, apart(a, b)) if at.key == key else or_(and_(yes, found(a)), and_(no, found(b)))
            )
        return memo[id(at),]

    def apart(a: Diagram, b: Diagram) -> Formula:
        """Whether the rest of the row can lead to two answers from two places."""
        if a is b or (isinstance(a, Leaf) and isinstance(b, Leaf)):
            return FALSE if a is b else TRUE
        pair = min(id(a), id(b)), max(id(a), id(b))
        if pair not in memo:
            first = min(at.key for at in (a, b) if isinstance(at, Fork))
            ways = [_ways(row, at, first) for at in (a, b)]
            memo[pair] = or_(*(and_(test, apart(one, other)) for (test, one), (_, other) in zip(*ways, strict=True)))
        return memo[pair]

    return found(top)


def _ways(row: Row, at: Diagram, key: str) -> tuple[tuple[Formula, Diagram], ...]:
    """Both ways on from a place, by a truth that it may not ask about."""
    if isinstance(at, Fork) and at.key == key:
        return row.branches(at)
    return tuple((test, at) for test in (row.can(key, frozenset({t})) for t in (True, False)))


def _split(bounds: Bounds, key: Key) -> tuple[Bounds, list[tuple[Key, Domain]]]:
    """A region without one fact, and what it says of that fact."""
    mine = [(k, d) for k, d in bounds.items() if _same_fact(k, key)]
    return {k: d for k, d in bounds.items() if not _same_fact(k, key)}, mine


def _truths(regions: list[Bounds]) -> tuple[list[int], int]:
    """The truths that each region allows its flags, two bits for each flag; and the lower bit of all flags.

    Two regions that share no truth of some flag exclude each other: by far the commonest case.
    """
    flags = sorted({k for r in regions for k, d in r.items() if isinstance(k, str) and _is_truth(d)})
    bits = [
        sum((True in d) + 2 * (False in d) << 2 * n for n, k in enumerate(flags) for d in [_codes(r.get(k))])
        for r in regions
    ]
    return bits, sum(1 << 2 * n for n in range(len(flags)))


def _is_truth(domain: Domain) -> bool:
    return isinstance(domain, frozenset) and domain <= BOOLEANS


def _codes(domain: Domain | None) -> frozenset[bool | str]:
    return domain if isinstance(domain, frozenset) else BOOLEANS


def _shifts(bounds: Iterable[tuple[Key, Domain]]) -> list[tuple[int, Domain]]:
    return [(k.by, d) for k, d in bounds if isinstance(k, Shifted)]


def _can_share(shifted: list[tuple[int, Domain]]) -> bool:
    """Whether one number of the indicators that do not stand apart fits all, where the row counts them."""
    found: Interval | None = Interval(whole=True)
    for by, d in shifted:
        assert isinstance(d, Interval)
        moved = Interval(None if d.low is None else d.low - by, None if d.high is None else d.high - by, whole=True)
        found = None if found is None else found.meet(moved)
    return found is not None


def pivot_matters(row: Row) -> Formula:
    """Whether two numbers of persons, all else equal, can give two classes."""
    if not row.pivot:
        return FALSE
    found = []
    for c in row.regions:
        for a, b in combinations(c.regions, 2):
            if a.value != b.value:
                found.append(and_(c.test, _pivot_differs(row, a.bounds, b.bounds)))
    return under(not_(row.leaf(row.pivot).known), or_(*found))


def _pivot_differs(row: Row, a: Bounds, b: Bounds) -> Formula:
    tests: list[Formula] = []
    shifted: list[tuple[int, Domain]] = []
    for k in dict.fromkeys((*a, *b)):
        if isinstance(k, Shifted):
            shifted += [(k.by, r[k]) for r in (a, b) if k in r]
            tests += [row.within(k, r[k]) for r in (a, b) if k in r]
            continue
        if k not in a or k not in b:
            tests.append(row.can(k, a[k] if k in a else b[k]))
            continue
        moves = row.swings(k)
        common = narrowed(a[k], b[k])
        still = FALSE if common is None else row.can(k, common)
        tests.append(or_(and_(moves, row.can(k, a[k]), row.can(k, b[k])), and_(not_(moves), still)))
    if not _can_share(shifted):
        tests.append(row.given(COUNT))
    tests += [row.in_common(bounds.items()) for bounds in (a, b)]
    return and_(*tests)


# --- names of what still matters --------------------------------------------------------------


def missing_facts(row: Row) -> list[tuple[str, Formula]]:
    """Each unknown that still matters, at the level at which the row answers, with its condition.

    In reading order; the pivot comes with the first value that it moves, so perhaps twice.
    """
    found: dict[str, Formula] = {}

    def add(name: str, test: Formula) -> None:
        if test != FALSE:
            found[name] = or_(found.get(name, FALSE), test)

    keys = dict.fromkeys(k for c in row.regions for r in c.regions for k in r.bounds)
    plain = sorted((k for k in keys if not isinstance(k, Shifted) and k not in row.flags and k != COUNT), key=repr)
    entries: list[tuple[str, Formula]] = []
    moved = pivot_matters(row)
    early = or_(*(row.swings(k) for k in plain))
    entries.append((row.pivot, under(early, moved)))
    for key in plain:
        moving = matters(row, key)
        joined = and_ if key in row.bounds else under  # the many facts of a form are not worth folding
        entries += [(name, joined(test, moving)) for name, test in names(row, key, told=True)]
    counted = COUNT in keys or any(isinstance(k, Shifted) for k in keys)
    matters_count = matters(row, COUNT) if counted else FALSE
    if counted:
        unknown = and_(not_(row.given(COUNT)), not_(row.counts))
        entries.append((COUNT, under(unknown, matters_count)))
    for name, test in sorted(entries, key=lambda e: ("[" in e[0] or "." in e[0], e[0])):
        add(name, test)
    for flag in row.flags:
        if flag in row.apart:
            open_ = matters(row, flag)
        elif counted:
            open_ = and_(matters_count, row.counts, row.flag(flag, True), row.flag(flag, False))
        else:
            continue
        _flag_names(row, flag, open_, flag in row.apart, add)
        if flag in row.apart and row.swings(flag) != FALSE:
            add(f"{row.pivot} ", and_(moved, not_(early)))
    return [(name.strip(), test) for name, test in found.items()]


def _flag_names(row: Row, flag: str, open_: Formula, apart: bool, add: Add) -> None:
    """An indicator that is asked for, or the facts that it is derived from."""
    derived = row.derives(flag)
    unknown = and_(not_(row.given(flag)), not_(derived))
    if apart:  # named by a class, it is asked for even where nothing is counted
        direct = any(flag in r.bounds for c in row.plain_regions for r in c.regions)
        unknown = unknown if direct else and_(unknown, row.counts)
    add(flag, and_(open_, unknown))
    regions = row.flag_regions(flag)
    entries: list[tuple[str, Formula]] = []
    if derived != FALSE:
        for key in dict.fromkeys(k for r in regions for k in r.bounds):
            moved = differs(row, regions, key)
            entries += [(name, and_(open_, derived, moved, test)) for name, test in names(row, key, told=apart)]
    for name, test in sorted(entries, key=lambda e: ("." in e[0], e[0])):
        add(name, test)


def names(row: Row, key: Key, told: bool) -> list[tuple[str, Formula]]:
    """What a row calls the unknowns of a value; ``told`` where the pivot was told before."""
    if isinstance(key, tuple):
        total = row.totals.get(key[0])
        return [("members", TRUE)] if total is None else list(total.names)
    fact = row.facts[key]
    unknown = not_(row.leaf(key).known) if fact.kind == "number" else not_(row.settled(key))
    if row.is_derived(key):
        derived = row.derives(key)
        read = dict.fromkeys(k for r in row.flag_regions(key) for k in r.bounds)
        below = [(name, and_(derived, test)) for k in read for name, test in names(row, k, told)]
        return [(key, and_(unknown, not_(derived))), *below]
    if key in row.bounds:
        opened = and_(unknown, row.bounds[key].opened)
        return [(key, and_(unknown, not_(row.bounds[key].opened))), *_of_card(row, row.bounds[key], opened)]
    parts = row.parts(key)
    if not parts:
        return [(key, unknown)]
    derived = row.derives(key)
    found = [(key, and_(unknown, not_(derived)))]
    for part in parts:
        if not (told and part == row.pivot):
            found.append((part, and_(derived, not_(row.leaf(part).known))))
    return found


def _of_card(row: Row, total: Sum, opened: Formula) -> Iterator[tuple[str, Formula]]:
    """What would settle the sum of a card."""
    for key, test in total.open:
        if isinstance(key, Named):
            yield key.name, and_(opened, test)
        elif key in row.flags:
            yield from _of_flag(row, key, and_(opened, test))
        else:
            yield from ((name, and_(opened, test, unknown)) for name, unknown in names(row, key, told=False))


def _of_flag(row: Row, flag: str, open_: Formula) -> list[tuple[str, Formula]]:
    """What would settle a flag that a card rests on."""
    found: list[tuple[str, Formula]] = []
    _flag_names(row, flag, open_, False, lambda name, when: found.append((name, when)))
    return found


def _same_fact(a: Key, b: Key) -> bool:
    return a == b or (isinstance(a, Shifted) and b == COUNT)
