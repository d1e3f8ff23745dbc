"""A report that may leave the house: its names, addresses, ids and IP addresses are pseudonyms."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from scanner.errors import ConfigurationError
from scanner.model.snapshot import Snapshot
from scanner.model.text import Text, say
from scanner.report.contract import ChangePart, OwnerNotesPart, ReplyPart, Report, UsePart, VerdictsPart, WaiverPart
from scanner.report.pseudonyms import Pseudonyms

KEY_BYTES: Final = 32
PRIVATE: Final = 0o600
NOTE: Final = say(
    "Names, addresses, ids and IP addresses in this report are pseudonyms; the same one stands for the same."
)

# Words of the program itself, which hold nothing of the tenant.
MACHINE_WORDS: Final = frozenset(
    {
        "schema", "cloud", "section", "state", "permission", "outcome", "decided_by", "closed", "depends_on", "missing",
        "confidence", "gate", "stage", "code", "enhanced", "kind", "effective", "source", "flag", "likelihood",
        "set_aside", "next_gate", "key", "framework", "version", "effect", "route", "progress", "silence", "started",
        "finished", "as_of", "tool_version", "month", "run_id", "previous", "previous_finished", "date", "deadline",
        "expires", "mapped_by", "collected_at", "last_seen", "last_success", "last_basic", "last_oauth",
        "failing_since", "last_failure", "sent_before", "sent_before_oauth", "result", "portal", "smtp_auth", "summary",
        "switch",
    }
)  # fmt: skip
MAILBOX_KINDS: Final = frozenset(
    {
        "mailbox_new", "mailbox_gone", "mailbox_renamed", "mailbox_kind", "switch", "sender_new", "sender_stopped",
        "verdict", "reply",
    }
)  # fmt: skip
OBJECTS: Final = {"policy": "Policy", "location": "Location", "authentication_policy": "Policy"}


def read_key(path: Path) -> bytes:
    """Read the key that pseudonyms are made with, and make it where there is none; it stays in the house.

    Raises:
        ConfigurationError: It can't be read or made, or is too short.
    """
    try:
        if not path.exists():
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE), "w") as new:
                new.write(secrets.token_hex(KEY_BYTES) + "\n")
        key = path.read_bytes().strip()
    except OSError as error:
        message = f"The key of pseudonyms, {path}, can't be read or made: {error.strerror}."
        raise ConfigurationError(message, "Name another file in [pseudonyms] key_file.") from error
    if len(key) < KEY_BYTES:
        raise ConfigurationError(f"The key of pseudonyms, {path}, is too short.", "Remove it, and a new one is made.")
    return key


def pseudonymise(report: Report, snapshot: Snapshot, key: bytes) -> Report:
    """Give a report in which nothing identifies a person, the tenant, or what its admins named.

    Args:
        report: The report.
        snapshot: The evidence behind it, which knows the names.
        key: What pseudonyms are made with.
    """
    found: Report = Masker(Pseudonyms(key, dict(names_of(report, snapshot)))).masked(report)
    run = msgspec.structs.replace(found.run, notes=[*found.run.notes, NOTE])
    return msgspec.structs.replace(found, run=run)


def names_of(report: Report, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Give every name that occurs, with the word that stands before its pseudonym; people last, so that others win."""
    for name, kind in all_names(report, snapshot):
        if name:
            yield name, kind
            if "'" in name:
                yield name.replace("'", "''"), kind  # as commands have it


