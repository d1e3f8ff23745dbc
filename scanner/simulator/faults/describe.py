"""Says of every key of a scenario file what it holds, in words; read from the types."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import inspect

from scanner.simulator.population.frozen import Frozen


class Described(Frozen, frozen=True, kw_only=True):
    """One key."""

    key: str
    kind: str
    """What may stand there: "text", "a number from 0 to 1", "one of close, reset"."""
    meaning: str
    needed: bool
    table: Any = None
    """The type of the table, or of each table of the array, that stands there; None for a plain value."""


def describe(table: type[msgspec.Struct]) -> Iterator[Described]:
    """Describe the keys of a table.

    Args:
        table: Its type.

    Yields:
        One description a key, in the order of the type.
    """
    kind = inspect.type_info(table)
    assert isinstance(kind, inspect.StructType)  # noqa: S101 - every table is one
    for field in kind.fields:
        meaning, inner = _unwrap(field.type)
        yield Described(
            key=field.encode_name,
            kind=_word(inner),
            meaning=meaning,
            needed=field.required,
            table=_table_of(inner),
        )


def _unwrap(kind: inspect.Type) -> tuple[str, inspect.Type]:
    """Take the meaning off a type, and the None of what need not be given."""
    if isinstance(kind, inspect.UnionType):
        kinds = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        return _unwrap(kinds[0])
    if isinstance(kind, inspect.Metadata):
        meaning, inner = _unwrap(kind.type)
        return (kind.extra_json_schema or {}).get("description", "") or meaning, inner
    return "", kind


def _table_of(kind: inspect.Type) -> Any:  # noqa: ANN401 - msgspec's own word for it
    if isinstance(kind, inspect.StructType):
        return kind.cls
    if isinstance(kind, inspect.VarTupleType) and isinstance(kind.item_type, inspect.StructType):
        return kind.item_type.cls
    return None


def _word(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.VarTupleType):
        return _PLURALS[type(kind.item_type)]
    if isinstance(kind, inspect.LiteralType):
        return f"one of {', '.join(str(value) for value in kind.values)}"
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        return f"a{' whole' if isinstance(kind, inspect.IntType) else ''} number{_range(kind)}"
    return _SINGULARS[type(kind)]


def _range(kind: inspect.IntType | inspect.FloatType) -> str:
    least = kind.ge if kind.gt is None else kind.gt
    if least is None:
        return ""
    return f" from {least:g} upwards" if kind.le is None else f" from {least:g} to {kind.le:g}"


_SINGULARS: Mapping[type[inspect.Type], str] = {
    inspect.BoolType: "true or false",
    inspect.DictType: "a table of texts",
    inspect.StrType: "text",
    inspect.StructType: "a table",
}
_PLURALS: Mapping[type[inspect.Type], str] = {
    inspect.IntType: "a list of whole numbers",
    inspect.StrType: "a list of texts",
    inspect.StructType: "an array of tables",
}
