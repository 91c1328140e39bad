"""Consistency checks: what one column of a review says against another, a text, or what can be.

Each check is data (``standards/vn/review/checks.yaml``): severity, the rule broken, where a text
founds it. Unknown is never a finding by itself: a check speaks only where what is known contradicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import Problem, as_day, nearest
from ..model import LANGUAGES, Cite, Instrument, Text, bilingual
from ..tabular import like
from ..values import Frozen, frozen
from .contradictions import CHECKS, FILE, FIRST, HIT, KEY, ROW, Look
from .data import load

if TYPE_CHECKING:
    import polars as pl

    from ..answering import Standard

SCHEMA = "chuanngheo/review-checks/1"


@frozen
class Check(Frozen):
    """One check: its severity (``error``, ``warning``, ``note``), the rule broken, its ground."""

    id: str
    code: str
    severity: str
    rules: Text
    remedies: Text
    cite: Cite | None = None

    def rule(self, lang: str = "vi") -> str:
        return self.rules[lang]


@frozen
class Found(Frozen):
    """A row that breaks a check: table, number of the row from 0, household, column, value.

    ``value`` is the text of the value, or that it is hidden where the column is personal.
    """

    table: str
    row: int
    household_id: str | None
    column: str
    value: str | None


@frozen
class CheckFindings(Frozen):
    """What one check found: how many rows, in how many households, and the first of them."""

    check: Check
    count: int
    households: int
    rows: tuple[Found, ...]


@attrs.frozen(eq=False, repr=False, slots=False)
class Findings:
    """What the checks of a review found, gravest first.

    ``skipped`` names the checks that could not be made and what they lacked. ``str()`` gives the
    English text; no personal value is in any form of it.
    """

    checks: tuple[CheckFindings, ...]
    skipped: Mapping[str, tuple[str, ...]]
    households: int
    persons: int | None
    table: pl.DataFrame
    given: Any = attrs.field(repr=False)

    @property
    def worst(self) -> str | None:
        """The gravest severity found; None where nothing was."""
        return self.checks[0].check.severity if self.checks else None

    @property
    def count(self) -> int:
        """How many findings there are in all."""
        return self.table.height

    def of(self, *ids: str) -> tuple[CheckFindings, ...]:
        """What some checks found."""
        for id in ids:
            if id not in load(FILE)["checks"]:
                raise ValueError(f"{id!r} is no check; {nearest(id, load(FILE)['checks'])}")
        return tuple(c for c in self.checks if c.check.id in ids)

    def frame(self) -> Any:
        """One row a finding, in the kind of table that was given.

        Columns: ``check``, ``code``, ``severity``, ``table``, ``row`` (from 0), ``household_id``,
        ``column``, ``value`` (text; hidden where personal).
        """
        return like(self.given, self.table)

    def for_household(self, household_id: Any) -> tuple[tuple[Check, Found], ...]:
        """Everything found of one household, gravest first."""
        import polars as pl

        rows = self.table.filter(pl.col(KEY) == str(household_id)).rows(named=True)
        by_id = {c.check.id: c.check for c in self.checks}
        return tuple((by_id[r["check"]], _found(r)) for r in rows)

    def problems(self) -> tuple[Problem, ...]:
        """The same as :class:`Problem` values, one a check, with counts and first rows."""
        return tuple(
            Problem(c.check.code, c.check.id, c.check.rules["en"], None, "", c.check.remedies["en"], count=c.count,
                    rows=tuple((f.row, f.household_id, f.value) for f in c.rows))
            for c in self.checks
        )  # fmt: skip

    def text(self, lang: str = "vi") -> str:
        """Every check that found something: severity, rule, ground, count, first rows."""
        return "\n".join(_lines(self, _language(lang)))

    def __str__(self) -> str:
        return self.text("en")

    def __repr__(self) -> str:
        return f"<Findings: {self.count} of {len(self.checks)} checks in {self.households} households>"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; its schema is ``chuanngheo/review-checks/1``."""
        return {
            "schema": SCHEMA, "households": self.households, "persons": self.persons, "worst": self.worst, "count": self.count,
            "checks": [
                {"id": c.check.id, "code": c.check.code, "severity": c.check.severity, "rule": dict(c.check.rules),
                 "remedy": dict(c.check.remedies), "count": c.count, "households": c.households,
                 "cite": None if c.check.cite is None else {"number": c.check.cite.source.number, "at": c.check.cite.at,
                                                           "words": c.check.cite.words, "grade": c.check.cite.grade},
                 "rows": [{"table": f.table, "row": f.row, "household_id": f.household_id, "column": f.column, "value": f.value}
                          for f in c.rows]}
                for c in self.checks
            ],
            "skipped": {id: list(lacking) for id, lacking in self.skipped.items()},
        }  # fmt: skip

    def to_html(self, lang: str = "vi") -> str:
        """A fragment of HTML: one row a check."""
        words = load(FILE)["words"][_language(lang)]
        severities = load(FILE)["severities"]
        head = "".join(
            f"<th style='text-align:left'>{escape(words[w])}</th>" for w in ("severity", "rule", "count", "first")
        )
        body = ""
        for c in self.checks:
            first = "<br>".join(escape(_shown(f, lang)) for f in c.rows)
            ground = (
                ""
                if c.check.cite is None
                else f"<br><small>{escape(words['ground'])}: {escape(_ground(c.check.cite, lang))}</small>"
            )
            cells = (
                escape(severities[c.check.severity][lang]),
                escape(c.check.rules[lang]) + ground,
                f"{c.count:,}",
                first,
            )
            body += "<tr>" + "".join(f"<td style='text-align:left'>{cell}</td>" for cell in cells) + "</tr>"
        table = f"<table><tr>{head}</tr>{body}</table>" if body else f"<p>{escape(words['none'])}</p>"
        return f'<div lang="{lang}"><h3>{escape(words["title"])}</h3>{table}</div>'

    def _repr_html_(self) -> str:
        return self.to_html()


