"""Is a run still what it was? Each level says what it found, and what that proves."""

import hashlib
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from scanner.errors import ConfigurationError, RunNotFoundError, StoreError
from scanner.model.frozen import Frozen
from scanner.report.canonical import digest_report_file
from scanner.report.signature import SIGNATURE, load_verifier, read_signature
from scanner.report.write import MANIFEST, Manifest
from scanner.store import Link, Store
from scanner.store.chain import first_break

REPORT: Final = "report.json"


class State(StrEnum):
    """How a level came out."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_CHECKED = "not_checked"


class Level(Frozen, frozen=True, kw_only=True):
    """One level of a verification.

    Attributes:
        name: ``files``, ``report``, ``record``, ``evidence``, ``chain`` or ``signature``.
        state: How it came out.
        says: What was found, in one sentence.
        proves: What it proves where it holds, and what it doesn't.
        details: What is wrong, or noteworthy, one by one.
    """

    name: str
    state: State
    says: str
    proves: str = ""
    details: tuple[str, ...] = ()


class Verification(Frozen, frozen=True, kw_only=True):
    """What became of a run since it was made.

    Attributes:
        run: Its id; "" where not even that can be read.
        folder: Where its files were looked for.
        intact: No level fails.
    """

    run: str
    folder: str
    intact: bool
    levels: tuple[Level, ...]


class Recorded(Frozen, frozen=True, kw_only=True):
    """What the store knows of a run.

    Attributes:
        link: The link that was added when the run was kept; ``None`` where there is none.
        chain: All links of its tenant.
        evidence: SHA-256 of the evidence as it is now; "" where it is gone.
        gone: The link that says that the run was purged.
        erased: The link that says that its report files were removed with a person.
    """

    link: Link | None
    chain: tuple[Link, ...]
    evidence: str
    gone: Link | None
    erased: Link | None


def verify_folder(folder: Path, store: Store | None, public_key: Path | None) -> Verification:
    """Verify a run folder, by itself and against a store where there is one.

    Raises:
        ConfigurationError: The folder holds no run, or the key can't be used.
    """
    text = read_manifest(folder)
    levels: list[Level] = []
    manifest = decode_manifest(text)
    if manifest is None:
        says = f"{MANIFEST} is no manifest of a run any more."
        levels.append(Level(name="files", state=State.FAILS, says=says))
    else:
        levels += [files_level(folder, manifest), report_level(folder, manifest)]
    recorded = find_record(manifest.run_id, store) if manifest and store else None
    levels += store_levels(text, recorded, known=store is not None)
    levels.append(signature_level(folder, text, manifest, public_key))
    return verification_of(manifest.run_id if manifest else "", folder, levels)


def verify_run(name: str, store: Store, public_key: Path | None) -> Verification:
    """Verify a kept run by its name: its folder, where that still is, and what the store holds.

    Raises:
        RunNotFoundError: There is no such run, and none was purged.
        ConfigurationError: The key can't be used.
    """
    try:
        run = store.find_run(name)
    except RunNotFoundError:
        return purged_run(name, store)
    folder = Path(run.folder)
    if (folder / MANIFEST).exists():
        return verify_folder(folder, store, public_key)
    recorded = find_record(run.id, store)
    levels = (missing_level(folder, recorded), *store_levels(b"", recorded, known=True))
    return verification_of(run.id, folder, levels)


def missing_level(folder: Path, recorded: "Recorded") -> Level:
    """Say that the folder of a run is not there, or that its files were removed by an erasure."""
    if recorded.erased is not None:
        says = f"The files were removed by erasure on {recorded.erased.at:%Y-%m-%d}; `report RUN` makes them anew."
        return Level(name="files", state=State.NOT_CHECKED, says=says)
    says = f"{folder} holds no {MANIFEST}: give the folder's new path, if it was moved."
    return Level(name="files", state=State.FAILS, says=says)


def verification_of(run: str, folder: Path | str, levels: Iterable[Level]) -> Verification:
    """Gather the levels of a verification."""
    found = tuple(levels)
    intact = all(level.state is not State.FAILS for level in found)
    return Verification(run=run, folder=str(folder), intact=intact, levels=found)


def purged_run(name: str, store: Store) -> Verification:
    """Tell of a run that was purged; what its links say can still be verified.

    Raises:
        RunNotFoundError: No run of that name was purged either.
    """
    recorded = find_record(name, store)
    if recorded.link is None and recorded.gone is None:
        store.find_run(name)  # says what is wrong with the name
        raise RunNotFoundError(f"There is no run {name}.")
    return verification_of(name, "", (gone_level(recorded.gone), chain_level(recorded)))


def gone_level(gone: Link | None) -> Level:
    """Say that a run was purged, or that it is gone without having been purged."""
    if gone is None:
        says = "The run was removed from the store, and not by purge: its link in the chain is all that is left."
        return Level(name="record", state=State.FAILS, says=says)
    says = f"The run was purged on {gone.at:%Y-%m-%d}: its files and its evidence were removed, its hashes are kept."
    return Level(name="record", state=State.HOLDS, says=says, proves="It was removed by purge, and not unnoticed.")


def read_manifest(folder: Path) -> bytes:
    """Read the manifest as it stands.

    Raises:
        ConfigurationError: There is none.
    """
    try:
        return (folder / MANIFEST).read_bytes()
    except OSError as error:
        message = f"{folder} is no run folder: {MANIFEST} can't be read ({error.strerror})."
        raise ConfigurationError(
            message, "Give the folder of one run, or its id as `smtp-posture runs` lists it."
        ) from error


def decode_manifest(text: bytes) -> Manifest | None:
    """Read a manifest; ``None`` where it is none any more."""
    try:
        return msgspec.json.decode(text, type=Manifest)
    except msgspec.DecodeError:
        return None


def files_level(folder: Path, manifest: Manifest) -> Level:
    """Compare every file with the manifest."""
    wrong = [*changed_files(folder, manifest), *strange_files(folder, manifest)]
    if wrong:
        says = f"The folder is not what {MANIFEST} says."
        return Level(name="files", state=State.FAILS, says=says, details=tuple(wrong))
    return Level(
        name="files",
        state=State.HOLDS,
        says=f"Every file is what {MANIFEST} says ({len(manifest.files)}).",
        proves=f"No file was changed since {MANIFEST} was written, unless {MANIFEST} was changed too.",
    )


def changed_files(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Name the files that are missing or differ."""
    for entry in manifest.files:
        path = folder / entry.name
        if Path(entry.name).name != entry.name:
            yield f"{entry.name}: not a name of a file in this folder"
        elif path.is_symlink() or not path.is_file():
            yield f"{entry.name}: missing"
        elif digest_file(path) != entry.sha256:
            yield f"{entry.name}: changed"


