"""Reads the configuration; every mistake is an error with file, line, key, what was expected and what to do."""

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from scanner.config.delivery import DeliveryConfig
from scanner.config.environment import merge_environment
from scanner.config.lines import KeyPath, find_line
from scanner.config.table import Table
from scanner.config.tables import Config, FleetConfig, PseudonymsConfig, SigningConfig, StoreConfig, TenantConfig
from scanner.errors import ConfigurationError

TableT = TypeVar("TableT", bound=Table)

PLACE = re.compile(r" - at `\$(?P<place>[^`]*)`$")
STEP = re.compile(r"\.(?P<key>\w+)|\[(?P<index>\d+)\]")
QUOTED_KEY = re.compile(r"`(\w+)`")
SECRET_WORDS = frozenset({"secret", "client_secret", "password", "passphrase", "private_key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Origin:
    """Where values came from, so that an error can say it.

    Attributes:
        file: The configuration file; ``None`` where everything came from the environment.
        text: Its text.
        variables: The environment variable of each key that one was used for.
    """

    file: Path | None
    text: str
    variables: Mapping[KeyPath, str]

    @property
    def folder(self) -> Path:
        """The folder that relative paths start from."""
        return self.file.parent if self.file else Path()

    def locate(self, path: KeyPath) -> str:
        """Say where a key stands: variable, or file and line."""
        if path in self.variables:
            return f"environment variable {self.variables[path]}"
        line = find_line(self.text, path)
        file = str(self.file) if self.file else "configuration from the environment"
        return f"{file}, line {line}" if line else file

    def mistake(self, path: KeyPath, what: str, advice: str) -> ConfigurationError:
        """Make the error for one key."""
        return ConfigurationError(f"{self.locate(path)}: {_spell(path)}: {what}.", advice)


def load(path: Path | None, environment: Mapping[str, str], *, today: dt.date | None = None) -> Config:
    """Read the configuration.

    Args:
        path: The TOML file; ``None`` where the environment gives everything.
        environment: The environment; ``SMTP_POSTURE__…`` keys win over the file.
        today: The day that waivers are judged for; the current day in UTC where it is not given.

    Returns:
        The configuration, with the paths in it absolute or relative to the file's folder.

    Raises:
        ConfigurationError: Anything is wrong with it; the message says where and what was expected.
    """
    text = _read(path) if path else ""
    document = _decode(path, text)
    variables = merge_environment(document, environment)
    origin = _Origin(file=path, text=text, variables=variables)
    _refuse_unknown(document, msgspec.inspect.type_info(Config), (), origin)
    config = Config(
        store=_convert(document.get("store", {}), StoreConfig, ("store",), origin),
        pseudonyms=_convert(document.get("pseudonyms", {}), PseudonymsConfig, ("pseudonyms",), origin),
        signing=_convert(document.get("signing", {}), SigningConfig, ("signing",), origin),
        delivery=_convert(document.get("delivery", {}), DeliveryConfig, ("delivery",), origin),
        fleet=_convert(document.get("fleet", {}), FleetConfig, ("fleet",), origin),
        tenants={
            name: _convert(tenant, TenantConfig, ("tenants", name), origin)
            for name, tenant in _tables(document.get("tenants", {}), ("tenants",), origin)
        },
    )
    _refuse_expired(config, today or dt.datetime.now(tz=dt.UTC).date(), origin)
    return config


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(
            f"The configuration file {path} can't be read: {error.strerror or error}.",
            "Give another file with --config, or make one with `smtp-posture init`.",
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"The configuration file {path} is not UTF-8.", "Save it as UTF-8.") from error


def _decode(path: Path | None, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}.", "Mend the file at that place.") from error


def _tables(value: object, path: KeyPath, origin: _Origin) -> Iterator[tuple[str, object]]:
    if not isinstance(value, dict):
        raise origin.mistake(path, "expected a table", f"Write it as [{_spell(path)}.NAME].")
    yield from value.items()


def _convert(value: object, kind: type[TableT], path: KeyPath, origin: _Origin) -> TableT:
    def decode(expected: type, given: object) -> object:
        if expected is Path and isinstance(given, str):
            return origin.folder / Path(given).expanduser()
        raise ValueError(f"Expected a path, got `{type(given).__name__}`")

    try:
        return msgspec.convert(value, kind, strict=False, dec_hook=decode)
    except msgspec.ValidationError as error:
        place = PLACE.search(str(error))
        what = PLACE.sub("", str(error))
        inner = _parse_place(place["place"] if place else "")
        named = QUOTED_KEY.match(what)
        where = (*path, *inner, named[1]) if named else (*path, *inner)
        raise origin.mistake(where, what, "The README lists the keys and their values.") from error


def _parse_place(place: str) -> KeyPath:
    """Turn msgspec's ``.credential.kind`` into a path of keys."""
    return tuple(step["key"] or int(step["index"]) for step in STEP.finditer(place))


def _refuse_unknown(value: object, expected: msgspec.inspect.Type, path: KeyPath, origin: _Origin) -> None:
    """Walk the document beside its types, so that an unknown key is named with the nearest known one."""
    match expected, value:
        case msgspec.inspect.UnionType(types=types), _:
            for kind in types:
                _refuse_unknown(value, kind, path, origin)
        case msgspec.inspect.VarTupleType(item_type=kind), list():
            for index, item in enumerate(value):
                _refuse_unknown(item, kind, (*path, index), origin)
        case msgspec.inspect.DictType(value_type=kind), dict():
            for key, item in value.items():
                _refuse_unknown(item, kind, (*path, key), origin)
        case msgspec.inspect.StructType(fields=fields), dict():
            known = {field.encode_name: field.type for field in fields}
            for key, item in value.items():
                if key not in known:
                    raise origin.mistake((*path, key), "unknown key", _advise(key, known))
                _refuse_unknown(item, known[key], (*path, key), origin)
        case _:
            return


def _advise(key: str, known: Mapping[str, object]) -> str:
    if key in SECRET_WORDS:
        return "A secret never stands in the configuration: name a file or a variable that holds it (…_file, …_env)."
    nearest = difflib.get_close_matches(key, known, n=1)
    return f"Did you mean {nearest[0]!r}?" if nearest else f"Known here: {', '.join(sorted(known))}."


def _refuse_expired(config: Config, today: dt.date, origin: _Origin) -> None:
    for name, tenant in config.tenants.items():
        for index, waiver in enumerate(tenant.waivers):
            if waiver.expires < today:
                raise origin.mistake(
                    ("tenants", name, "waivers", index, "expires"),
                    f"the waiver of {waiver.mailbox} expired on {waiver.expires}; expected is a day not before {today}",
                    f"Ask {waiver.owner} whether it still holds: give a new day, or take the waiver out.",
                )


def _spell(path: KeyPath) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")
