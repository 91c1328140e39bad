"""Survey files: Stata's ``.dta`` with their labels, and the file of areas beside the file of households.

The package ``pyreadstat`` (extra ``stata``) reads the file. What may go wrong without a word is an
error here: names that differ only in capitals, a key that is not one, households without a weight.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from .errors import DataProblems, Problem, nearest, quoted
from .tabular import like, to_polars

if TYPE_CHECKING:
    import polars as pl

# Columns of the Viet Nam Household Living Standards Survey as its users' programs name them. Waves
# differ: look at the labels of your file before you rely on them.
VHLSS_HOUSEHOLD = ("tinh", "huyen", "xa", "diaban", "hoso")
VHLSS_AREA = VHLSS_HOUSEHOLD[:-1]  # an enumeration area; the number of a địa bàn alone is not unique
VHLSS_COLUMNS: Mapping[str, Any] = {
    "area": {"from": "ttnt", "codes": {1: "urban", 2: "rural"}, "missing": [-1]},
    "income": {"from": "thunhap", "unit": "thousand VND/household/year", "missing": [-1]},
    "household_size": {"from": "tsnguoi", "missing": [-1]},
}


@attrs.frozen(eq=False)  # tables have no equality that answers yes or no
class SurveyFile:
    """A survey file: ``frame`` (polars, codes as they are), ``labels`` of columns, ``codes`` with their labels.

    Made by :func:`read_stata`.
    """

    frame: pl.DataFrame
    labels: Mapping[str, str]
    codes: Mapping[str, Mapping[float, str]]

    def codes_of(self, column: str, meant: Mapping[str, Any]) -> dict[float, Any]:
        """The codes of a column by what their labels mean, for ``codes`` of ``columns=``.

        A file that codes the town 0 and another that codes it 1 are then read alike. Every label of the
        column has to be in ``meant``; raises :class:`DataProblems` (CN206) for those that are not.

        >>> import polars as pl
        >>> file = SurveyFile(pl.DataFrame({"ttnt": [1, 2]}), {}, {"ttnt": {1: "Thành thị", 2: "Nông thôn"}})
        >>> file.codes_of("ttnt", {"Thành thị": "urban", "Nông thôn": "rural"})
        {1: 'urban', 2: 'rural'}
        """
        held = self.codes.get(column, {})
        problems = [
            Problem(
                "CN206",
                f"{column}[{code}]",
                f"its label {quoted(label)} is not among those given",
                label,
                ", ".join(meant),
                nearest(label, meant),
            )
            for code, label in held.items()
            if label not in meant
        ]
        if not held:
            problems = [
                Problem(
                    "CN206",
                    column,
                    "has no labelled codes in this file",
                    column,
                    ", ".join(self.codes),
                    "write the codes out",
                )
            ]
        if problems:
            raise DataProblems(f"labels of {column} are not as expected", problems)
        return {code: meant[label] for code, label in held.items()}


def read_stata(
    path: str | os.PathLike[str],
    *,
    columns: Sequence[str] | None = None,
    key: Sequence[str] = (),
    encoding: str | None = None,
) -> SurveyFile:
    """A Stata file as polars, with the labels of its columns and codes.

    Names are given in small letters, whatever the file has. Codes stay numbers; Stata's missing values
    are null (a -1 that the questionnaire uses is not: name it under ``missing`` of ``columns=``).
    Columns of whole numbers are 64-bit whole numbers. A Stata ``float`` that holds other numbers, or
    such as it cannot hold exactly, stays 32-bit, so that ``classify`` refuses amounts it has rounded.

    ``columns`` keeps only these; ``key`` are columns that must tell every row apart; ``encoding`` is that of
    texts in files of Stata 13 and before, which do not say it (``"CP1258"``). Raises
    :class:`DataProblems`: CN205 no Stata file, CN206 no such column, CN207 two names alike, CN208 no key.

    >>> import os, tempfile
    >>> import polars as pl, pyreadstat
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "ho.dta")
    ...     pyreadstat.write_dta(pl.DataFrame({"HOSO": [1, 2], "ttnt": [1, 2]}), path,
    ...                          variable_value_labels={"ttnt": {1: "Thành thị", 2: "Nông thôn"}})
    ...     file = read_stata(path, key=["hoso"])
    >>> file.frame.columns, file.codes_of("ttnt", {"Thành thị": "urban", "Nông thôn": "rural"})
    (['hoso', 'ttnt'], {1: 'urban', 2: 'rural'})
    """
    import polars as pl

    where = os.fspath(path)
    try:
        import pyreadstat
    except ModuleNotFoundError:
        problem = Problem("CN205", where, "pyreadstat is not installed", remedy="pip install 'chuanngheo[stata]'")
        raise DataProblems("a Stata file needs pyreadstat", [problem]) from None
    try:
        _, meta = pyreadstat.read_dta(where, metadataonly=True, output_format="dict", encoding=encoding)
        names = _small(where, meta.column_names)
        wanted = list(names) if columns is None else [n.lower() for n in dict.fromkeys([*columns, *key])]
        _need(where, wanted, names)
        own = [names[n] for n in wanted]
        data, _ = pyreadstat.read_dta(where, usecols=own, output_format="dict", encoding=encoding)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeError) as error:
        problem = Problem("CN205", where, f"cannot be read as a Stata file ({error})", None, "a .dta file")
        raise DataProblems(f"{where} is not a Stata file", [problem]) from None
    kinds = meta.readstat_variable_types
    frame = pl.DataFrame([_column(n, list(data[names[n]]), kinds[names[n]]) for n in wanted])
    if key:
        _unique(where, frame, [n.lower() for n in key])
    labels = {n: label for n in wanted if (label := meta.column_names_to_labels.get(names[n]))}
    codes: dict[str, Mapping[float, str]]
    codes = {n: dict(meta.variable_value_labels[names[n]]) for n in wanted if names[n] in meta.variable_value_labels}
    return SurveyFile(frame, labels, codes)


def merge(households: Any, areas: Any, on: Sequence[str]) -> Any:
    """Households with what a second table says of their area: Stata's ``merge m:1``, in their order.

    ``areas`` has one row for each value of ``on`` (a file of weights has one for each địa bàn). The table
    comes back in the kind of ``households``. Raises :class:`DataProblems`: CN206 a column of ``on`` is not
    there, CN207 another column stands in both, CN208 ``on`` is not a key of ``areas``, CN209 households
    that no area answers to. Areas without households are left out.

    >>> import polars as pl
    >>> homes = pl.DataFrame({"xa": [1, 1, 2], "diaban": [7, 7, 7], "hoso": [1, 2, 1]})
    >>> merge(homes, pl.DataFrame({"xa": [1, 2], "diaban": [7, 7], "wt9": [120.5, 80.0]}), on=["xa", "diaban"])["wt9"].to_list()
    [120.5, 120.5, 80.0]
    """
    import polars as pl

    many, one = to_polars(households, "households"), to_polars(areas, "areas")
    _need("households", on, many.columns)
    _need("areas", on, one.columns)
    both = [n for n in one.columns if n in many.columns and n not in on]
    if both:
        problems = [
            Problem("CN207", f"areas[{n!r}]", "stands in both tables", n, remedy="drop one of them") for n in both
        ]
        raise DataProblems("columns stand in both tables", problems)
    kinds = [n for n in on if many.schema[n].is_numeric() != one.schema[n].is_numeric()]
    if kinds:
        problems = [
            Problem(
                "CN209",
                n,
                f"is {many.schema[n]} in households, {one.schema[n]} in areas: they never match",
                n,
                "numbers in both, or texts in both",
                "cast one of them; '01' is 1 as a number",
            )
            for n in kinds
        ]
        raise DataProblems("the key is of two kinds", problems)
    _unique("areas", one, on)
    alike = [pl.col(n).cast(pl.Float64) for n in on if many.schema[n] != one.schema[n] and many.schema[n].is_numeric()]
    marked = one.with_columns(*alike, pl.lit(True).alias("_found"))
    joined = many.select(on).with_columns(alike).join(marked, on=on, how="left", validate="m:1", maintain_order="left")
    lost = many.with_row_index("_row").filter(joined["_found"].is_null())
    if lost.height:
        first = tuple((row["_row"], None, tuple(row[n] for n in on)) for row in lost.head(5).iter_rows(named=True))
        problem = Problem(
            "CN209",
            "households",
            f"no row of areas has their {' '.join(on)}",
            None,
            "every household has its area",
            "look for another wave or another coding of places; drop them yourself if they are to be left out",
            count=lost.height,
            rows=first,
        )
        raise DataProblems("households without their area", [problem])
    return like(households, many.hstack(joined.drop(*on, "_found")))


# --- parts --------------------------------------------------------------------------------------------


def _small(where: str, given: Sequence[str]) -> dict[str, str]:
    """Names in small letters, each with that of the file."""
    names: dict[str, str] = {}
    problems = []
    for name in given:
        if name.lower() in names:
            problems.append(
                Problem("CN207", f"{where}[{name!r}]", f"is alike {names[name.lower()]!r} in small letters", name, remedy="rename one of them in Stata")
            )  # fmt: skip
        names.setdefault(name.lower(), name)
    if problems:
        raise DataProblems(f"{len(problems)} name(s) stand twice", problems)
    return names


def _need(where: str, wanted: Sequence[str], names: Mapping[str, str] | Sequence[str]) -> None:
    problems = [
        Problem("CN206", f"{where}[{n!r}]", "there is no such column", n, remedy=nearest(n, names)) for n in wanted if n not in names
    ]  # fmt: skip
    if problems:
        raise DataProblems(f"{len(problems)} column(s) are not there", problems)


def _column(name: str, values: list[Any], kind: str) -> pl.Series:
    """A column in a type that neither wraps nor hides what Stata has rounded."""
    import polars as pl

    if kind == "string":
        return pl.Series(name, values, pl.String)
    if any(not isinstance(v, int | float) for v in values if v is not None):
        return pl.Series(name, values)  # days and times
    made = pl.Series(name, values, pl.Float64, strict=False).fill_nan(None)
    exact = 2.0 ** (24 if kind == "float" else 53)
    whole = ((made == made.floor()) & (made.abs() <= exact)).fill_null(True)
    if whole.all():
        return made.cast(pl.Int64)
    return made.cast(pl.Float32) if kind == "float" else made


def _unique(where: str, frame: pl.DataFrame, key: Sequence[str]) -> None:
    """Each value of the key is there once, and known."""
    import polars as pl

    blank = frame.with_row_index("_row").filter(pl.any_horizontal(pl.col(list(key)).is_null()))
    twice = frame.with_row_index("_row").filter(
        frame.select(key).is_duplicated(), ~pl.col("_row").is_in(blank["_row"].implode())
    )
    problems = [
        Problem(
            "CN208",
            f"{where}[{', '.join(key)}]",
            message,
            None,
            "one row for each",
            remedy,
            count=rows.height,
            rows=tuple((row["_row"], None, tuple(row[n] for n in key)) for row in rows.head(5).iter_rows(named=True)),
        )
        for rows, message, remedy in (
            (blank, "a part of the key is unknown", "fill it in, or leave the rows out"),
            (
                twice,
                "stands in more than one row",
                "name the columns that are missing from the key, or drop the copies",
            ),
        )
        if rows.height
    ]
    if problems:
        raise DataProblems("the key does not tell rows apart", problems)


__all__ = ["VHLSS_AREA", "VHLSS_COLUMNS", "VHLSS_HOUSEHOLD", "SurveyFile", "merge", "read_stata"]
