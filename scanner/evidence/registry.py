"""All sections of evidence, found by looking: a new file in ``sections/`` is enough."""

import importlib
import pkgutil
from typing import Any

from scanner.evidence import sections
from scanner.evidence.section import Section


def _found() -> tuple[Section[Any], ...]:
    names = sorted(module.name for module in pkgutil.iter_modules(sections.__path__))
    return tuple(importlib.import_module(f"{sections.__name__}.{name}").SECTION for name in names)


SECTIONS: tuple[Section[Any], ...] = _found()
BY_NAME: dict[str, Section[Any]] = {section.name: section for section in SECTIONS}

SIGN_INS = "sign-ins"
"""Verdicts do without it, but flags don't: who was not looked for is not seen."""

NAMING_PERMISSION = "Organization.Read.All"
"""Reads no section, but who the tenant is: its name and its domains. Reports show its id without it."""
