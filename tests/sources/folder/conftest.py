"""A folder that a test fills, and what reading it gives."""

from pathlib import Path

import pytest

from tests.sources.folder.reading import Read, Reading

TENANT = '{"Id": "42BA3ED1-AE78-4FD0-8080-5F8BFCC27B29", "displayName": "X", "collectedAt": "2026-07-22T10:48:39Z"}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an evidence folder in which only the tenant is known."""
    path = tmp_path / "evidence"
    path.mkdir()
    (path / "tenant.json").write_text(TENANT)
    return path


@pytest.fixture
def read(folder: Path) -> Read:
    """Give a function that writes files into the folder and reads it; a name may have a folder in it."""

    def write_and_read(files: dict[str, str | bytes] | None = None) -> Reading:
        for name, content in (files or {}).items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Reading(folder)

    return write_and_read
