"""What two standards have in common and where they differ: lines, indicators, classes, days, grades."""

from __future__ import annotations

from typing import Any

from ..answering import Standard
from ..values import Frozen, frozen


@frozen
class Comparison(Frozen):
    """Two standards beside each other: ``a`` is the one before, ``b`` the one after."""

    a: Standard
    b: Standard

    def on(
        self,
        households: Any,
        persons: Any = None,
        *,
        key: str = "household_id",
        columns: Any = None,
        person_columns: Any = None,
        weight: str | None = None,
        by: Any = None,
        design: Any = None,
        **how: Any,
    ) -> Any:
        """What the change from ``a`` to ``b`` does to the same households."""
        from .moves import moves

        return moves(
            self, households, persons, key=key, columns=columns, person_columns=person_columns,
            weight=weight, by=by, design=design, **how,
        )  # fmt: skip


__all__ = ["Comparison"]
