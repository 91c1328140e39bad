"""What the change from one standard to another does to the same households: :class:`Moves`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from ..answering import Standard
from ..errors import HouseholdError, Problem, nearest
from ..measures.design import Design
from ..measures.opening import GROUP, Opened, open_table
from ..measures.uncertainty import Estimate, Ratio, estimated
from ..model import NO_CLASS_NAME
from ..results import Caveat
from ..tabular import beside, like
from ..values import field
from ..version import provenance
from .classed import UNDETERMINED, Given, Ladder, Profiles, decided
from .clauses import Clauses
from .shapley import minimal, shapley
from .tally import UNITS, Part, Tally, Weights, amounts, as_float, exact_weights, ratio
from .tally import share as share_of

if TYPE_CHECKING:
    import polars as pl

    from .budget import Budget

ADDED = ("from", "to", "moved_by")
KEPT = "_cn_moved"


@attrs.frozen(slots=False, eq=False, repr=False)
class Moves:
    """The same households under two standards; made by ``comparison.on(...)``.

    ``matrix`` counts the transitions between classes, ``movers`` are the caller's rows that moved
    and by which clause, ``headcount`` splits the change of the headcount among the clauses, and
    :meth:`budget` tells it in đồng. ``clauses`` are what changed, ``caveats`` what a reader must know.
    """

    a: Standard
    b: Standard
    clauses: Clauses
    design: Design
    by: tuple[str, ...]
    of: tuple[str, ...]
    caveats: tuple[Caveat, ...]
    native: Any = field(repr=False)
    given: Given = field(repr=False)
    profiles: Profiles = field(repr=False)
    opened: Opened = field(repr=False)
    sizes: Any = field(repr=False)  # of persons, by row; None where nothing tells them

    @property
    def hypothetical(self) -> bool:
        """Whether one of the two standards is a what-if."""
        return self.a.hypothetical or self.b.hypothetical

    @property
    def provenance(self) -> dict[str, Any]:
        """What it rests on: ``standards`` (both exact ids), ``code_version``, ``data_version``; JSON-ready."""
        return provenance(self.a.exact_id, self.b.exact_id)

    @property
    def data(self) -> str:
        """Survey estimate, administrative count or unweighted sample."""
        return self.design.data

    @property
    def names(self) -> tuple[str, ...]:
        """The changed clauses by name."""
        return self.clauses.names

    def __repr__(self) -> str:
        mark = ", HYPOTHETICAL, not law" if self.hypothetical else ""
        return f"<Moves {self.a.exact_id} to {self.b.exact_id}: {len(self.profiles.of_row):,} households, {self.data}{mark}>"

    # --- each profile ---------------------------------------------------------------------------------

    @cached_property
    def ladder(self) -> Ladder:
        return Ladder(self.a, self.b, (self.clauses.a.method, self.clauses.b.method))

    @cached_property
    def transitions(self) -> tuple[tuple[str, str], ...]:
        """The classes under a and b of each profile."""
        return tuple((decided(codes[0]), decided(codes[-1])) for codes in self.profiles.codes)

    def moved(self, start: str, end: str) -> bool:
        """Whether two classes are different ones: a class nested in the other's is not a move."""
        return UNDETERMINED not in (start, end) and self.ladder.common(start) != self.ladder.common(end)

    def ways(self, profile: int) -> tuple[frozenset[str], ...]:
        """The smallest sets of clauses that alone take a profile from its class under a to that under b."""
        codes = self.profiles.codes[profile]
        end = self.ladder.common(decided(codes[-1]))
        wins = (s for s, possible in enumerate(codes) if self.ladder.common(decided(possible)) == end)
        return tuple(self.clauses.taken(s) for s in minimal(wins))

    def moved_by(self, profile: int) -> str | None:
        """The same in words: members of a set joined by ``+``, alternatives by ``or``."""
        if not self.moved(*self.transitions[profile]):
            return None
        order = {n: i for i, n in enumerate(self.names)}
        sets = [" + ".join(sorted(s, key=order.__getitem__)) for s in self.ways(profile)]
        return " or ".join(sets)

    # --- counts ---------------------------------------------------------------------------------------

    @cached_property
    def cells(self) -> dict[tuple[int, int], Tally]:
        """The households of each group and profile, exactly."""
        groups, profiles = self.opened.frame[GROUP].to_list(), self.profiles.of_row.to_list()
        sizes = [None] * len(groups) if self.sizes is None else self.sizes.to_list()
        weights, per = ([1] * len(groups), 1) if self.weights is None else (self.weights.values, self.weights.per)
        found: dict[tuple[int, int], list[Any]] = {}
        for group, profile, size, w in zip(groups, profiles, sizes, weights, strict=True):
            told = found.get((group, profile))
            if told is None:
                told = found[group, profile] = [0, 0, 0, 0]
            told[0] += 1
            told[2] += w
            if size is None or told[1] is None:
                told[1] = told[3] = None
            else:
                told[1] += size
                told[3] += w * size
        return {
            cell: Tally(n, persons, Fraction(w, per), None if p is None else Fraction(p, per))
            for cell, (n, persons, w, p) in found.items()
        }

    @cached_property
    def weights(self) -> Weights | None:
        """The weights of the rows, exactly; None where every household counts once."""
        return None if self.design.weight is None else exact_weights(self.given.homes[self.design.weight])

    @property
    def counts_persons(self) -> bool:
        return self.sizes is not None

    def totals(self) -> dict[int, Tally]:
        """All households of each group."""
        found: dict[int, Tally] = dict.fromkeys(range(self.opened.groups.height), Tally())
        for (group, _), tally in self.cells.items():
            found[group] += tally
        return found

    @cached_property
    def flows(self) -> dict[tuple[int, str, str], Tally]:
        """The households of each group by class under a and class under b, in order."""
        found: dict[tuple[int, str, str], Tally] = {}
        for (group, profile), tally in self.cells.items():
            key = (group, *self.transitions[profile])
            found[key] = found.get(key, Tally()) + tally
        orders = self.ladder.order(0), self.ladder.order(1)
        return dict(sorted(found.items(), key=lambda x: (x[0][0], orders[0][x[0][1]], orders[1][x[0][2]])))

    @cached_property
    def matrix(self) -> Any:
        """Transitions between classes, one row for each that occurs, in the caller's kind of table.

        Columns: those of ``by``, ``from`` and ``to`` (``undetermined`` and ``no_class`` are classes of
        their own), ``households``, ``persons`` where sizes are known (null where one of them is not),
        ``weighted`` and ``weighted_persons``, ``share`` of all households of the group and
        ``share_of_from`` (weighted), ``se``, ``ci_low`` and ``ci_high`` of the share where the design has
        a variance, and ``data``. ``households`` add up to the rows of the table.
        """
        return like(self.native, self.transitions_table())

    def transitions_table(self) -> pl.DataFrame:
        """The matrix as a polars frame."""
        import polars as pl

        totals = self.totals()
        starts: dict[tuple[int, str], Fraction] = {}
        for (group, start, _), tally in self.flows.items():
            starts[group, start] = starts.get((group, start), Fraction(0)) + tally.weighted
        rows = []
        for (group, start, end), tally in self.flows.items():
            row = {"from": start, "to": end, "households": tally.households}
            row |= {"persons": tally.persons} if self.counts_persons else {}
            row |= {"weighted": float(tally.weighted)}
            row |= {"weighted_persons": as_float(tally.weighted_persons)} if self.counts_persons else {}
            row |= {
                "share": share_of(tally.weighted, totals[group].weighted),
                "share_of_from": share_of(tally.weighted, starts[group, start]),
            }
            rows.append({GROUP: group, **row})
        schema = {
            GROUP: pl.Int64, "from": pl.String, "to": pl.String, "households": pl.Int64,
            **({"persons": pl.Int64} if self.counts_persons else {}), "weighted": pl.Float64,
            **({"weighted_persons": pl.Float64} if self.counts_persons else {}), "share": pl.Float64, "share_of_from": pl.Float64,
        }  # fmt: skip
        made = pl.DataFrame(rows, schema=schema)
        if self.design.has_variance:
            made = made.join(self._errors(), on=[GROUP, "from", "to"], how="left", maintain_order="left")
        return self.finished(made)

    def _errors(self) -> pl.DataFrame:
        """Standard errors and intervals of the shares of transitions."""
        import polars as pl

        pairs = list(dict.fromkeys((start, end) for _, start, end in self.flows))
        place = {pair: i for i, pair in enumerate(pairs)}
        of_row = pl.Series([place[t] for t in self.transitions], dtype=pl.Int64).gather(self.profiles.of_row)
        told = self._intervals({str(i): (of_row == i).cast(pl.Float64) for i in range(len(pairs))})
        which = pl.col("measure").cast(pl.Int64)
        names = (
            which.replace_strict(dict(enumerate(p[j] for p in pairs)), return_dtype=pl.String).alias(n)
            for j, n in enumerate(("from", "to"))
        )
        return told.select(GROUP, *names, "se", "ci_low", "ci_high")

    def _intervals(self, shares: Mapping[str, pl.Series], unit: str = "household") -> pl.DataFrame:
        """For each group and name the standard error and interval of a mean over the rows."""
        import polars as pl

        opened = (
            self.opened if unit == "household" else open_table(self.given.homes, self.design, by=self.by, unit=unit)
        )
        opened = attrs.evolve(opened, native=self.given.homes).beside(
            *(s.alias(f"_cn_x_{i}") for i, s in enumerate(shares.values()))
        )
        ratios = [Ratio(f"_cn_x_{i}") for i in range(len(shares))]
        asked = [Estimate(name, r, r) for name, r in zip(shares, ratios, strict=True)]
        told: pl.DataFrame = estimated(opened, asked, pl.lit(False))
        if not self.by:
            return told.with_columns(pl.lit(0, pl.Int64).alias(GROUP))
        return told.join(self.keyed(), on=list(self.by), how="left", nulls_equal=True)

    def keyed(self) -> pl.DataFrame:
        """The values of the groups, with their number."""
        import polars as pl

        return self.opened.groups.with_row_index(GROUP).with_columns(pl.col(GROUP).cast(pl.Int64))

    def finished(self, made: pl.DataFrame) -> pl.DataFrame:
        """With the values of the groups in front and what the data are behind."""
        import polars as pl

        whole = made.join(self.keyed(), on=GROUP, how="left", maintain_order="left") if self.by else made
        others = [n for n in made.columns if n != GROUP]
        marks = [pl.lit(self.data).alias("data")] + ([pl.lit(True).alias("hypothetical")] if self.hypothetical else [])
        return whole.select(*self.by, *others).with_columns(marks)

    @cached_property
    def movers(self) -> Any:
        """The caller's rows whose class is another one under b, with ``from``, ``to`` and ``moved_by``.

        ``moved_by`` names the smallest sets of changed clauses that alone move the household:
        ``poverty_line or classes + indicators``. Rows that are undetermined under one of the two
        standards are no movers (they stand in ``matrix``); a class nested in another (hungry within
        poor) that only one standard tells apart counts as the class around it.
        """
        import narwhals.stable.v2 as nw
        import polars as pl

        told = pl.DataFrame({
            "profile": pl.Series(range(len(self.profiles)), dtype=self.profiles.of_row.dtype),
            "from": pl.Series([t[0] for t in self.transitions], dtype=pl.String),
            "to": pl.Series([t[1] for t in self.transitions], dtype=pl.String),
            "moved_by": pl.Series([self.moved_by(p) for p in range(len(self.profiles))], dtype=pl.String),
        })  # fmt: skip
        rows = self.profiles.of_row.to_frame().join(told, on="profile", how="left", maintain_order="left")
        marks = [pl.col("moved_by").is_not_null().alias(KEPT)]
        added = [*ADDED, *(["hypothetical"] if self.hypothetical else [])]
        marks += [pl.lit(True).alias("hypothetical")] if self.hypothetical else []
        whole = nw.from_native(beside(self.native, rows.with_columns(marks).select(*added, KEPT)))
        return nw.to_native(whole.filter(nw.col(KEPT)).drop(KEPT))

    # --- the change of the headcount -------------------------------------------------------------------

    def target(self, of: Iterable[str] | str | None) -> frozenset[str]:
        """The classes of a headcount with those nested in them. Raises :class:`HouseholdError` for others."""
        names = self.of if of is None else (of,) if isinstance(of, str) else tuple(of)
        known = {*self.a.classes, *self.b.classes, NO_CLASS_NAME}
        wrong = [n for n in names if n not in known]
        if wrong or not names:
            raise HouseholdError("the headcount of what is not asked of a class", [
                Problem("CN195", "of", f"there is no class {n!r}", n, ", ".join(known), nearest(n, known)) for n in wrong or [""]
            ])  # fmt: skip
        return self.ladder.inside(names)

    def worth(self, profile: int, target: frozenset[str]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Whether a profile is certainly, and possibly, in some classes under each subset of the clauses."""
        codes = self.profiles.codes[profile]
        return tuple(int(c <= target) for c in codes), tuple(int(bool(c & target)) for c in codes)

    def parts(self, of: Iterable[str] | str | None = None, group: int | None = None) -> tuple[Part, ...]:
        """The headcount under a, each clause's exact part, the headcount under b, and the change.

        ``group`` is a row of the groups of ``by``; without it all households count. The parts of the
        clauses (Shapley values) add up to the change exactly, in every unit.
        """
        target = self.target(of)
        sums: dict[tuple[str, int], list[Fraction | None]] = {}
        kept: dict[tuple[int, ...], tuple[Fraction, ...]] = {}
        names = ("from", *self.names, "to", "change")
        total = sum((t for g, t in self.totals().items() if group in (None, g)), Tally())
        width = len(amounts(total))
        for (here, profile), tally in self.cells.items():
            if group not in (None, here):
                continue
            for bound, worth in enumerate(self.worth(profile, target)):
                if worth not in kept:
                    kept[worth] = split_of(worth)
                for name, share in zip(names, kept[worth], strict=True):
                    if share:
                        told = sums.setdefault((name, bound), [Fraction(0)] * width)
                        for i, amount in enumerate(amounts(tally)):
                            held = told[i]
                            told[i] = None if held is None or amount is None else held + share * amount
        zero: list[Fraction | None] = [Fraction(0)] * width
        return tuple(
            Part(n, *(self._by_unit(sums.get((n, bound), zero), total) for bound in (0, 1))) for n in names
        )  # fmt: skip

    def _by_unit(self, sums: list[Fraction | None], total: Tally) -> dict[str, Fraction | None]:
        households, persons, weighted, weighted_persons = sums
        found = {"households": households, "weighted": weighted, "share": ratio(weighted, total.weighted)}
        if self.counts_persons:
            found |= {"persons": persons, "weighted_persons": weighted_persons,
                      "share_persons": ratio(weighted_persons, total.weighted_persons)}  # fmt: skip
        return {u: found[u] for u in UNITS if u in found}

    @cached_property
    def shapley(self) -> dict[str, Part]:
        """Each clause's exact part in the change of the headcount of all households, as fractions."""
        return {p.name: p for p in self.parts() if p.name in self.names}

    @cached_property
    def headcount(self) -> Any:
        """The change of the headcount split exactly among the clauses; see :meth:`split`."""
        return self.split()

    def split(self, of: Iterable[str] | str | None = None) -> Any:
        """The headcount of some classes under both standards, and each clause's part in its change.

        One row for each group, ``clause`` (``from``: the headcount under a, the changed clauses, ``to``:
        that under b, ``change``) and ``unit`` (see :class:`Part`): ``certain``, ``possible``, ``value``
        (null unless the two are one) and ``data``. The clauses add up to ``change``, which is ``to``
        less ``from``; :meth:`parts` has the same as exact fractions. The parts of a clause in the
        certain and in the possible headcount are two splits, not two ends of one. Where the design has
        a variance, certain shares have ``se``, ``ci_low`` and ``ci_high``.
        """
        return like(self.native, self._split(of))

    def _split(self, of: Iterable[str] | str | None) -> pl.DataFrame:
        import polars as pl

        rows = [
            (group, p.name, unit, as_float(p.value(unit)), as_float(p.certain[unit]), as_float(p.possible[unit]))
            for group in range(self.opened.groups.height)
            for p in self.parts(of, group)
            for unit in p.certain
        ]
        schema: dict[str, Any] = {GROUP: pl.Int64, "clause": pl.String, "unit": pl.String}
        made = pl.DataFrame(rows, schema | dict.fromkeys(("value", "certain", "possible"), pl.Float64), orient="row")
        if self.design.has_variance:
            made = made.join(self._split_errors(of), on=[GROUP, "clause", "unit"], how="left", maintain_order="left")
            certain = pl.col("value").is_not_null()
            made = made.with_columns(pl.when(certain).then(pl.col(n)).alias(n) for n in ("se", "ci_low", "ci_high"))
        return self.finished(made)

    def _split_errors(self, of: Iterable[str] | str | None) -> pl.DataFrame:
        """Standard errors and intervals of the headcounts as shares, and of each clause's part in them."""
        import polars as pl

        target = self.target(of)
        ends = [split_of(self.worth(p, target)[0]) for p in range(len(self.profiles))]
        names = ("from", *self.names, "to", "change")
        shares = {
            name: pl.Series([float(end[i]) for end in ends], dtype=pl.Float64).gather(self.profiles.of_row)
            for i, name in enumerate(names)
        }
        units = {"share": "household"} | ({"share_persons": "person"} if self.design.persons is not None else {})
        told = [
            self._intervals(shares, unit).select(
                GROUP, pl.col("measure").alias("clause"), pl.lit(name).alias("unit"), "se", "ci_low", "ci_high"
            )
            for name, unit in units.items()
        ]
        return pl.concat(told)

    # --- money and words --------------------------------------------------------------------------------

    def budget(self, *, line: str = "poverty_line", of: Iterable[str] | str | None = None) -> Budget:
        """The poverty gap under both standards in đồng a month and a year; see :class:`Budget`."""
        from .budget import budget

        return budget(self, line, of)

    def text(self, lang: str = "vi") -> str:
        """The transitions, the split of the headcount, the clauses and caveats in words."""
        from .telling import moves_text

        return moves_text(self, lang)

    def to_dict(self) -> dict[str, Any]:
        """The same as data that JSON carries; exact fractions are text."""
        from .telling import moves_dict

        return moves_dict(self)

    def to_html(self, lang: str = "vi") -> str:
        """A fragment of HTML."""
        from .telling import moves_html

        return moves_html(self, lang)

    def _repr_html_(self) -> str:
        return self.to_html()


def split_of(worth: tuple[int, ...]) -> tuple[Fraction, ...]:
    """What a row adds to the headcount under a, to each clause's part, to that under b and to the change."""
    return Fraction(worth[0]), *shapley(worth), Fraction(worth[-1]), Fraction(worth[-1] - worth[0])


__all__ = ["Moves"]
