"""Extracts the sentences that are translated; ``python -m scanner.report.catalogue`` renews the catalogues."""

import io
import sys
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from scanner.report.language import CATALOGUE

TEMPLATE: Final = "reports/locale/messages.pot"
_MAPPING: Final = "reports/locale/extract.ini"
_FOLDERS: Final = ("scanner", "reports")
_KEYWORDS: Final = {**DEFAULT_KEYWORDS, "say": None, "say_number": (1, 2)}


def extract_template(root: Path) -> bytes:
    """Extracts all marked sentences of a source tree.

    Args:
        root: The top of the repository.

    Returns:
        The catalogue template, without dates and line numbers, so that it changes only when a sentence does.
    """
    with (root / _MAPPING).open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call] # Babel publishes no types here
    catalogue = Catalog(project="smtp-posture", version="1", charset="utf-8")
    for folder in _FOLDERS:
        found = extract_from_dir(
            root / folder,
            [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods if pattern.startswith(folder)],
            options,
            keywords=_KEYWORDS,
        )
        for path, _, message, _, _ in sorted(found, key=lambda hit: (hit[0], hit[1])):
            catalogue.add(message, locations=[(f"{folder}/{path}", 0)])
    return _write(catalogue)


def update_translation(template: bytes, translation: Path, language: str) -> bytes:
    """Brings a translation up to date: new sentences come in empty, lost ones go.

    Args:
        template: From `extract_template`.
        translation: The catalogue of one language.
        language: Its code.

    Returns:
        The new catalogue.
    """
    with translation.open("rb") as source:
        catalogue = read_po(source, locale=language)
    catalogue.update(read_po(io.BytesIO(template)), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return _write(catalogue)


def _write(catalogue: Catalog) -> bytes:
    """Writes a catalogue without what changes by itself."""
    out = io.BytesIO()
    write_po(out, catalogue, width=120, include_lineno=False, sort_output=True, omit_header=False)
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(
        line for line in lines if not line.startswith((b'"POT-Creation', b'"PO-Revision', b'"Generated-By'))
    )


def main(root: Path) -> None:
    """Renews the template and all translations of a source tree."""
    template = extract_template(root)
    (root / TEMPLATE).write_bytes(template)
    for path in root.glob(f"reports/locale/*/LC_MESSAGES/{CATALOGUE}"):
        path.write_bytes(update_translation(template, path, path.parents[1].name))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