def all_names(report: Report, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Give names and addresses of people, then of things, which overwrite those of people."""
    for mailbox in snapshot.mailboxes:
        yield mailbox.name, "Mailbox"
        yield mailbox.address, "Mailbox"
        yield mailbox.sign_in_name, "Mailbox"
    for user in snapshot.users:
        yield user.sign_in_name, "User"
    for principal in snapshot.service_principals:
        yield principal.name, "Application"
    for registered in snapshot.exchange_service_principals:
        yield registered.name, "Application"
    for group in snapshot.groups:
        yield group.name, "Group"
    for location in snapshot.named_locations:
        yield location.name, "Location"
    for authentication in snapshot.authentication_policies:
        yield from ((name, "Policy") for name in (authentication.name, *authentication.names))
    for policy in snapshot.policies:
        yield policy.name, "Policy"
    for domain in (report.tenant.domain, *(domain.name for domain in snapshot.domains), *domains_of(snapshot)):
        yield domain, "Domain"
    yield report.tenant.id, "Tenant"
    yield report.tenant.name, "Tenant"


def domains_of(snapshot: Snapshot) -> set[str]:
    """Give the domains of all addresses."""
    addresses = (name for mailbox in snapshot.mailboxes for name in (mailbox.address, mailbox.sign_in_name))
    return {address.rpartition("@")[2].lower() for address in addresses if "@" in address}


class Masker:
    """Walks through a report and replaces what identifies.

    Args:
        pseudonyms: What stands for what.
    """

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._verdicts: dict[int, tuple[VerdictsPart, VerdictsPart]] = {}

    def masked(self, value: Any) -> Any:  # noqa: ANN401 -- a part of a report, or what one holds
        """Give a part of a report, or what it holds, with everything replaced."""
        match value:
            case str():
                return self._pseudonyms.text(value)
            case Text():
                return self._pseudonyms.sentence(value)
            case list():
                return [self.masked(item) for item in value]
            case dict():
                return {key: self.masked(item) for key, item in value.items()}
            case msgspec.Struct():
                return self._part(value)
            case _:
                return value

    def _part(self, part: Any) -> Any:  # noqa: ANN401 -- of the same kind
        match part:
            case VerdictsPart():
                return self._masked_verdicts(part)
            case ChangePart():
                return self._masked_change(part)
            case WaiverPart() | OwnerNotesPart():
                return self._opaque(part)
            case UsePart():
                return msgspec.structs.replace(self._fields(part), user_agents=[])
            case ReplyPart():
                return part
            case _:
                return self._fields(part)

    def _fields(self, part: Any) -> Any:  # noqa: ANN401 -- of the same kind
        names = (name for name in part.__struct_fields__ if name not in MACHINE_WORDS)
        return msgspec.structs.replace(part, **{name: self.masked(getattr(part, name)) for name in names})

    def _masked_verdicts(self, verdicts: VerdictsPart) -> VerdictsPart:
        """Mask verdicts once for all mailboxes that share them."""
        known = self._verdicts.get(id(verdicts))
        if known is None:
            known = self._verdicts[id(verdicts)] = (verdicts, self._fields(verdicts))
        return known[1]

    def _opaque(self, part: Any) -> Any:  # noqa: ANN401 -- of the same kind
        """Replace what somebody wrote freely."""
        written = {
            name: self._pseudonyms.opaque(value)
            for name in part.__struct_fields__
            if name not in MACHINE_WORDS and isinstance(value := getattr(part, name), str)
        }
        return msgspec.structs.replace(part, **written)

    def _masked_change(self, change: ChangePart) -> ChangePart:
        """Mask a change; what something was called before is in no evidence of this run."""
        kind = "Mailbox" if change.kind in MAILBOX_KINDS else OBJECTS.get(change.kind, "")
        named = {
            "subject": self._pseudonyms.text(change.subject),
            "name": self._pseudonyms.name(change.name, kind) if kind else self._pseudonyms.text(change.name),
            "because": self._pseudonyms.sentence(change.because),
        }
        if change.kind == "authentication_policy":
            named["subject"] = self._pseudonyms.name(change.subject, kind)
        values = {side: self._masked_value(change, getattr(change, side), kind) for side in ("before", "after")}
        return msgspec.structs.replace(change, **named, **values)

    def _masked_value(self, change: ChangePart, value: str, kind: str) -> str:
        if change.kind in {"mailbox_new", "mailbox_gone", "mailbox_renamed"} or change.aspect == "name":
            return self._pseudonyms.name(value, kind)
        if change.subject == "default_authentication_policy":
            return self._pseudonyms.name(value, "Policy")
        if change.aspect.rpartition(".")[2] in {"rule", "name"}:
            return self._pseudonyms.opaque(value)
        return self._pseudonyms.text(value)
