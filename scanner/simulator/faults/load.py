"""Reads scenario files; every mistake is an error with file, line, key and what was expected."""

import difflib
import tomllib
from pathlib import Path

import msgspec

from scanner.config.complaint import read_complaint
from scanner.config.lines import KeyPath, find_line
from scanner.errors import ConfigurationError
from scanner.simulator.faults.describe import Described, describe
from scanner.simulator.faults.scenario import Faults

SCENARIOS = Path(__file__).parents[1] / "scenarios"


def find_scenarios() -> dict[str, Path]:
    """Find the scenarios that travel with the program, by name."""
    return {file.stem: file for file in sorted(SCENARIOS.glob("*.toml"))}


def load_faults(named: str) -> Faults:
    """Read a scenario.

    Args:
        named: A file, or the name of one that travels with the program.

    Raises:
        ConfigurationError: There is none, or something in it is wrong; the message says where, and what was expected.
    """
    ready = find_scenarios()
    file = ready.get(named, Path(named))
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The scenario {named} can't be read: {error}.",
            f"Give a TOML file, or one of the ready ones: {', '.join(ready)}.",
        ) from error
    return read_faults(text, str(file))


def read_faults(text: str, file: str = "scenario") -> Faults:
    """Read the text of a scenario.

    Args:
        text: TOML.
        file: What it is called in errors.

    Raises:
        ConfigurationError: Something in it is wrong; the message says where, and what was expected.
    """
    try:
        return msgspec.convert(tomllib.loads(text), Faults)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file} is not valid TOML: {error}.", "Mend the file at that place.") from error
    except msgspec.ValidationError as error:
        path, what = read_complaint(str(error))
        line = find_line(text, path)
        place = f"{file}, line {line}" if line else file
        raise ConfigurationError(f"{place}: {_spell(path)}: {what}.", _advise(path)) from error


def _spell(path: KeyPath) -> str:
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _advise(path: KeyPath) -> str:
    """Say what was expected: of a known key its kind and meaning, of an unknown one the nearest known."""
    known: dict[str, Described] = {one.key: one for one in describe(Faults)}
    for part in path[:-1]:
        if isinstance(part, str) and part in known and known[part].table:
            known = {one.key: one for one in describe(known[part].table)}
    last = next((part for part in reversed(path) if isinstance(part, str)), "")
    if last in known:
        return f"Expected: {known[last].kind}. {known[last].meaning}"
    nearest = difflib.get_close_matches(last, known, n=1)
    return f"Did you mean {nearest[0]!r}?" if nearest else f"Known here: {', '.join(known)}."
