"""What the checks of a review look at, and where what is known contradicts.

Every function of ``CHECKS`` takes the opened tables and gives the rows that break its rule, column-wise.
What is unknown is no row: conditions that are open count as met by nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import DataProblems, Problem, nearest
from ..methods import own_facts
from ..tabular import to_polars
from .data import load
from .masking import DIGEST, shown
from .profiles import known_texts

if TYPE_CHECKING:
    import polars as pl

    from ..answering import Standard

FILE = "checks.yaml"
FIRST = 5  # rows shown of each problem
KEY, ROW = "household_id", "_row"
HOUSEHOLDS, PERSONS = "households", "persons"
FACTS = "_facts"  # at the end of the name of an indicator that was worked out from the facts
SCORES, POINTS_LINE = "score_line", "deprivation_score_line"
POINTS_CARD, COUNT_CARD = "b1", "b2"
LEAST = "b1_min"  # the least that the known facts score
PLACE = {"area", "region", "central_city"}  # which column of the form, and no item of it

DIGESTED = rf"^[0-9a-f]{{{2 * DIGEST}}}$"

# --- what is looked at --------------------------------------------------------------------------------

HIT = ("table", "row", KEY, "column", "value")


@attrs.define(eq=False, repr=False, slots=False)
class Look:
    """The tables with the columns that several checks share."""

    h: pl.DataFrame
    p: pl.DataFrame | None
    before: pl.DataFrame | None
    std: Standard | None
    on: date | None
    flags: tuple[str, ...]

    @classmethod
    def opened(
        cls, households: Any, persons: Any, before: Any, std: Standard | None, on: date | None, exclude: tuple[str, ...]
    ) -> Look:
        problems: list[Problem] = [
            Problem("CN140", f"exclude[{id!r}]", f"{id!r} is no check", None, remedy=nearest(id, load(FILE)["checks"]))
            for id in exclude
            if id not in load(FILE)["checks"]
        ]
        h = _opened(households, HOUSEHOLDS, problems)
        p = None if persons is None else _opened(persons, PERSONS, problems)
        b = None if before is None else _opened(before, HOUSEHOLDS, problems, "before")
        if problems:
            raise DataProblems(f"{len(problems)} problem(s) in the columns of the review", problems)
        flags = tuple(c for c in h.columns if c.startswith("deprived_") and not c.endswith(FACTS))
        look = cls(h, p, b, std, on, flags)
        if p is not None:
            look.p = _aged(p, on)
        return look

    def has(self, need: str) -> bool:
        """Whether what a check asks for is there."""
        wants: dict[str, Callable[[], bool]] = {
            "std": lambda: self.std is not None and {SCORES, POINTS_LINE} <= set(self.std.lines) and {POINTS_CARD, COUNT_CARD} <= set(self.std.scorecards),
            "on": lambda: self.on is not None,
            "before": lambda: self.before is not None and bool({"recorded", "category"} & set(self.before.columns)),
            "persons": lambda: self.p is not None,
            "flags": lambda: bool(self.flags),
            "units": lambda: bool(set(load(FILE)["units"]) & set(self.kinds)),
            "assets": lambda: self.std is not None and bool((set(self.std.facts) & set(self.kinds)) - PLACE),
            "poor": lambda: "recorded" in self.kinds or "category" in self.kinds,
            "column_0": lambda: any(c["column"] in self.kinds for c in load(FILE)["form_a"]["column_0"]),
            "columns_1_9": lambda: self._columns_of_form_a() >= load(FILE)["form_a"]["least"],
            "any_id_number": lambda: self._person("id_number") or self.digests,
            "identity": lambda: self.has("any_id_number") or (self._person("name") and self._person("birth_date")),
            "birth": lambda: self._person("birth_date") or self._person("birth_year"),
            "any_age": lambda: self._person("age") or (self.on is not None and self.has("birth")),
            "two_ages": lambda: (
                (self._person("birth_date") and self._person("birth_year"))
                or (self.on is not None and self._person("age") and self.has("birth"))
            ),
        }  # fmt: skip
        if need in wants:
            return wants[need]()
        return self._person(need) if need in load(FILE)["columns"][PERSONS] else need in self.kinds

    def _person(self, column: str) -> bool:
        return self.p is not None and column in self.p.columns

    def _columns_of_form_a(self) -> int:
        columns = load(FILE)["form_a"]["columns_1_9"].values()
        return sum(any(c["column"] in self.kinds for c in conditions) for conditions in columns)

    @cached_property
    def digests(self) -> bool:
        """Whether persons carry digests of their numbers of identity, as a round read with a secret has them."""
        import polars as pl

        if not self._person("person_id") or self.persons.schema["person_id"] != pl.String:
            return False
        return bool(self.persons["person_id"].str.contains(DIGESTED).any())

    def col(self, name: str, kind: Any) -> pl.Expr:
        """A column of households, or unknown."""
        import polars as pl

        return pl.col(name) if name in self.kinds else pl.lit(None, dtype=kind)

    def person(self, name: str, kind: Any) -> pl.Expr:
        """A column of persons, or unknown."""
        import polars as pl

        return pl.col(name) if self._person(name) else pl.lit(None, dtype=kind)

    @cached_property
    def kinds(self) -> Mapping[str, Any]:
        """The columns of households with their types."""
        return dict(self.h.schema)

    @property
    def persons(self) -> pl.DataFrame:
        assert self.p is not None
        return self.p

    @property
    def standard(self) -> Standard:
        assert self.std is not None
        return self.std

    @cached_property
    def counted(self) -> pl.DataFrame:
        """By household, how many members there are, how many heads and spouses, how many of unknown relation."""
        import polars as pl

        relation = self.person("relation", pl.String)
        return self.persons.group_by(KEY).agg(
            _members=pl.len(), _heads=(relation == "head").sum(), _spouses=(relation == "spouse").sum(), _unrelated=relation.is_null().sum()
        )  # fmt: skip

    @cached_property
    def below(self) -> pl.Expr:
        """Whether B1 is on or below the line of the area; null where that is open."""
        import polars as pl

        lines = self.lines
        low, high = min(lines.values()), max(lines.values())
        b1, area = self.col("b1", pl.Float64), self.col("area", pl.String)
        open_area = pl.when(b1 <= low).then(True).when(b1 > high).then(False)
        made: Any = pl.when(area.is_null()).then(open_area)
        for code, line in lines.items():
            made = made.when(area == code).then(b1 <= line)
        found: pl.Expr = made.otherwise(None)
        return found

    @cached_property
    def lines(self) -> dict[str, Any]:
        """The score line of each area."""
        codes = self.standard.facts["area"].codes
        return {code: float(self.standard.line(SCORES, area=code)) for code in codes}

    @cached_property
    def points(self) -> dict[str, Any]:
        """The points of each indicator on form B2."""
        card = self.standard.scorecards[COUNT_CARD]
        (column,) = card.columns
        return {f"deprived_{i.indicator}": max(o.at(column) for o in i.options) for i in card.items if i.indicator}

    @cached_property
    def coarse(self) -> pl.Expr:
        """The class as the forms record it: poor, near_poor, neither."""
        import polars as pl

        return pl.coalesce(self.col("recorded", pl.String), _coarse(self.col("category", pl.String)))

    @cached_property
    def poor(self) -> pl.Expr:
        return self.coarse.is_in(["poor", "near_poor"])


def _coarse(category: pl.Expr) -> pl.Expr:
    import polars as pl

    return pl.when(category.is_in(["average", "not_poor"])).then(pl.lit("neither")).otherwise(category)


def _opened(native: Any, what: str, problems: list[Problem], named: str = "") -> pl.DataFrame:
    """A table with its columns in the kinds that the checks read; what does not fit is a problem."""
    import polars as pl

    place = named or what
    frame = to_polars(native, place)
    if KEY not in frame.columns:
        problems.append(Problem("CN140", f"{place}[{KEY!r}]", f"there is no column {KEY!r}", None, remedy=f"name the column of the household {KEY}"))  # fmt: skip
        return frame
    frame = frame.drop(c for c, kind in frame.schema.items() if kind == pl.Null and c != KEY)
    keys = frame[KEY]
    lacking = keys.is_null()
    if what == HOUSEHOLDS and lacking.any():
        problems.append(
            _column_problem(place, KEY, "households without their key", lacking, "a text, or a whole number", [])
        )
    whole = keys.dtype.is_float()  # pandas has no other numbers beside blanks
    if whole and (broken := ~lacking & (keys != keys.round(0))).any():
        problems.append(
            _column_problem(place, KEY, "keys that are no whole numbers", broken, "a text, or a whole number", [])
        )
    made = [(pl.col(KEY).cast(pl.Int64) if whole else pl.col(KEY)).cast(pl.String)]
    for name, wanted in load(FILE)["columns"][what].items():
        if name in frame.columns:
            made += _as_wanted(frame[name], place, wanted, problems)
    made += [
        e for n in frame.columns if n.startswith("deprived_") and what == HOUSEHOLDS
        for e in _as_wanted(frame[n], place, {"kind": "boolean"}, problems)
    ]  # fmt: skip
    return frame.with_columns(made).with_row_index(ROW)


def _as_wanted(column: pl.Series, what: str, wanted: Mapping[str, Any], problems: list[Problem]) -> list[pl.Expr]:
    import polars as pl

    name, kind = column.name, column.dtype
    codes = wanted.get("codes") or (_codes(wanted["fact"]) if "fact" in wanted else None)
    if kind in (pl.Categorical, pl.Enum):
        column, kind = column.cast(pl.String), pl.String()
    if codes is not None and kind == pl.String:
        bad = column.is_not_null() & ~column.is_in(list(codes))
        if bad.any():
            problems.append(_column_problem(what, name, "values that are not listed", bad, ", ".join(codes), column.filter(bad).unique().to_list()))  # fmt: skip
        return [pl.col(name).cast(pl.String)]
    fits = {
        "number": kind.is_numeric(), "boolean": kind == pl.Boolean, "text": kind == pl.String or kind.is_integer(),
        "day": kind in (pl.Date, pl.Datetime), "any_day": kind in (pl.Date, pl.Datetime, pl.String),
    }  # fmt: skip
    needed = wanted.get("kind", "text")
    if codes is not None or not fits[needed]:
        allowed = {
            "number": "numbers",
            "boolean": "True, False",
            "text": "texts",
            "day": "days",
            "any_day": "days, or texts",
        }
        problems.append(Problem("CN140", f"{what}[{name!r}]", f"a column of {kind} cannot be read", None,
                                ", ".join(codes) if codes else allowed[needed], "convert the column; null where it is unknown"))  # fmt: skip
        return []
    if needed == "number":
        return [pl.col(name).cast(pl.Float64)]
    if kind == pl.Datetime:
        return [pl.col(name).cast(pl.Date)]
    return [pl.col(name).cast(pl.String).str.strip_chars().replace("", None)] if needed == "text" else []


def _codes(fact: str) -> Iterable[str]:
    from ..catalogue import facts

    return facts()[fact].codes


def _column_problem(what: str, name: str, message: str, bad: pl.Series, allowed: str, values: list[Any]) -> Problem:
    """``values`` are shown only where they cannot say who: a column may hold what belongs in another."""
    rows = tuple((i, None, None) for i in bad.arg_true().head(FIRST).to_list())
    told = sorted({shown(v, known_texts()) for v in values})[:FIRST]
    found = f": {', '.join(told)}" if told else ""
    return Problem("CN140", f"{what}[{name!r}]", message + found, None, allowed, "correct them; null where it is unknown",
                   count=int(bad.sum()), rows=rows)  # fmt: skip


def _aged(p: pl.DataFrame, on: date | None) -> pl.DataFrame:
    """Persons with ``_born`` and the least and greatest age they can have."""
    import polars as pl

    born = pl.lit(None, dtype=pl.Date)
    if "birth_date" in p.columns:
        born = pl.col("birth_date")
        if p.schema["birth_date"] == pl.String:
            text = born.str.strip_chars()
            born = pl.coalesce(
                *(text.str.to_date(f, strict=False) for f in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"))
            )
    year = pl.col("birth_year").cast(pl.Int64) if "birth_year" in p.columns else pl.lit(None, dtype=pl.Int64)
    age = pl.col("age").cast(pl.Float64) if "age" in p.columns else pl.lit(None, dtype=pl.Float64)
    p = p.with_columns(_born=born, _year=year, _given=age)
    low = high = pl.lit(None, dtype=pl.Float64)
    if on is not None:
        before = pl.col("_born").dt.month() * 32 + pl.col("_born").dt.day() > on.month * 32 + on.day
        exact = (on.year - pl.col("_born").dt.year() - before.cast(pl.Int64)).cast(pl.Float64)
        by_year = (on.year - pl.col("_year")).cast(pl.Float64)
        low, high = pl.coalesce(exact, by_year - 1), pl.coalesce(exact, by_year)
    p = p.with_columns(_from=low, _to=high)
    p = p.with_columns(_low=pl.coalesce("_from", "_given"), _high=pl.coalesce("_to", "_given"))
    sound = (pl.col("_high") >= 0) & (pl.col("_low") <= _limit("age")["most"])
    return p.with_columns(
        _low=pl.when(sound).then(pl.max_horizontal("_low", 0.0)), _high=pl.when(sound).then("_high"), _sound=sound
    )


def _limit(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = load(FILE)["limits"][name]
    return found


# --- how a finding is written -------------------------------------------------------------------------


def _hit(frame: pl.DataFrame, test: pl.Expr, table: str, column: str, value: pl.Expr | None = None) -> pl.DataFrame:
    """The rows of a table that meet a condition, as findings."""
    import polars as pl

    told = value if value is not None else pl.col(column) if column in frame.columns else pl.lit(None)
    if column in load(FILE)["personal"]:
        told = pl.lit(None)
    made = frame.lazy().filter(test.fill_null(False)).select(
        table=pl.lit(table), row=pl.col(ROW).cast(pl.Int64), household_id=pl.col(KEY), column=pl.lit(column), value=told
    ).collect()  # fmt: skip
    number = made.schema["value"].is_numeric()
    return made.with_columns(value=_text(pl.col("value")) if number else pl.col("value").cast(pl.String))


def _text(value: pl.Expr) -> pl.Expr:
    import polars as pl

    text = value.cast(pl.String)
    return pl.when(text.str.ends_with(".0")).then(text.str.strip_suffix(".0")).otherwise(text)


Hits = Iterator["pl.DataFrame"]


def _of_homes(look: Look, test: pl.Expr, column: str, value: pl.Expr | None = None) -> Hits:
    yield _hit(look.h, test, HOUSEHOLDS, column, value)


def _of_persons(look: Look, test: pl.Expr, column: str, value: pl.Expr | None = None) -> Hits:
    yield _hit(look.persons, test, PERSONS, column, value)


# --- classes and points -------------------------------------------------------------------------------


def _recorded_class(look: Look) -> Hits:
    import polars as pl

    category, recorded = look.col("category", pl.String), pl.col("recorded")
    possible = look.col("possible", pl.String).str.split("; ").list.eval(_coarse(pl.element()))
    impossible = recorded.is_not_null() & category.is_null() & ~possible.list.contains(recorded) & (possible.list.len() > 0)
    test = (recorded != _coarse(category)) | impossible.fill_null(False)
    if "category" not in look.kinds and "possible" not in look.kinds:
        return
    shown = pl.concat_str(
        [recorded, pl.lit(" / "), pl.coalesce(category, look.col("possible", pl.String))], ignore_nulls=True
    )
    yield from _of_homes(look, test, "recorded", shown)


def _class_points(look: Look) -> Hits:
    import polars as pl

    line = float(look.standard.line(POINTS_LINE))
    each = set(look.points.values())
    counted = look.col("deprivations", pl.Float64) * each.pop() if len(each) == 1 else pl.lit(None, dtype=pl.Float64)
    three = pl.coalesce(look.col("b2", pl.Float64), counted) >= line
    known = pl.coalesce(_coarse(look.col("category", pl.String)), look.col("recorded", pl.String))
    test = (
        pl.when(known == "poor").then(~(look.below & three))
        .when(known == "near_poor").then(~(look.below & ~three))
        .when(known == "neither").then(look.below)
    )  # fmt: skip
    points = look.col("b1", pl.Float64), pl.coalesce(look.col("b2", pl.Float64), counted)
    b1, b2 = (_text(p.cast(pl.Float64)).fill_null("?") for p in points)
    shown = pl.concat_str(
        [pl.coalesce(look.col("category", pl.String), known), pl.lit(" / B1 "), b1, pl.lit(", B2 "), b2]
    )
    computed = look.col("category", pl.String).is_not_null()
    yield from _of_homes(look, test & computed, "category", shown)
    yield from _of_homes(look, test & ~computed, "recorded", shown)


def _sums(std: Standard) -> Mapping[str, set[Any]]:
    """By area, every sum that form B1 can give, under any choice of its interpretations."""
    from ..scorecards import reachable

    if "review_sums" not in std.memo:
        card = std.scorecards[POINTS_CARD]
        names = list(dict.fromkeys(a.interpretation for a in card.alternatives))
        choices = [[None, *dict.fromkeys(a.sense for a in card.alternatives if a.interpretation == n)] for n in names]
        sums: dict[str, set[Any]] = {}
        for chosen in product(*choices):
            read = card.under({n: s for n, s in zip(names, chosen, strict=True) if s is not None})
            for name, column in read.columns.items():
                sums.setdefault(column.cells.get("area", ""), set()).update(reachable(read, name))
        std.memo["review_sums"] = sums
    found: Mapping[str, set[Any]] = std.memo["review_sums"]
    return found


def _b1_sum(look: Look) -> Hits:
    import polars as pl

    sums = _sums(look.standard)
    every = set().union(*sums.values())
    b1, area = pl.col("b1").cast(pl.Float64), look.col("area", pl.String)
    test: Any = pl.when(area.is_null()).then(~b1.is_in([float(s) for s in every]))
    for code, some in sums.items():
        test = test.when(area == code).then(~b1.is_in([float(s) for s in some]))
    yield from _of_homes(look, test, "b1")


def _b2_sound(look: Look) -> pl.Expr:
    from ..scorecards import reachable

    card = look.standard.scorecards[COUNT_CARD]
    (column,) = card.columns
    return look.col("b2", None).is_in([float(s) for s in reachable(card, column)])


def _b2_sum(look: Look) -> Hits:
    yield from _of_homes(look, ~_b2_sound(look), "b2")


def _span(look: Look, points: Mapping[str, Any]) -> tuple[pl.Expr, pl.Expr]:
    """The least and greatest sum that the marked indicators leave open."""
    import polars as pl

    low = pl.sum_horizontal(*(pl.col(f).fill_null(False).cast(pl.Float64) * points.get(f, 1) for f in look.flags))
    high = pl.sum_horizontal(*(pl.col(f).fill_null(True).cast(pl.Float64) * points.get(f, 1) for f in look.flags))
    absent = sum(p for f, p in points.items() if f not in look.flags)
    return low, high + absent


def _deprivations_off(look: Look) -> pl.Expr:
    import polars as pl

    names = look.points if look.std is not None and look.has("std") else dict.fromkeys(look.flags, 1)
    low, high = _span(look, dict.fromkeys(names, 1))
    count = look.col("deprivations", pl.Float64)
    return ((count < low) | (count > high)).fill_null(False)


def _deprivations_flags(look: Look) -> Hits:
    yield from _of_homes(look, _deprivations_off(look), "deprivations")


def _b2_off(look: Look) -> pl.Expr:
    low, high = _span(look, look.points)
    b2 = look.col("b2", None)
    return (_b2_sound(look) & ((b2 < low) | (b2 > high))).fill_null(False)


def _b2_indicators(look: Look) -> Hits:
    yield from _of_homes(look, _b2_off(look), "b2")


def _b2_deprivations(look: Look) -> Hits:
    """Only where the marks do not already settle which of the two is wrong."""
    import polars as pl

    each = sorted(look.points.values())
    count, b2 = pl.col("deprivations").cast(pl.Int64, strict=False), pl.col("b2")
    sums = {n: (sum(each[:n]), sum(each[len(each) - n :])) for n in range(len(each) + 1)}
    low = count.replace_strict({n: float(s[0]) for n, s in sums.items()}, default=None, return_dtype=pl.Float64)
    high = count.replace_strict({n: float(s[1]) for n, s in sums.items()}, default=None, return_dtype=pl.Float64)
    test = _b2_sound(look) & ((b2 < low) | (b2 > high))
    if look.flags:
        test = test & ~_b2_off(look) & ~_deprivations_off(look)
    yield from _of_homes(look, test, "b2")


def _indicator_facts(look: Look) -> Hits:
    import polars as pl

    worked = _worked_out(look)
    for flag in look.flags:
        name = flag + FACTS
        if name in worked.columns:
            test = pl.col(flag) != pl.col(name)
            yield from _of_homes(evolved(look, worked), test, flag)


def evolved(look: Look, h: pl.DataFrame) -> Look:
    return attrs.evolve(look, h=h)


def _worked_out(look: Look) -> pl.DataFrame:
    """Households with each indicator as the facts give it, where they do."""
    if any(f + FACTS in look.kinds for f in look.flags):
        return look.h
    return _derived(look, look.standard.default_method, look.flags)


def _derived(look: Look, method: str, columns: Iterable[str]) -> pl.DataFrame:
    """Households with what a method derives from the facts; what other checks doubt is unknown to it."""
    std, made = look.standard, look.h
    others = {n for name, own in own_facts(std).items() if name != method for n in own} | {POINTS_CARD, COUNT_CARD}
    homes = [n for n in made.columns if n in std.facts and std.facts[n].entity == "household" and n not in others]
    once = made.unique(KEY, keep="none").select(KEY, *homes)
    persons = None
    if look.p is not None:
        persons = _sound_persons(look, look.p).join(once.select(KEY), on=KEY, how="semi")
    if not homes and persons is None:
        return made
    answer = std.classify(once, persons, on=look.on, method=method, check="defer", suffix=FACTS)
    names = [c + FACTS for c in columns if c + FACTS in answer.columns]
    return made.join(answer.select(KEY, *names), on=KEY, how="left", maintain_order="left")


def _sound_persons(look: Look, persons: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    facts = {n for n, f in look.standard.facts.items() if f.entity == "person"}
    dated = {"birth_date"} if look.on is not None else {"birth_date", "birth_year"}
    made = {n: pl.col(n) for n in persons.columns if n in facts and n not in dated}
    ages = [n for n in ("age", "age_months", "birth_year") if n in made]
    sound = pl.col("_sound").fill_null(True)
    made |= {n: pl.when(sound).then(n) for n in ages}
    made |= {n: pl.when(_within(pl.col(n), n).fill_null(True)).then(n) for n in ("height_cm", "weight_kg") if n in made}
    if look.on is not None and "birth_date" in persons.columns:
        made["birth_date"] = pl.when(sound & (pl.col("_born") <= pl.lit(look.on))).then("_born")
    return persons.filter(pl.col(KEY).is_not_null()).select(KEY, **made)


# --- what is recorded against B1 ----------------------------------------------------------------------


def _holds(look: Look, conditions: Iterable[Mapping[str, Any]]) -> pl.Expr | None:
    """Whether what is recorded meets one of some conditions; None where no column can say."""
    import polars as pl

    found = []
    for c in conditions:
        if c["column"] in look.kinds:
            kind, column = look.kinds[c["column"]], pl.col(c["column"])
            if "codes" in c:
                found.append(column.cast(pl.String).is_in(c["codes"]))
            elif kind == pl.Boolean:
                found.append(column)
            elif kind.is_numeric():
                found.append(column >= c["from"])
    return pl.any_horizontal(*found).fill_null(False) if found else None


def _b1_assets(look: Look) -> Hits:
    """Held against the least that the recorded facts score, in the columns that area and region leave open."""
    import polars as pl

    method = look.standard.scorecards[POINTS_CARD].method
    made = _derived(look, method, [LEAST])
    if LEAST + FACTS in made.columns:
        least = pl.col(LEAST + FACTS).cast(pl.Float64)
        shown = pl.concat_str([_text(pl.col("b1")), pl.lit(" < "), _text(least)])
        yield from _of_homes(evolved(look, made), pl.col("b1") < least, "b1", shown)


def _form_a_stop(look: Look) -> Hits:
    for condition in load(FILE)["form_a"]["column_0"]:
        held = _holds(look, [condition])
        if held is not None:
            yield from _of_homes(look, look.poor & held, condition["column"])


def _form_a_four(look: Look) -> Hits:
    import polars as pl

    form = load(FILE)["form_a"]
    held = [h for conditions in form["columns_1_9"].values() if (h := _holds(look, conditions)) is not None]
    met = pl.sum_horizontal(*(h.cast(pl.Int64) for h in held))
    shown = pl.concat_str([look.coarse, pl.lit(" / "), met.cast(pl.String)])
    yield from _of_homes(look, look.poor & (met >= form["least"]), "recorded", shown)


# --- units, days, votes -------------------------------------------------------------------------------


def _placed(look: Look) -> list[str]:
    return [u for u in load(FILE)["units"] if u in look.kinds]


def _two_units(look: Look) -> pl.Expr:
    """Whether the rows of a household name two units of one level."""
    import polars as pl

    tests = [pl.col(u).drop_nulls().n_unique().over(KEY) > 1 for u in _placed(look)]
    return pl.any_horizontal(*tests) if tests else pl.lit(False)


def _household_twice(look: Look) -> Hits:
    import polars as pl

    twice = pl.col(KEY).is_duplicated()
    if look.h.select(twice.any()).item():
        yield from _of_homes(look, twice & ~_two_units(look), KEY)


def _household_two_units(look: Look) -> Hits:
    import polars as pl

    if look.h.select(pl.col(KEY).is_duplicated().any()).item():
        yield from _of_homes(look, pl.col(KEY).is_duplicated() & _two_units(look), KEY)


def _area_in_village(look: Look) -> Hits:
    """The rows of the rarer area; where both are as frequent, all rows of the village."""
    import polars as pl

    units = _placed(look)
    known = pl.col("area").is_not_null() & pl.col("village").is_not_null()
    same = pl.len().over(*units, "area")
    mixed = look.h.filter(known).with_columns(_same=same, _areas=pl.col("area").n_unique().over(*units))
    mixed = mixed.filter(pl.col("_areas") > 1)
    mixed = mixed.with_columns(_most=pl.col("_same").max().over(*units), _least=pl.col("_same").min().over(*units))
    rare = (pl.col("_same") < pl.col("_most")) | (pl.col("_most") == pl.col("_least"))
    yield _hit(mixed, rare, HOUSEHOLDS, "area")


def _review_day(look: Look) -> Hits:
    import polars as pl

    rounds = _limit("rounds")
    day = pl.col("review_date").dt.month().cast(pl.Int64) * 32 + pl.col("review_date").dt.day()
    first, last = (rounds["yearly"][end]["month"] * 32 + rounds["yearly"][end]["day"] for end in ("from", "to"))
    yearly = (day >= first) & (day <= last)
    yield from _of_homes(look, ~yearly & (pl.col("review_date").dt.day() < rounds["monthly"]["day"]), "review_date")


def _reviewed_later(look: Look) -> Hits:
    import polars as pl

    yield from _of_homes(look, pl.col("review_date") > pl.lit(look.on), "review_date")


def _agreement_half(look: Look) -> Hits:
    import polars as pl

    yield from _of_homes(look, pl.col("agreement") == _limit("agreement")["half"], "agreement")


def _agreement_below(look: Look) -> Hits:
    import polars as pl

    share = pl.col("agreement")
    test = (share >= 0) & (share < _limit("agreement")["half"]) & pl.col("recorded").is_not_null()
    yield from _of_homes(look, test, "agreement")


def _agreement_range(look: Look) -> Hits:
    import polars as pl

    yield from _of_homes(
        look, (pl.col("agreement") < 0) | (pl.col("agreement") > _limit("agreement")["most"]), "agreement"
    )


def _class_without_decision(look: Look) -> Hits:
    import polars as pl

    assert look.before is not None
    b = look.before
    had = {
        n: pl.col(n) if n in b.columns else pl.lit(None, dtype=pl.String)
        for n in ("recorded", "category", "recorded_decision")
    }
    earlier = b.unique(KEY, keep="none").select(
        KEY, _before=pl.coalesce(had["recorded"], _coarse(had["category"])), _decision=had["recorded_decision"]
    )
    joined = look.h.join(earlier, on=KEY, how="left", maintain_order="left")
    now = pl.col("recorded_decision")
    new = now.is_not_null() & (now.ne_missing(pl.col("_decision")))
    shown = pl.concat_str([pl.col("_before"), pl.lit(" > "), pl.col("recorded")])
    yield _hit(joined, (pl.col("recorded") != pl.col("_before")) & ~new, HOUSEHOLDS, "recorded", shown)


# --- members ------------------------------------------------------------------------------------------


def _with_members(look: Look) -> pl.DataFrame:
    """Households with the number of their members, heads, spouses and members of unknown relation."""
    return look.h.join(look.counted, on=KEY, how="left", maintain_order="left")


def _members_missing(look: Look) -> Hits:
    import polars as pl

    yield _hit(look.h.join(look.counted, on=KEY, how="anti"), pl.lit(True), HOUSEHOLDS, KEY)


def _household_size(look: Look) -> Hits:
    import polars as pl

    shown = pl.concat_str([_text(pl.col("household_size")), pl.lit(" / "), pl.col("_members").cast(pl.String)])
    yield _hit(_with_members(look), pl.col("household_size") != pl.col("_members"), HOUSEHOLDS, "household_size", shown)


def _person_without_household(look: Look) -> Hits:
    import polars as pl

    yield _hit(look.persons.join(look.h.select(KEY), on=KEY, how="anti"), pl.lit(True), PERSONS, KEY)


def _related(column: str, test: Callable[[pl.Expr], pl.Expr]) -> Callable[[Look], Hits]:
    def hits(look: Look) -> Hits:
        import polars as pl

        homes = look.h.unique(KEY, keep="first", maintain_order=True)
        joined = homes.join(look.counted.filter(test(pl.col(column))), on=KEY, how="inner", maintain_order="left")
        yield _hit(joined, pl.lit(True), HOUSEHOLDS, "relation", pl.col(column))

    return hits


def _no_head(look: Look) -> Hits:
    import polars as pl

    homes = look.h.unique(KEY, keep="first", maintain_order=True)
    without = look.counted.filter((pl.col("_heads") == 0) & (pl.col("_unrelated") == 0))
    yield _hit(homes.join(without, on=KEY, how="semi"), pl.lit(True), HOUSEHOLDS, "relation")


def _numbered(look: Look) -> pl.DataFrame:
    """Persons that have a number of identity or its digest, with its hash in place of the number."""
    import polars as pl

    bare = pl.col("id_number").str.replace_all(r"[\s.\-]", "")
    if not look.has("id_number"):
        bare = pl.when(pl.col("person_id").str.contains(DIGESTED)).then("person_id")
    known = look.persons.with_columns(_number=pl.when(bare.str.len_chars() > 0).then(bare.hash()))
    return known.filter(pl.col("_number").is_not_null() & pl.col(KEY).is_not_null())


def _id_number_digits(look: Look) -> Hits:
    import polars as pl

    bare = pl.col("id_number").str.replace_all(r"[\s.\-]", "")
    digits = bare.str.contains(r"^[0-9]+$") & bare.str.len_chars().is_in(_limit("id_number")["digits"])
    yield from _of_persons(look, (bare != "") & ~digits, "id_number")


def _person_two_households(look: Look) -> Hits:
    import polars as pl

    known = _numbered(look).filter(pl.col("_number").is_duplicated())
    yield _hit(known, pl.col(KEY).n_unique().over("_number") > 1, PERSONS, "id_number")


def _person_twice(look: Look) -> Hits:
    """By the number of identity; without it by name and date of birth. The row after the first is the finding."""
    import polars as pl

    seen = []
    if look.has("any_id_number"):
        known = _numbered(look).filter(pl.col("_number").is_duplicated())
        seen.append(_hit(known, ~pl.struct(KEY, "_number").is_first_distinct(), PERSONS, "id_number"))
    if look.has("name") and look.has("birth_date"):
        known = look.persons.filter(
            pl.col("name").is_not_null() & pl.col("_born").is_not_null() & pl.col(KEY).is_not_null()
        )
        known = known.filter(pl.struct(KEY, "_born").hash().is_duplicated())
        known = known.with_columns(
            _name=pl.col("name").str.to_lowercase().str.normalize("NFC").str.replace_all(r"\s+", " ")
        )
        again = ~pl.struct(KEY, "_name", "_born").is_first_distinct()
        if look.has("id_number"):  # two numbers of identity are two persons
            number = pl.col("id_number")
            first = number.first().over(KEY, "_name", "_born")
            again = again & (number.is_null() | first.is_null())
        seen.append(_hit(known, again, PERSONS, "name"))
    yield pl.concat(seen).unique("row", keep="first", maintain_order=True)


# --- ages ---------------------------------------------------------------------------------------------


def _birth_date_text(look: Look) -> Hits:
    import polars as pl

    given = pl.col("birth_date")
    if look.persons.schema["birth_date"] == pl.String:
        yield from _of_persons(look, (given.str.strip_chars() != "") & pl.col("_born").is_null(), "birth_date")


def _born_later(look: Look) -> Hits:
    import polars as pl

    assert look.on is not None
    later = (pl.col("_born") > pl.lit(look.on)).fill_null(False) | (pl.col("_year") > look.on.year).fill_null(False)
    yield from _of_persons(look, later, "birth_date" if look.has("birth_date") else "birth_year")


def _age_impossible(look: Look) -> Hits:
    import polars as pl

    most = _limit("age")["most"]
    given = (pl.col("_given") < 0) | (pl.col("_given") > most)
    test = given.fill_null(False) | (pl.col("_from") > most).fill_null(False)
    column = "age" if look.has("age") else "birth_date" if look.has("birth_date") else "birth_year"
    yield from _of_persons(look, test, column)


def _age_disagrees(look: Look) -> Hits:
    import polars as pl

    by_day = (pl.col("_given") < pl.col("_from")) | (pl.col("_given") > pl.col("_to"))
    by_year = pl.col("_born").dt.year() != pl.col("_year")
    test = (by_day.fill_null(False) | by_year.fill_null(False)) & pl.col("_sound").fill_null(False)
    yield from _of_persons(look, test, "age" if look.has("age") else "birth_year")


def _heads(look: Look) -> pl.DataFrame:
    """Persons with the ages of the head of their household, where there is one head."""
    import polars as pl

    heads = look.persons.filter(pl.col("relation") == "head").unique(KEY, keep="none")
    return look.persons.join(
        heads.select(KEY, _head_low="_low", _head_high="_high"), on=KEY, how="left", maintain_order="left"
    )


def _parent_child_gap(look: Look) -> Hits:
    import polars as pl

    gap = _limit("parent_gap")["years"]
    child = (pl.col("relation") == "child") & (pl.col("_head_high") - pl.col("_low") < gap)
    parent = (pl.col("relation") == "parent") & (pl.col("_high") - pl.col("_head_low") < gap)
    yield _hit(_heads(look), child.fill_null(False) | parent.fill_null(False), PERSONS, "relation")


def _spouse_age(look: Look) -> Hits:
    import polars as pl

    limit = _limit("marriage")
    least = pl.when(look.person("sex", pl.String) == "male").then(limit["male"]).otherwise(limit["female"])
    test = (pl.col("relation") == "spouse") & (pl.col("_high") < least)
    yield from _of_persons(look, test, "age", pl.col("_high"))


def _head_age(look: Look) -> Hits:
    import polars as pl

    test = (pl.col("relation") == "head") & (pl.col("_high") < _limit("head")["least"])
    yield from _of_persons(look, test, "age", pl.col("_high"))


def _fitting(column: str, limit: Mapping[str, Any]) -> pl.Expr:
    import polars as pl

    kinds: dict[str, Any] = {"return_dtype": pl.Float64, "default": None}
    least = pl.col(column).replace_strict({k: float(v) for k, v in limit["least"].items()}, **kinds)
    test = (pl.col("_high") < least).fill_null(False)
    if "most" in limit:
        most = pl.col(column).replace_strict({k: float(v) for k, v in limit["most"].items()}, **kinds)
        test = test | (pl.col("_low") > most).fill_null(False)
    return test


def _school_level_age(look: Look) -> Hits:
    import polars as pl

    test = _fitting("school_level", _limit("school_level"))
    if look.has("attending_school"):
        test = test & pl.col("attending_school").fill_null(True)
    yield from _of_persons(look, test, "school_level")


def _schooling_age(look: Look) -> Hits:
    yield from _of_persons(look, _fitting("schooling", _limit("schooling")), "schooling")


def _level_not_attending(look: Look) -> Hits:
    import polars as pl

    yield from _of_persons(look, ~pl.col("attending_school") & pl.col("school_level").is_not_null(), "school_level")


def _employment_under_15(look: Look) -> Hits:
    import polars as pl

    asked = pl.col("employment").is_not_null() | look.person("contract", pl.String).is_not_null()
    yield from _of_persons(look, (pl.col("_high") < _limit("employment")["least"]) & asked, "employment")


def _contract_without_work(look: Look) -> Hits:
    import polars as pl

    test = (pl.col("employment") != "working") & pl.col("contract").is_not_null()
    yield from _of_persons(look, test, "contract")


# --- children -----------------------------------------------------------------------------------------


def _within(value: pl.Expr, name: str) -> pl.Expr:
    """Whether a measure can belong to a child of its age; null where that is open, or nobody is asked."""
    import polars as pl

    limit = _limit(name)
    least: Any = pl.lit(None, dtype=pl.Float64)
    most: Any = pl.lit(None, dtype=pl.Float64)
    for row in limit["rows"]:
        least = pl.when(pl.col("_low") >= row["from"]).then(float(row["least"])).otherwise(least)
        most = pl.when(pl.col("_high") >= row["from"]).then(float(row["most"])).otherwise(most)
    return pl.when(pl.col("_high") < limit["below"]).then((value >= least) & (value <= most))


def _swapped() -> pl.Expr:
    import polars as pl

    height, weight = pl.col("height_cm"), pl.col("weight_kg")
    off = ~_within(height, "height_cm") & ~_within(weight, "weight_kg")
    return (off & _within(weight, "height_cm") & _within(height, "weight_kg")).fill_null(False)


def _height_weight_swapped(look: Look) -> Hits:
    import polars as pl

    shown = pl.concat_str(
        [
            _text(pl.col("height_cm").cast(pl.Float64)),
            pl.lit(" cm / "),
            _text(pl.col("weight_kg").cast(pl.Float64)),
            pl.lit(" kg"),
        ]
    )
    yield from _of_persons(look, _swapped(), "height_cm", shown)


def _off(name: str) -> Callable[[Look], Hits]:
    def hits(look: Look) -> Hits:
        import polars as pl

        test = ~_within(pl.col(name), name)
        if look.has("height_cm") and look.has("weight_kg"):
            test = test & ~_swapped()
        yield from _of_persons(look, test, name)

    return hits


CHECKS: Mapping[str, Callable[[Look], Hits]] = {
    "recorded_class": _recorded_class, "class_points": _class_points, "b1_sum": _b1_sum, "b2_sum": _b2_sum,
    "deprivations_flags": _deprivations_flags, "b2_indicators": _b2_indicators, "b2_deprivations": _b2_deprivations,
    "indicator_facts": _indicator_facts, "household_twice": _household_twice, "household_two_units": _household_two_units,
    "area_in_village": _area_in_village, "members_missing": _members_missing, "household_size": _household_size,
    "person_without_household": _person_without_household, "no_head": _no_head, "two_heads": _related("_heads", lambda n: n > 1),
    "two_spouses": _related("_spouses", lambda n: n > 1), "b1_assets": _b1_assets, "form_a_stop": _form_a_stop, "form_a_four": _form_a_four,
    "id_number_digits": _id_number_digits,
    "person_two_households": _person_two_households, "person_twice": _person_twice, "birth_date_text": _birth_date_text,
    "born_later": _born_later, "age_impossible": _age_impossible, "age_disagrees": _age_disagrees,
    "parent_child_gap": _parent_child_gap, "spouse_age": _spouse_age, "head_age": _head_age,
    "school_level_age": _school_level_age, "schooling_age": _schooling_age, "level_not_attending": _level_not_attending,
    "employment_under_15": _employment_under_15, "contract_without_work": _contract_without_work,
    "height_weight_swapped": _height_weight_swapped, "height_range": _off("height_cm"), "weight_range": _off("weight_kg"),
    "review_day": _review_day, "reviewed_later": _reviewed_later, "agreement_half": _agreement_half,
    "agreement_below": _agreement_below, "agreement_range": _agreement_range, "class_without_decision": _class_without_decision,
}  # fmt: skip