def checks() -> Mapping[str, Check]:
    """Every check there is, by its id, in the order of the data."""
    return {id: _check(id, data) for id, data in load(FILE)["checks"].items()}


def check(
    households: Any,
    persons: Any = None,
    *,
    std: Standard | None = None,
    on: date | None = None,
    before: Any = None,
    exclude: Iterable[str] = (),
) -> Findings:
    """Hold the tables of a review against each other, against the score forms and against what can be.

    ``households`` has one row a household, ``persons`` one a person (any kind of table; columns as in
    the review round; what is absent or null is unknown). ``std`` (``cn.standard("vn-2022")``) brings
    lines, score cards and indicators; ``on`` is the day for which ages are counted; ``before`` is the
    round before; ``exclude`` names checks to leave out. Indicators that :meth:`Standard.classify` can
    work out from the facts in the tables are compared with the columns ``deprived_*``.

    Raises :class:`DataProblems` (CN140) where a column does not hold what its name says.

    >>> import chuanngheo as cn, polars as pl
    >>> homes = pl.DataFrame({"household_id": ["1", "2"], "area": ["rural", "rural"], "b1": [100, 100],
    ...                       "b2": [30, 60], "recorded": ["poor", "neither"]})
    >>> made = check(homes, std=cn.standard("vn-2022"))
    >>> made.worst, [(c.check.id, c.rows[0].household_id) for c in made.checks]
    ('error', [('class_points', '2')])
    """
    import polars as pl

    look = Look.opened(households, persons, before, std, None if on is None else as_day(on, "on"), tuple(exclude))
    hits: list[pl.DataFrame] = []
    skipped: dict[str, tuple[str, ...]] = {}
    for id, data in load(FILE)["checks"].items():
        if id in exclude:
            continue
        lacking = tuple(n for n in data.get("needs", ()) if not look.has(n))
        if lacking:
            skipped[id] = lacking
        else:
            hits += [h.select(pl.lit(id).alias("check"), *HIT) for h in CHECKS[id](look)]
    return _findings(look, hits, skipped, households)


