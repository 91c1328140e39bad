"""Two standards beside each other, and what the change does to the same households: ``compare``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..household import household_names, person_names
from .columns import key_of, mapping_of, open_table, told
from .files import refuse_existing, write_text
from .laws import TARGET, standard_of
from .options import (
    OUTPUT,
    AsJson,
    Column,
    Columns,
    Derive,
    Force,
    Key,
    Method,
    On,
    Readings,
    day,
    is_given,
    one_of,
    readings_of,
)
from .tables import refuse_unreadable
from .telling import Teller
from .words import both

SAME = both("Trên cùng các hộ", "On the same households")
PRICES = both("Giá", "Prices")


def compare(
    ctx: typer.Context,
    a: Annotated[str, typer.Argument(metavar="A", help=TARGET)],
    b: Annotated[str, typer.Argument(metavar="B", help=TARGET)],
    households: Annotated[str, typer.Option("--households", metavar=both("TỆP", "FILE"), help=both("bảng các hộ (.parquet, .csv): hộ nào đổi loại", "a table of households (.parquet, .csv): who changes class"), rich_help_panel=SAME)] = "",
    persons: Annotated[str, typer.Option("--persons", metavar=both("TỆP", "FILE"), help=both("bảng các thành viên", "the table of their members"), rich_help_panel=SAME)] = "",
    columns: Columns = "",
    column: Column = [],  # noqa: B006
    key: Key = "household_id",
    weight: Annotated[str, typer.Option("--weight", metavar=both("CỘT", "COLUMN"), help=both("cột quyền số", "the column of weights"), rich_help_panel=SAME)] = "",
    on: On = "",
    method: Method = "",
    reading: Readings = [],  # noqa: B006
    derive: Derive = "all",
    prices: Annotated[bool, typer.Option("--prices", help=both("thêm thay đổi thực, theo chỉ số giá đi kèm thư viện", "real changes too, by the price index that comes with the library"), rich_help_panel=PRICES)] = False,
    years: Annotated[str, typer.Option("--years", metavar="A,B", help=both("giá của năm nào, như 2016,2022", "of which years the prices are, such as 2016,2022"), rich_help_panel=PRICES)] = "",
    html: Annotated[str, typer.Option("--html", metavar=both("TỆP", "FILE"), help=both("ghi thành một trang HTML", "write it as a page of HTML"), rich_help_panel=OUTPUT)] = "",
    force: Force = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    from ..comparing import compare as held_together
    from ..comparing import shipped_cpi

    tell: Teller = ctx.obj
    one_of(tell, "--derive", derive, ("all", "confirmed"))
    when = day(tell, "--on", on)
    alone = [
        n for n, v in (("--persons", persons), ("--columns", columns), ("--column", column), ("--weight", weight)) if v
    ]
    if alone and not households:
        tell.usage(*(tell.say("needs", n, "--households") for n in alone))
    if years and not prices:
        tell.usage(tell.say("needs", "--years", "--prices"))
    chosen = None
    if years:
        parts = [part.strip() for part in years.split(",")]
        if len(parts) != len("AB") or not all(part.isdecimal() for part in parts):
            tell.usage(tell.say("not_a_pair", "--years", repr(years), "2016,2022"))
        chosen = (int(parts[0]), int(parts[1]))
    if html:
        refuse_existing(tell, html, force)
    found = held_together(
        standard_of(tell, a), standard_of(tell, b), prices=shipped_cpi() if prices else None, years=chosen
    )  # fmt: skip
    moves: Any = None
    if households:
        both_names = {**household_names(found.a), **household_names(found.b)}
        homes = open_table(tell, households, both_names, mapping_of(tell, columns, column))
        people = None
        if persons:
            people = open_table(tell, persons, {**person_names(found.a), **person_names(found.b)}, {}, what="persons")
        refuse_unreadable(homes, people)
        key_of(homes, key, named=people is not None or is_given(ctx, "key"))
        if weight:
            key_of(homes, weight, named=True)
        with told(households):
            moves = found.on(
                homes.frame.collect(), None if people is None else people.frame.collect(), key=key, columns=homes.mapping,
                person_columns=None if people is None else people.mapping, weight=weight or None, on=when, method=method or None,
                readings=readings_of(tell, reading), derive=derive,
            )  # fmt: skip
    if html:
        text = found.to_html(tell.lang)
        if moves is not None:
            before, end, after = text.rpartition("</body>")
            text = f"{before}{moves.to_html(tell.lang)}\n{end}{after}"
        write_text(tell, html, text, force=force)
    if as_json:
        data = {k: v for k, v in found.to_dict().items() if k != "schema"}
        tell.json("comparison/1", data | {"moves": None if moves is None else moves.to_dict()})
    elif not html:
        tell.print(found.text(tell.lang))
        if moves is not None:
            tell.print()
            tell.print(moves.text(tell.lang))


__all__ = ["compare"]
