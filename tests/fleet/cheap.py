"""Tenants that are cheap to scan: evidence folders with canaries; and the fleet's commands as programs that read them.

python -m tests.fleet.cheap scan FOLDER [fleet options of Wish as key=value]
"""

import json
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from scanner.app import sources
from scanner.app.fleet_scan import attend
from scanner.cli.fleet_commands import Wish, do_fleet_scan, do_fleet_worker
from scanner.cli.terminal import complain
from scanner.config import TenantConfig
from scanner.errors import ConfigurationError, PostureError, SignInError, SourceError
from scanner.sources.interface import EvidenceSource
from scanner.store.sql import SqlStore
from tests.store.test_many_tenants import canary, files_of, guid
from tests.support import folder as tenant_folder

ROOT = Path(__file__).parents[2]
PLAN, SCANNED, NOW = "plan", "scanned", "under-way"


def id_of(number: int) -> str:
    """Give the id of a tenant, which begins with its number."""
    return guid(number, tenant_folder.TENANT_ID)


def make_tenants(root: Path, count: int, store_url: str, settings: str = "") -> Path:
    """Write evidence folders and a configuration that names them; give the configuration's path.

    Args:
        root: Gets everything.
        count: Tenants ``t000`` and so on.
        store_url: Of the store.
        settings: Lines of ``[fleet]``.
    """
    tables = [f'[store]\nurl = "{store_url}"\n[fleet]\n{settings}\n']
    for number in range(count):
        folder = tenant_folder.write(root / "evidence" / f"{number}", files_of(number, 0))
        (root / "secrets").mkdir(exist_ok=True)
        (root / "secrets" / f"{number}").write_text(f"s3cr3t-{canary(number)}")
        tables.append(
            f'[tenants.t{number:03}]\nid = "{id_of(number)}"\n'
            f'credential = {{ kind = "secret", client_id = "c", secret_file = "secrets/{number}" }}\n'
            f'senders = {{ exports = ["{folder}"] }}\n'
            f'[[tenants.t{number:03}.waivers]]\nmailbox = "anna@{canary(number)}.example"\nflag = "exposed"\n'
            f'reason = "{canary(number)}"\nowner = "{canary(number)}"\nexpires = 2099-01-01\n'
        )
    path = root / "smtp-posture.toml"
    path.write_text("".join(tables))
    return path


def plan(root: Path, number: int, words: str) -> None:
    """Say what shall go wrong with a tenant: one word for each try, the last for all further ones."""
    (root / "evidence" / f"{number}" / PLAN).write_text(words)


def open_folder(tenant: TenantConfig) -> EvidenceSource:
    """Open a tenant's evidence folder, unless something goes wrong; leave a trace of every try."""
    (folder,) = tenant.senders.exports
    traces = folder.parent / f"{folder.name}.traces"
    traces.mkdir(exist_ok=True)
    tries = len(list(traces.glob(f"{SCANNED}-*")))
    (traces / f"{SCANNED}-{tries:03}").touch()
    under_way = traces / f"{NOW}-{os.getpid()}"
    under_way.touch()
    words = (folder / PLAN).read_text().split() if (folder / PLAN).exists() else ["well"]
    go_wrong(words[min(tries, len(words) - 1)], folder)
    (folder / PLAN).unlink(missing_ok=True)
    return sources.folder_source(folder)


def go_wrong(word: str, folder: Path) -> None:
    """Let happen what a plan says."""
    errors: dict[str, PostureError] = {
        "no-network": SourceError("no network"),
        "refused": SignInError("refused"),
        "no-credential": ConfigurationError("no credential"),
    }
    seconds = {"slow": 0.7, "slower": 4.0, "hang": 3600.0}
    if word in errors:
        raise errors[word]
    time.sleep(seconds.get(word, 0))
    deeds = {
        "crash": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "exit": lambda: os._exit(9),
        "eat": lambda: bytearray(1 << 40),
        "partial": (folder / "users.json").unlink,
        "stranger": lambda: os.environ[f"s3cr3t-{folder}"],
        "late": lambda: setattr(SqlStore, "add_run", lambda *_: os.kill(os.getpid(), signal.SIGKILL)),
    }
    deeds.get(word, bool)()


def tries_of(root: Path, number: int) -> int:
    """Count how often a tenant was begun to be read."""
    return len(list((root / "evidence" / f"{number}.traces").glob(f"{SCANNED}-*")))


def wish_of(root: Path, **given: object) -> Wish:
    """Write the options of a command."""
    usual: dict[str, object] = {
        "tenants": (), "out": root / "runs", "abreast": None, "formats": "json,csv", "archive": False,
        "pseudonymise": False, "lang": "en", "as_of": "", "fail_on": None, "allow_partial": False,
        "distributed": False, "wait": True, "retry_failed": False,
    }  # fmt: skip
    return msgspec.convert({**usual, **given}, Wish)


def main() -> int:
    """Run a command of the fleet on cheap tenants."""
    _, command, folder, *options = sys.argv
    root = Path(folder)
    given: dict[str, Any] = {key: json.loads(value) for key, _, value in (option.partition("=") for option in options)}
    work = partial(attend, open_source=open_folder)
    config = root / str(given.pop("config", "smtp-posture.toml"))
    try:
        if command == "scan":
            return int(do_fleet_scan(config_file=config, wish=wish_of(root, **given), as_json=False, work=work))
        if command == "worker":
            usual: dict[str, Any] = {"out": root / "runs", "abreast": None, "once": False}
            return int(do_fleet_worker(config_file=config, **{**usual, **given}, work=work))
    except PostureError as error:
        complain(error)
        return int(error.exit_code)
    raise SystemExit(command)


if __name__ == "__main__":
    sys.exit(main())
