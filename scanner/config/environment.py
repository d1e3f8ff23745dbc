"""Keys given by environment: ``SMTP_POSTURE__TENANTS__CONTOSO__ID=…`` is ``tenants.contoso.id``."""

import tomllib
from collections.abc import Mapping

from scanner.config.lines import KeyPath
from scanner.errors import ConfigurationError

PREFIX = "SMTP_POSTURE__"


def merge_environment(document: dict[str, object], environment: Mapping[str, str]) -> dict[KeyPath, str]:
    """Put the keys of the environment into the document, over those of the file.

    Args:
        document: The decoded file; altered.
        environment: The environment; only names that begin with ``SMTP_POSTURE__`` are read.

    Returns:
        For each key that was set, the variable it came from.

    Raises:
        ConfigurationError: A name leads nowhere, or a list can't be read.
    """
    origins = {}
    for variable in sorted(environment):
        if variable.upper().startswith(PREFIX):
            parts = variable[len(PREFIX) :].lower().split("__")
            path = _put(document, parts, _decode(variable, environment[variable]), variable)
            origins[path] = variable
    return origins


def _decode(variable: str, text: str) -> object:
    """Read a list as TOML; anything else is text, which the key's type turns into what it expects."""
    if not text.startswith(("[", "{")):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"Environment variable {variable} holds no TOML list: {error}.",
            'Write a list as in the file, e.g. ["203.0.113.7"].',
        ) from error


def _put(document: dict[str, object], parts: list[str], value: object, variable: str) -> KeyPath:
    table, path = document, []
    for part in parts[:-1]:
        key = _match(table, part)
        path.append(key)
        inner = table.setdefault(key, {})
        if not isinstance(inner, dict) or not part:
            raise ConfigurationError(
                f"Environment variable {variable} leads into {'.'.join(path)}, which is no table.",
                "Two underscores go one table deeper, e.g. SMTP_POSTURE__TENANTS__CONTOSO__ID.",
            )
        table = inner
    key = _match(table, parts[-1])
    table[key] = value
    return (*path, key)


def _match(table: Mapping[str, object], part: str) -> str:
    """Find the key that the file already uses: names of variables know neither case nor hyphens."""
    return next((key for key in table if key.lower().replace("-", "_") == part), part)