def strange_files(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Name what the manifest knows nothing of."""
    known = {entry.name for entry in manifest.files} | {MANIFEST, SIGNATURE}
    yield from (f"{path.name}: not in {MANIFEST}" for path in sorted(folder.iterdir()) if path.name not in known)


def digest_file(path: Path) -> str:
    """Give the SHA-256 of a file; "" where it can't be read."""
    try:
        with path.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except OSError:
        return ""


def report_level(folder: Path, manifest: Manifest) -> Level:
    """Compare what report.json says, however it is formatted, with the digest of the report."""
    if not manifest.report_sha256:
        says = f"{MANIFEST} is of a version that kept no digest of the report's content."
        return Level(name="report", state=State.NOT_CHECKED, says=says)
    if not (folder / REPORT).is_file():
        return Level(name="report", state=State.NOT_CHECKED, says=f"There is no {REPORT} in the folder.")
    try:
        same = digest_report_file(folder / REPORT) == manifest.report_sha256
    except (OSError, ValueError):
        same = False
    if not same:
        return Level(name="report", state=State.FAILS, says=f"{REPORT} doesn't say what the run found.")
    proves = "Every value in it is the run's, also where the file was formatted anew."
    return Level(name="report", state=State.HOLDS, says=f"{REPORT} says what the run found.", proves=proves)


def find_record(run_id: str, store: Store) -> Recorded:
    """Find what the store knows of a run."""
    about = store.links_about(run_id)
    by_kind = {link.kind: link for link in about}
    link, gone = by_kind.get("run"), by_kind.get("purge")
    chain = tuple(store.links(about[0].tenant_id)) if about else ()
    evidence = evidence_of(link, gone, store)
    return Recorded(link=link, chain=chain, evidence=evidence, gone=gone, erased=by_kind.get("erasure"))


def evidence_of(link: Link | None, gone: Link | None, store: Store) -> str:
    """Make the digest of a run's evidence anew; "" where it is gone."""
    if link is None or gone is not None:
        return ""
    try:
        return store.measure_digest(str(link.body["snapshot"]))
    except StoreError:
        return ""


def store_levels(manifest: bytes, recorded: Recorded | None, *, known: bool) -> Iterator[Level]:
    """Compare manifest, evidence and chain with what the store recorded."""
    if not known or recorded is None:
        says = "There is no store here to compare with; give one with --config."
        yield from (Level(name=name, state=State.NOT_CHECKED, says=says) for name in ("record", "evidence", "chain"))
        return
    if recorded.gone is not None:
        yield gone_level(recorded.gone)
    if recorded.link is None:
        says = "The store has no record of this run: it was made with another store, or before runs were recorded."
        yield from (Level(name=name, state=State.NOT_CHECKED, says=says) for name in ("record", "evidence", "chain"))
        return
    if manifest:
        yield record_level(manifest, recorded.link)
    if recorded.gone is None:
        yield evidence_level(recorded.link, recorded)
    yield chain_level(recorded)


def record_level(manifest: bytes, link: Link) -> Level:
    """Compare the manifest with the one that was recorded."""
    if hashlib.sha256(manifest).hexdigest() != link.body["manifest_sha256"]:
        return Level(name="record", state=State.FAILS, says=f"{MANIFEST} is not the one that the store recorded.")
    return Level(
        name="record",
        state=State.HOLDS,
        says=f"{MANIFEST} is the one that the store recorded on {link.at:%Y-%m-%d}.",
        proves="The folder is the run's own, unless the store was changed too.",
    )


def evidence_level(link: Link, recorded: Recorded) -> Level:
    """Compare the evidence with the digest that was recorded, or the one after the last erasure."""
    erasures = [item for item in recorded.chain if item.kind == "erasure" and item.subject == link.body["snapshot"]]
    expected = erasures[-1].body["after"] if erasures else link.body["snapshot_sha256"]
    details = tuple(f"altered by erasure on {item.at:%Y-%m-%d}" for item in erasures)
    if recorded.evidence != expected:
        says = "The evidence in the store is not what the run judged."
        return Level(name="evidence", state=State.FAILS, says=says, details=details)
    if erasures:
        says = f"The evidence was altered by erasure on {erasures[-1].at:%Y-%m-%d}, and is what that left."
        proves = "Nothing but what was erased is missing, as far as the chain is unbroken."
        return Level(name="evidence", state=State.HOLDS, says=says, proves=proves, details=details)
    return Level(
        name="evidence",
        state=State.HOLDS,
        says="The evidence in the store is what the run judged.",
        proves="Every verdict can be made again from what was read, unless the store's hashes were changed too.",
    )


def chain_level(recorded: Recorded) -> Level:
    """Tell whether the chain of the tenant is unbroken."""
    broken = first_break(recorded.chain)
    if broken is not None:
        says = f"The chain is broken at link {broken} of {len(recorded.chain)}: one was altered, removed or slipped in."
        return Level(name="chain", state=State.FAILS, says=says)
    last = recorded.chain[-1]
    return Level(
        name="chain",
        state=State.HOLDS,
        says=f"The tenant's chain is unbroken ({len(recorded.chain)} links); the hash of the last is {last.hash}.",
        proves="No earlier record was altered or removed, unless the whole chain was written anew: "
        "a hash that was written down elsewhere tells.",
    )


def signature_level(folder: Path, text: bytes, manifest: Manifest | None, public_key: Path | None) -> Level:
    """Check the signature of the manifest."""
    signature = read_file(folder / SIGNATURE)
    promised = manifest.signed_by if manifest else None
    if public_key is None:
        return unchecked_signature(signature, promised)
    verifier = load_verifier(public_key)
    if signature is None:
        return Level(name="signature", state=State.FAILS, says=f"There is no {SIGNATURE}: the run is not signed.")
    if not verifier.accepts(text, read_signature(signature)):
        says = f"{SIGNATURE} is no signature of {MANIFEST} by this key."
        return Level(name="signature", state=State.FAILS, says=says, details=(f"key: {verifier.fingerprint}",))
    return Level(
        name="signature",
        state=State.HOLDS,
        says=f"{MANIFEST} was signed with this key.",
        proves="Whoever held the key vouches for every file, also against those who can write to folder and store.",
        details=(f"key: {verifier.fingerprint}",),
    )


def unchecked_signature(signature: bytes | None, promised: str | None) -> Level:
    """Say of a signature that nobody gave a key for whether it is there."""
    if promised and signature is None:
        says = f"{MANIFEST} says that it was signed, and {SIGNATURE} is missing."
        return Level(name="signature", state=State.FAILS, says=says)
    if signature is None:
        return Level(name="signature", state=State.NOT_CHECKED, says="The run is not signed.")
    says = "The run is signed; give the key with --public-key to check it."
    details = (f"key: {promised}",) if promised else ()
    return Level(name="signature", state=State.NOT_CHECKED, says=says, details=details)


def read_file(path: Path) -> bytes | None:
    """Read a file; ``None`` where there is none."""
    try:
        return path.read_bytes()
    except OSError:
        return None
