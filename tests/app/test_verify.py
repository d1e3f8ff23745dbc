"""``verify``: what was altered, removed or slipped in is told, level by level, also without a store."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support import folder as tenant
from tests.support.program import call, start

Levels = dict[str, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make two runs of one tenant, the first of them signed, in a working folder."""
    root = tmp_path_factory.mktemp("made")
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", "key.pem"], check=True, cwd=root)
    subprocess.run(["openssl", "pkey", "-in", "key.pem", "-pubout", "-out", "public.pem"], check=True, cwd=root)
    tenant.write(root / "evidence", tenant.files())
    (root / "signed.toml").write_text('[signing]\nkey_file = "key.pem"\n')
    for options in (("--config", "signed.toml"), ()):
        assert start(root, "import", "evidence", "--format", "json,csv", *options).code == 0
    return root


class Runs:
    """A copy of the two runs and their store, to be altered."""

    def __init__(self, made: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self._capsys = root, capsys
        shutil.copytree(made, root, dirs_exist_ok=True)
        self.execute("UPDATE run SET folder = replace(folder, ?, ?)", str(made), str(root))
        self.first, self.last = sorted((root / "smtp-posture-runs").iterdir())

    def verify(self, *arguments: str | Path) -> tuple[int, Levels, Any]:
        """Run the command; give its exit code, the state of each level, and all that it said."""
        done = call(self._capsys, "verify", *map(str, arguments), "--json")
        said = done.json()
        return done.code, {level["name"]: level["state"] for level in said["levels"]}, said

    def execute(self, statement: str, *values: str) -> None:
        with closing(sqlite3.connect(self.root / "smtp-posture.db")) as connection:
            connection.execute(statement, values)
            connection.commit()


@pytest.fixture
def runs(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Runs:
    monkeypatch.chdir(tmp_path)
    return Runs(made, tmp_path, capsys)


HOLDS = dict.fromkeys(("files", "report", "record", "evidence", "chain"), "holds")


def test_a_run_that_nobody_touched_is_intact(runs: Runs) -> None:
    code, levels, said = runs.verify("latest")
    assert (code, levels, said["intact"]) == (0, {**HOLDS, "signature": "not_checked"}, True)
    assert all(level["proves"] for level in said["levels"] if level["state"] == "holds")
    assert said["run"] == runs.last.name


def test_a_signed_run_is_accepted_with_its_key_only(runs: Runs) -> None:
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", "other.pem"], check=True)
    assert runs.verify("previous", "--public-key", "public.pem")[:2] == (0, {**HOLDS, "signature": "holds"})
    assert runs.verify("previous", "--config", "signed.toml")[:2] == (0, {**HOLDS, "signature": "holds"})
    assert runs.verify("previous", "--public-key", "other.pem")[:2] == (1, {**HOLDS, "signature": "fails"})
    assert runs.verify("latest", "--public-key", "public.pem")[:2] == (1, {**HOLDS, "signature": "fails"})


def test_a_folder_is_verified_without_a_store_and_makes_none(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = runs.root / "elsewhere"
    shutil.copytree(runs.first, elsewhere / "run")
    monkeypatch.chdir(elsewhere)
    code, levels, _ = runs.verify("run", "--public-key", "../public.pem")
    unknown = dict.fromkeys(("record", "evidence", "chain"), "not_checked")
    assert (code, levels) == (0, {"files": "holds", "report": "holds", **unknown, "signature": "holds"})
    assert [path.name for path in elsewhere.iterdir()] == ["run"]


def test_a_folder_that_was_moved_is_still_compared_with_the_store(runs: Runs) -> None:
    runs.last.rename(runs.root / "moved")
    assert runs.verify(runs.root / "moved")[:2] == (0, {**HOLDS, "signature": "not_checked"})
    code, levels, _ = runs.verify("latest")
    assert (code, levels["files"]) == (1, "fails")


def rewrite(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text("utf-8")), "utf-8")


def forge(folder: Path) -> None:
    """Change a value in report.json, and the manifest with it so that they agree."""
    report = json.loads((folder / "report.json").read_text("utf-8"))
    report["mailboxes"][0]["flag"] = "in_order"
    (folder / "report.json").write_text(json.dumps(report), "utf-8")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for entry in manifest["files"]:
        content = (folder / entry["name"]).read_bytes()
        entry["size"], entry["sha256"] = len(content), hashlib.sha256(content).hexdigest()
    canonical = json.dumps(report, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    manifest["report_sha256"] = hashlib.sha256(canonical).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def link(path: Path) -> None:
    """Put a link to the same content in the place of a file."""
    path.rename(path.parent.parent / "elsewhere.csv")
    path.symlink_to("../elsewhere.csv")


ALTERED: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "a value in the CSV": (
        lambda run: rewrite(run / "mailboxes.csv", lambda old: old.replace("anna", "hanna")),
        {"files"},
    ),
    "a value in report.json": (
        lambda run: rewrite(run / "report.json", lambda old: old.replace('"flag":"exposed"', '"flag":"in_order"', 1)),
        {"files", "report"},
    ),
    "report.json formatted anew": (
        lambda run: rewrite(run / "report.json", lambda old: json.dumps(json.loads(old), indent=3)),
        {"files"},
    ),
    "report.json cut off": (lambda run: rewrite(run / "report.json", lambda old: old[:-9]), {"files", "report"}),
    "a file removed": (lambda run: (run / "mailboxes.csv").unlink(), {"files"}),
    "a file slipped in": (lambda run: (run / "report-final.html").write_text("<p>All is well"), {"files"}),
    "a file that is a link": (
        lambda run: link(run / "mailboxes.csv"),
        {"files"},
    ),
    "the manifest": (
        lambda run: rewrite(run / "manifest.json", lambda old: old.replace('"complete": true', '"complete": false')),
        {"record", "signature"},
    ),
    "the manifest no manifest": (lambda run: (run / "manifest.json").write_text("{}"), {"files", "signature"}),
    "report and manifest together": (forge, {"record", "signature"}),
    "the signature": (lambda run: (run / "manifest.sig").write_text("bm8=\n"), {"signature"}),
    "the signature removed": (lambda run: (run / "manifest.sig").unlink(), {"signature"}),
}


@pytest.mark.parametrize("name", ALTERED)
def test_what_was_altered_in_the_folder_fails_at_its_level(runs: Runs, name: str) -> None:
    alter, expected = ALTERED[name]
    alter(runs.first)
    code, levels, said = runs.verify(runs.first, "--public-key", "public.pem")
    assert (code, said["intact"]) == (1, False)
    assert {level for level, state in levels.items() if state == "fails"} == expected


def test_a_signature_that_the_manifest_promises_must_be_there(runs: Runs) -> None:
    (runs.first / "manifest.sig").unlink()
    assert runs.verify(runs.first)[1]["signature"] == "fails"


ALTERED_IN_STORE = {
    "evidence": ("UPDATE section SET state = 'missing' WHERE section = 'users'", {"evidence"}),
    "evidence removed": ("DELETE FROM page WHERE section = 'users'", {"evidence"}),
    "a link": ("UPDATE link SET body = replace(body, 'true', 'false') WHERE number = 1", {"chain"}),
    "a link removed": ("DELETE FROM link WHERE number = 1", {"chain"}),
    "a hash": ("UPDATE link SET hash = previous WHERE number = 1", {"chain"}),
    "the evidence's digest": ("UPDATE snapshot SET digest = 'x', name = 'Other'", {"evidence"}),
}


@pytest.mark.parametrize("name", ALTERED_IN_STORE)
def test_what_was_altered_in_the_store_fails_at_its_level(runs: Runs, name: str) -> None:
    statement, expected = ALTERED_IN_STORE[name]
    runs.execute(statement)
    code, levels, _ = runs.verify("latest")
    assert code == 1
    assert {level for level, state in levels.items() if state == "fails"} == expected


def test_a_run_that_was_removed_from_the_store_by_hand_is_told(runs: Runs) -> None:
    runs.execute("DELETE FROM run WHERE id = ?", runs.last.name)
    code, levels, said = runs.verify(runs.last.name)
    assert (code, levels) == (1, {"record": "fails", "chain": "holds"})
    assert "not by purge" in said["levels"][0]["says"]


def test_a_manifest_can_not_lead_out_of_its_folder(runs: Runs) -> None:
    manifest = json.loads((runs.last / "manifest.json").read_text())
    manifest["files"][0]["name"] = "../../key.pem"
    (runs.last / "manifest.json").write_text(json.dumps(manifest))
    _, _, said = runs.verify(runs.last)
    assert "../../key.pem: not a name of a file in this folder" in said["levels"][0]["details"]


@pytest.mark.parametrize("name", ["nothing", "signed.toml", "evidence"])
def test_what_is_no_run_is_a_usage_error(runs: Runs, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    done = call(capsys, "verify", name)
    assert (done.code, done.out) == (2, "")
    assert "run" in done.err


def test_a_key_that_can_not_sign_is_told_before_anything_is_read(
    runs: Runs, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["openssl", "genpkey", "-algorithm", "x25519", "-out", "other.pem"], check=True)
    for key in ("public.pem", "other.pem", "none.pem", "signed.toml"):
        monkeypatch.setenv("SMTP_POSTURE__SIGNING__KEY_FILE", key)
        done = call(capsys, "import", "evidence", "--format", "json")
        assert (done.code, key in done.err, "openssl" in done.err) == (2, True, True)
    assert len(list(runs.first.parent.iterdir())) == 2


def test_the_key_is_in_no_file_that_a_run_leaves(runs: Runs) -> None:
    secret = "".join((runs.root / "key.pem").read_text().splitlines()[1:-1]).encode()
    written = [path for path in (runs.root / "smtp-posture.db", *runs.first.iterdir()) if path.is_file()]
    assert not [path.name for path in written if secret in path.read_bytes()]
