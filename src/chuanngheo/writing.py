"""Formulas as expressions of a dataframe library: narwhals, or polars itself, which has the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache, reduce
from typing import Any

import attrs

from .columns import EXACT_FLOAT
from .formula import Formula, and_, or_, staged
from .values import field

ROOM_FOR_ALL = 16  # conditions whose every combination is spelled out beforehand
SAFE = 9 * 10**15  # floats up to here are whole numbers apart


@attrs.define(eq=False, repr=False)
class Writer:
    """Writes formulas with ``ns``, the module of a library; ``polars`` where that is polars."""

    ns: Any
    polars: bool = False
    floors: bool = True  # whether // of whole numbers is exact
    memo: dict[int, Any] = field(factory=dict)
    kept: list[Formula] = field(factory=list)  # so that an id is not used twice

    def stages(self, outputs: Mapping[str, Formula]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Columns to add one stage after the other, then the outputs."""
        stages, last = staged(outputs)
        return [self.all(stage) for stage in stages], self.all(last)

    def all(self, formulas: Mapping[str, Formula]) -> dict[str, Any]:
        return {name: self.write(f) for name, f in formulas.items()}

    def write(self, f: Formula) -> Any:
        if id(f) not in self.memo:
            self.kept.append(f)
            self.memo[id(f)] = getattr(self, f"_{NAMES.get(f.op, f.op)}")(*f.args)
        return self.memo[id(f)]

    # --- values -----------------------------------------------------------------------------------

    def _column(self, name: str) -> Any:
        return self.ns.col(name)

    def _lit(self, value: Any) -> Any:
        return self.ns.lit(value)

    def _unknown(self, kind: str) -> Any:
        """Nulls of a type."""
        return self.ns.lit(None).cast({"bool": self.ns.Boolean, "int": self.ns.Int64, "text": self.ns.String}[kind])

    def _whole(self, raw: Formula, scale: int, kind: str) -> Any:
        ns, x = self.ns, self.write(raw)
        if kind in ("float", "float32"):
            x = x.cast(ns.Float64) * scale
            return ns.when(x.is_finite() & (x.abs() < SAFE)).then(x.round().cast(ns.Int64)).otherwise(None)
        if kind == "decimal":
            return ns.when(x.abs() < SAFE // scale).then((x * scale).cast(ns.Int64)).otherwise(None)
        if kind == "wide":
            return ns.when((x < 2**63 - 1) & (x >= 0)).then(x.cast(ns.Int64)).otherwise(None)
        return x.cast(ns.Int64)

    def _held(self, value: Formula, low: int, high: int) -> Any:
        x = self.write(value)
        if self.polars:  # multiplies whatever it is given, and the row is null for its problem
            return x
        return self.ns.when((x >= low) & (x <= high)).then(x)

    def _off(self, raw: Formula, scale: int, kind: str) -> Any:
        ns, x = self.ns, self.write(raw)
        if kind == "decimal":
            return (x.abs() >= SAFE // scale).fill_null(False)
        if kind == "wide":
            return ((x >= 2**63 - 1) | (x < 0)).fill_null(False)
        exact = x.abs() < (SAFE // scale if kind == "float" else 2**EXACT_FLOAT)
        scaled = x.cast(ns.Float64) * scale
        far = ~exact | ((scaled - scaled.round()).abs() > 0.001)
        return ns.when(x.is_finite()).then(far).otherwise(~x.is_nan()).fill_null(False)

    def _date(self, raw: Formula) -> Any:
        return self.write(raw).cast(self.ns.Date)

    def _year(self, raw: Formula) -> Any:
        return self._part(self.write(raw).dt.year())

    def _month(self, raw: Formula) -> Any:
        return self._part(self.write(raw).dt.month())

    def _day(self, raw: Formula) -> Any:
        return self._part(self.write(raw).dt.day())

    def _part(self, x: Any) -> Any:
        return (x if self.polars else x.fill_null(0)).cast(self.ns.Int64)  # pandas has floats where a day is missing

    # --- conditions -------------------------------------------------------------------------------

    def _is_null(self, f: Formula) -> Any:
        return self.write(f).is_null()

    def _is_in(self, f: Formula, values: tuple[Any, ...]) -> Any:
        return self.write(f).is_in(list(values))

    def _eq(self, a: Formula, b: Formula) -> Any:
        return self.write(a) == self.write(b)

    def _ne(self, a: Formula, b: Formula) -> Any:
        return self.write(a) != self.write(b)

    def _lt(self, a: Formula, b: Formula) -> Any:
        return self.write(a) < self.write(b)

    def _le(self, a: Formula, b: Formula) -> Any:
        return self.write(a) <= self.write(b)

    def _gt(self, a: Formula, b: Formula) -> Any:
        return self.write(a) > self.write(b)

    def _ge(self, a: Formula, b: Formula) -> Any:
        return self.write(a) >= self.write(b)

    def _multiple(self, f: Formula, of: int) -> Any:
        return self.write(f) % of == 0

    def _and_(self, *parts: Formula) -> Any:
        return reduce(lambda a, b: a & b, map(self.write, parts))

    def _or_(self, *parts: Formula) -> Any:
        return reduce(lambda a, b: a | b, map(self.write, parts))

    def _not_(self, f: Formula) -> Any:
        return ~self.write(f)

    # --- arithmetic -------------------------------------------------------------------------------

    def _int8(self, f: Formula) -> Any:
        return self._chosen(self.write(f), 1, self.ns.Int8) if self.polars else self.write(f).cast(self.ns.Int8)

    def _chosen(self, test: Any, value: int, dtype: Any) -> Any:
        """A number where a condition holds, else 0: polars does this ten times faster than a cast."""
        return self.ns.when(test).then(self.ns.lit(value, dtype)).otherwise(self.ns.lit(0, dtype))

    def _add(self, *parts: Formula) -> Any:
        return reduce(lambda a, b: a + b, map(self.write, parts))

    def _sub(self, a: Formula, b: Formula) -> Any:
        return self.write(a) - self.write(b)

    def _mul(self, a: Formula, b: Formula) -> Any:
        return self.write(a) * self.write(b)

    def _floordiv(self, a: Formula, b: Formula) -> Any:
        x, by = self.write(a), self.write(b)
        if self.floors:
            return x // by
        near = (x // by).cast(self.ns.Int64)  # through a float, so perhaps one off
        return near - (near * by > x).cast(self.ns.Int64) + ((near + 1) * by <= x).cast(self.ns.Int64)

    def _least(self, *parts: Formula) -> Any:
        return self.ns.min_horizontal(*map(self.write, parts))

    def _greatest(self, *parts: Formula) -> Any:
        return self.ns.max_horizontal(*map(self.write, parts))

    def _if_(self, test: Formula, then: Formula, other: Formula) -> Any:
        chosen = self.ns.when(self.write(test)).then(self.write(then))
        return chosen if other.op == "lit" and other.args[0] is None else chosen.otherwise(self.write(other))

    # --- words ------------------------------------------------------------------------------------

    def _text(self, *pieces: Any) -> Any:
        tests, words = pieces[::2], pieces[1::2]
        if self.polars:
            size = ROOM_FOR_ALL
            parts = [self._labels(tests[i : i + size], words[i : i + size]) for i in range(0, len(tests), size)]
            if len(parts) == 1:
                return parts[0]
            told = self.ns.concat_str(parts, separator="; ", ignore_nulls=True)
            return self.ns.when(self.write(or_(*tests))).then(told)
        told = [self._case([(t, w)]) for t, w in zip(tests, words, strict=True)]
        if len(told) == 1:
            return told[0]
        joined = self.ns.concat_str(told, separator="; ", ignore_nulls=True)
        return self.ns.when(self.write(or_(*tests))).then(joined).otherwise(self._unknown("text"))

    def _one(self, *pieces: Any) -> Any:
        return self._text(*pieces) if self.polars else self._case(list(zip(pieces[::2], pieces[1::2], strict=True)))

    def _case(self, pieces: list[tuple[Formula, str]]) -> Any:
        found = self._unknown("text")
        for test, words in reversed(pieces):
            found = self.ns.when(self.write(test)).then(self.ns.lit(words)).otherwise(found)
        return found

    def _where(self, test: Formula, words: Formula) -> Any:
        if self.polars:  # looks everywhere at once, so that the condition is better put among the others
            pieces = [and_(test, x) if isinstance(x, Formula) else x for x in words.args]
            return self._text(*pieces)
        return self.ns.when(self.write(test)).then(self.write(words)).otherwise(self._unknown("text"))

    def _told(self, test: Formula, words: Formula, all_: Formula) -> Any:
        if self.polars:
            return self.write(all_)
        return self.ns.when(self.write(test)).then(self.write(words)).otherwise(self.write(all_))

    def _labels(self, tests: tuple[Formula, ...], words: tuple[str, ...]) -> Any:
        """The words of every combination of conditions, looked up by its bits."""
        kind = self.ns.UInt8 if len(tests) <= 8 else self.ns.UInt16
        parts = [(dict.fromkeys(t.args if t.op == "and" else (t,)), 1 << i) for i, t in enumerate(tests)]
        return self.ns.lit(label_table(words)).gather(self._bits(parts, kind))

    def _bits(self, parts: list[tuple[dict[Formula, None], int]], kind: Any) -> Any:
        """The bits of the conjunctions that hold; what several have in common is tested once."""
        if len(parts) == 1:
            ((conjuncts, bit),) = parts
            return self._chosen(self.write(and_(*conjuncts)), bit, kind)
        common = [c for c in parts[0][0] if all(c in conjuncts for conjuncts, _ in parts)]
        rest = [({c: None for c in conjuncts if c not in common}, bit) for conjuncts, bit in parts]
        often = Counter(c for conjuncts, _ in rest for c in conjuncts)
        most, times = often.most_common(1)[0] if often else (None, 0)
        if times > 2:
            groups = [p for p in rest if most in p[0]], [p for p in rest if most not in p[0]]
            code = reduce(lambda a, b: a | b, (self._bits(g, kind) for g in groups if g))
        else:
            code = reduce(lambda a, b: a | b, (self._chosen(self.write(and_(*c)), bit, kind) for c, bit in rest))
        if not common:
            return code
        return self.ns.when(self.write(and_(*common))).then(code).otherwise(self.ns.lit(0, kind))


@lru_cache(maxsize=32)
def label_table(words: tuple[str, ...]) -> Any:
    """The words of every combination as a polars column."""
    import polars as pl

    return pl.Series(combined(words), dtype=pl.String)


def combined(words: tuple[str, ...]) -> list[str | None]:
    """The words of every combination, by its bits; None for none of them."""
    found: list[str | None] = [None]
    for word in words:
        found += [word if told is None else f"{told}; {word}" for told in found]
    return found


NAMES = {
    "==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "and": "and_", "or": "or_", "not": "not_",
    "+": "add", "-": "sub", "*": "mul", "if": "if_",
}  # fmt: skip

__all__ = ["Writer"]
