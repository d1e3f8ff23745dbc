"""Before a file leaves, it is opened again: altered, foreign and unreadable ones stay in the house (trust T15)."""

import shutil
from pathlib import Path

import pytest

from scanner.delivery.whose import tenant_of, verify_folder, verify_tenant
from scanner.errors import DeliveryError
from scanner.report.write import WrittenRun

NAMES = ("report.pdf", "report.xlsx", "report.html", "report.json", "letter.json")


@pytest.fixture
def copy(run: WrittenRun, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run.folder, tmp_path / "run"))


@pytest.mark.parametrize("name", NAMES)
def test_every_file_says_itself_whose_it_is(run: WrittenRun, name: str) -> None:
    assert tenant_of(run.folder / name) == run.manifest.tenant_id


def test_a_run_as_it_was_written_passes(run: WrittenRun) -> None:
    names = verify_folder(run.folder, run.manifest.tenant_id, run.manifest.run_id)
    assert set(NAMES) <= names
    for name in NAMES:
        verify_tenant(run.folder / name, run.manifest.tenant_id)


@pytest.mark.parametrize("name", NAMES)
def test_an_altered_file_stays(run: WrittenRun, copy: Path, name: str) -> None:
    content = (copy / name).read_bytes()
    (copy / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(DeliveryError, match="not as it was written"):
        verify_folder(copy, run.manifest.tenant_id, run.manifest.run_id)


def test_a_file_that_is_gone_is_told(run: WrittenRun, copy: Path) -> None:
    (copy / "report.pdf").unlink()
    with pytest.raises(DeliveryError, match="can't be verified"):
        verify_folder(copy, run.manifest.tenant_id, run.manifest.run_id)


@pytest.mark.parametrize("wanted", [("other", None), (None, "other")], ids=["tenant", "run"])
def test_another_tenants_or_times_run_stays(run: WrittenRun, wanted: tuple[str | None, str | None]) -> None:
    with pytest.raises(DeliveryError, match="another tenant or time"):
        verify_folder(run.folder, wanted[0] or run.manifest.tenant_id, wanted[1] or run.manifest.run_id)


@pytest.mark.parametrize("name", NAMES)
def test_a_foreign_file_stays(run: WrittenRun, name: str) -> None:
    with pytest.raises(DeliveryError, match="not of another-tenant"):
        verify_tenant(run.folder / name, "another-tenant")


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_file_stays(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"not what its name says")
    with pytest.raises(DeliveryError):
        verify_tenant(tmp_path / name, "t")