def _findings(look: Look, hits: list[pl.DataFrame], skipped: Mapping[str, tuple[str, ...]], given: Any) -> Findings:
    import polars as pl

    known = checks()
    order = {id: (list(load(FILE)["severities"]).index(c.severity), i) for i, (id, c) in enumerate(known.items())}
    ranked = sorted(known, key=lambda name: order[name])
    text = pl.String()
    schema = pl.Schema({"check": text, "table": text, "row": pl.Int64(), KEY: text, "column": text, "value": text})
    table = pl.concat([pl.DataFrame(schema=schema), *(h.cast(schema) for h in hits)])
    hidden = load(FILE)["words"]["en"]["hidden"]
    table = (
        table.with_columns(
            pl.when(pl.col("column").is_in(load(FILE)["personal"])).then(pl.lit(hidden)).otherwise("value").alias("value"),
            pl.col("check").replace_strict({id: c.code for id, c in known.items()}, return_dtype=pl.String).alias("code"),
            pl.col("check").replace_strict({id: c.severity for id, c in known.items()}, return_dtype=pl.String).alias("severity"),
            pl.col("check").replace_strict({id: i for i, id in enumerate(ranked)}, return_dtype=pl.Int64).alias(ROW),
        )
        .sort(ROW, "row", maintain_order=True)
        .select("check", "code", "severity", "table", "row", KEY, "column", "value")
    )  # fmt: skip
    made = []
    counts = {
        r["check"]: r for r in table.group_by("check").agg(n=pl.len(), homes=pl.col(KEY).n_unique()).rows(named=True)
    }
    for id in ranked:
        if id in counts:
            first = table.filter(pl.col("check") == id).head(FIRST).rows(named=True)
            made.append(CheckFindings(known[id], counts[id]["n"], counts[id]["homes"], tuple(map(_found, first))))
    people = None if look.p is None else look.p.height
    return Findings(tuple(made), skipped, look.h.height, people, table, given)


def _found(row: Mapping[str, Any]) -> Found:
    return Found(row["table"], row["row"], row[KEY], row["column"], row["value"])


def _check(id: str, data: Mapping[str, Any]) -> Check:
    cite = data.get("cite")
    made = None
    if cite is not None:
        source = load(FILE)["sources"][cite["source"]]
        instrument = Instrument(cite["source"], source["number"], source["title"], note=bilingual(source.get("note")))
        made = Cite(instrument, cite["at"], cite["grade"], cite.get("words", ""))
    return Check(id, data["code"], data["severity"], data["rule"], data["remedy"], made)


# --- words --------------------------------------------------------------------------------------------


def _language(lang: str) -> str:
    if lang not in LANGUAGES:
        raise ValueError(f"lang={lang!r} is unknown; allowed: {', '.join(LANGUAGES)}")
    return lang


def _lines(made: Findings, lang: str) -> Iterator[str]:
    from ..explaining import number_text

    words, severities = load(FILE)["words"][lang], load(FILE)["severities"]
    yield f"{words['title']}: {words['households']} {number_text(made.households, lang)}" + (
        "" if made.persons is None else f", {words['persons']} {number_text(made.persons, lang)}"
    )
    for c in made.checks:
        head = f"[{severities[c.check.severity][lang]}] {c.check.rules[lang]} [{c.check.code}]"
        yield f"{head}: {words['count']} {number_text(c.count, lang)}"
        if c.check.cite is not None:
            yield f"    {words['ground']}: {_ground(c.check.cite, lang)}"
        yield from (f"    {_shown(f, lang)}" for f in c.rows)
    if not made.checks:
        yield words["none"]
    if made.skipped:
        lacking = "; ".join(f"{id} ({words['missing']} {', '.join(names)})" for id, names in made.skipped.items())
        yield f"{words['not_checked']}: {lacking}"


def _ground(cite: Cite, lang: str) -> str:
    return f"{cite.label(lang)} ({cite.grade})"


def _shown(found: Found, lang: str) -> str:
    words = load(FILE)["words"][lang]
    value = words["no_value"] if found.value is None else found.value
    value = words["hidden"] if value == load(FILE)["words"]["en"]["hidden"] else value
    household = words["no_value"] if found.household_id is None else found.household_id
    place = f"{words[found.table]}, {words['row']} {found.row}, {words['household']} {household}"
    return f"{place}: {found.column} {value}"


__all__ = ["Check", "CheckFindings", "Findings", "Found", "check", "checks"]
