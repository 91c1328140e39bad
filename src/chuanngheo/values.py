"""Small frozen values: attrs classes that share one way to compare, hash and print.

attrs would write these methods anew for each of some fifty classes, which costs more time at
import than reading a standard; here they are written once.
"""

from __future__ import annotations

from typing import Any, TypeVar, dataclass_transform

import attrs

C = TypeVar("C")


class Frozen:
    """Equal when of one class with equal fields; the hash is worked out once."""

    __slots__ = ("_hash",)
    _hash: int
    __match_args__: tuple[str, ...] = ()

    def _fields(self) -> tuple[Any, ...]:
        return tuple([getattr(self, name) for name in self.__match_args__])

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(self) is not type(other):
            return False
        for name in self.__match_args__:  # noqa: SIM110  (half the time of all() over a generator)
            if getattr(self, name) != getattr(other, name):
                return False
        return True

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            object.__setattr__(self, "_hash", hash((type(self).__name__, *map(hashable, self._fields()))))
            return self._hash

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{n}={getattr(self, n)!r}' for n in self.__match_args__)})"


def hashable(value: Any) -> Any:
    """A field as something that hashes: mappings by their items."""
    if isinstance(value, dict):
        return frozenset((k, hashable(v)) for k, v in value.items())
    return value


@dataclass_transform(frozen_default=True, field_specifiers=(attrs.field,))
def frozen(cls: type[C]) -> type[C]:
    """A frozen attrs class with slots whose methods come from :class:`Frozen`."""
    return attrs.frozen(cls, eq=False, repr=False)


def evolve(instance: C, **changes: Any) -> C:
    """A copy with some fields changed."""
    made: C = attrs.evolve(instance, **changes)  # type: ignore[misc]
    return made


field = attrs.field
