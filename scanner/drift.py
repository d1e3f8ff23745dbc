"""The difference of two postures of one tenant, joined by ids that last: a renamed mailbox is renamed, not new.

What was unknown then or now is no change. Where one of the two is known, the difference is told apart: as known now, or
as no longer known.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from scanner.gates.order import GATES
from scanner.model.frozen import Frozen
from scanner.model.kept import KeptMailbox, KeptObject, KeptPosture, KeptVerdict, KeptVerdicts
from scanner.model.text import Text, say

METHODS: Final = ("basic", "oauth_delegated", "oauth_app")
KINDS: Final = (
    "switch",
    "setting",
    "policy",
    "location",
    "authentication_policy",
    "mailbox_new",
    "mailbox_gone",
    "mailbox_renamed",
    "mailbox_kind",
    "sender_new",
    "sender_stopped",
    "readiness",
    "verdict",
    "reply",
)
"""All kinds of change, in the order in which readers get them."""

TENANT_SWITCH: Final = "smtp_auth_disabled"
SECURITY_DEFAULTS: Final = "security_defaults"
SETTING_NAMES: Final[Mapping[str, Text]] = {
    TENANT_SWITCH: say("SMTP AUTH of the organization"),
    SECURITY_DEFAULTS: say("Security Defaults"),
    "default_authentication_policy": say("The organization's default authentication policy"),
    "reject_direct_send": say("Reject Direct Send"),
    "legacy_tls_allowed": say("Legacy TLS for SMTP clients"),
}
READINESS: Final = say("Senders that have yet to move")
GATE_TITLES: Final = {gate.name: gate.title for gate in GATES}


class Change(Frozen, frozen=True, kw_only=True):
    """One difference.

    Attributes:
        kind: One of ``KINDS``.
        subject: Id of the mailbox or the object, or the name of the setting.
        name: What readers know it by.
        aspect: What of it differs: the method of a verdict, the setting of a policy; "" where the kind says it all.
        before: "" where it was not there.
        after: "" where it is not there.
        because: Why, as far as that can be told.
    """

    kind: str
    subject: str
    name: str
    aspect: str = ""
    before: str = ""
    after: str = ""
    because: tuple[Text, ...] = ()


class Drift(Frozen, frozen=True, kw_only=True):
    """The difference of two postures.

    Attributes:
        changes: What changed.
        known_now: What was unknown before; ``before`` is "".
        no_longer_known: What is unknown now; ``after`` is "".
        notes: What else the reader has to know in order to compare.
    """

    changes: tuple[Change, ...]
    known_now: tuple[Change, ...]
    no_longer_known: tuple[Change, ...]
    notes: tuple[Text, ...]

    def counts(self) -> dict[str, int]:
        """Count the changes by kind."""
        return dict(Counter(change.kind for change in self.changes))


def compare(before: KeptPosture, after: KeptPosture) -> Drift:
    """Give the difference of two postures of one tenant."""
    notebook = Notebook()
    compare_settings(before, after, notebook)
    compare_objects(before, after, notebook)
    compare_mailboxes(before, after, notebook)
    notebook.note(
        "readiness", "readiness", str(READINESS), before=words(before.readiness), after=words(after.readiness)
    )
    return Drift(
        changes=in_order(notebook.changes),
        known_now=in_order(notebook.known_now),
        no_longer_known=in_order(notebook.no_longer_known),
        notes=tuple(notes_on(before, after)),
    )


def words(value: int | None) -> str | None:
    """Write a number."""
    return None if value is None else str(value)


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Sort changes for readers."""
    places = {kind: place for place, kind in enumerate(KINDS)}
    return tuple(
        sorted(changes, key=lambda change: (places[change.kind], change.name.lower(), change.subject, change.aspect))
    )


def notes_on(before: KeptPosture, after: KeptPosture) -> Iterator[Text]:
    """Say what besides the tenant differs between the two."""
    if before.tool_version != after.tool_version:
        yield say(
            "Verdicts were made by version {before} then and {after} now; rules may differ.",
            before=before.tool_version,
            after=after.tool_version,
        )
    if before.source_ips != after.source_ips:
        yield say("The known addresses of senders were not the same then and now.")


class Notebook:
    """Sorts differences into what changed, what became known, and what is no longer known."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.known_now: list[Change] = []
        self.no_longer_known: list[Change] = []

    def note(  # noqa: PLR0913 -- a change has as many parts
        self,
        kind: str,
        subject: str,
        name: str,
        *,
        before: str | None,
        after: str | None,
        aspect: str = "",
        because: tuple[Text, ...] = (),
    ) -> None:
        """Note a difference where there is one; ``None`` is unknown."""
        if before == after:
            return
        change = Change(
            kind=kind,
            subject=subject,
            name=name,
            aspect=aspect,
            before=before or "",
            after=after or "",
            because=because,
        )
        if before is None:
            self.known_now.append(change)
        elif after is None:
            self.no_longer_known.append(change)
        else:
            self.changes.append(change)


def compare_settings(before: KeptPosture, after: KeptPosture, notebook: Notebook) -> None:
    """Compare what holds for the whole tenant."""
    for key in dict.fromkeys((*before.settings, *after.settings)):
        kind = "switch" if key == TENANT_SWITCH else "setting"
        name = str(SETTING_NAMES.get(key, key))
        notebook.note(kind, key, name, before=before.settings.get(key), after=after.settings.get(key))


def compare_objects(before: KeptPosture, after: KeptPosture, notebook: Notebook) -> None:
    """Compare policies and locations."""
    then = {(item.kind, item.id): item for item in before.objects}
    now = {(item.kind, item.id): item for item in after.objects}
    for key in now.keys() - then.keys():
        item = now[key]
        was = "" if before.is_complete(item.section) else None
        notebook.note(item.kind, item.id, item.name, before=was, after=state_of(item))
    for key in then.keys() - now.keys():
        item = then[key]
        stays = "" if after.is_complete(item.section) else None
        notebook.note(item.kind, item.id, item.name, before=state_of(item), after=stays)
    for key in then.keys() & now.keys():
        compare_object(then[key], now[key], notebook)


def state_of(item: KeptObject) -> str:
    """Say in a word what an object that came or went is like."""
    return item.settings.get("state") or "present"


def compare_object(before: KeptObject, after: KeptObject, notebook: Notebook) -> None:
    """Compare a policy or a location setting by setting."""
    notebook.note(after.kind, after.id, after.name, aspect="name", before=before.name, after=after.name)
    if before.settings == after.settings:
        return
    for path in dict.fromkeys((*before.settings, *after.settings)):
        was, is_now = before.settings.get(path, ""), after.settings.get(path, "")
        notebook.note(after.kind, after.id, after.name, aspect=path, before=was, after=is_now)


def compare_mailboxes(before: KeptPosture, after: KeptPosture, notebook: Notebook) -> None:
    """Compare mailboxes by their ids."""
    then = {mailbox.id: mailbox for mailbox in before.mailboxes}
    reasons = Reasons(before, after)
    for mailbox in after.mailboxes:
        known = then.pop(mailbox.id, None)
        if known is None:
            was = "" if lists_all_like(mailbox, before) else None
            notebook.note("mailbox_new", mailbox.id, mailbox.address, before=was, after=mailbox.address)
        else:
            compare_mailbox(known, mailbox, reasons, notebook)
    for mailbox in then.values():
        stays = "" if lists_all_like(mailbox, after) else None
        notebook.note("mailbox_gone", mailbox.id, mailbox.address, before=mailbox.address, after=stays)


def lists_all_like(mailbox: KeptMailbox, posture: KeptPosture) -> bool:
    """Tell whether a posture would hold the mailbox if it was there: all lists were read that may have it."""
    lists = ("mailboxes",) if mailbox.kind != "unknown" else ("mailboxes", "cas-mailboxes")
    return all(posture.is_complete(section) for section in lists)


def compare_mailbox(before: KeptMailbox, after: KeptMailbox, reasons: "Reasons", notebook: Notebook) -> None:
    """Compare one mailbox with what it was."""
    if before.address.lower() != after.address.lower() or before.name != after.name:
        compare_names(before, after, notebook)
    if (before.kind, before.set_aside) != (after.kind, after.set_aside):
        was, is_now = kind_of(before), kind_of(after)
        notebook.note("mailbox_kind", after.id, after.address, before=was, after=is_now)
    if before.switch != after.switch:
        was, is_now = unless_unknown(before.switch), unless_unknown(after.switch)
        notebook.note("switch", after.id, after.address, before=was, after=is_now)
    if before.use != after.use:
        compare_use(before, after, notebook)
    for method, was_verdict, verdict in reasons.differing(before, after):
        compare_verdict(method, was_verdict, verdict, before, after, reasons, notebook)


def compare_names(before: KeptMailbox, after: KeptMailbox, notebook: Notebook) -> None:
    """Compare address and display name; the CAS list alone gives no display name."""
    was, is_now = before.address or None, after.address or None
    if before.address.lower() != after.address.lower():
        notebook.note("mailbox_renamed", after.id, after.address, aspect="address", before=was, after=is_now)
    was = None if before.kind == "unknown" else before.name
    is_now = None if after.kind == "unknown" else after.name
    notebook.note("mailbox_renamed", after.id, after.address, aspect="display_name", before=was, after=is_now)


def kind_of(mailbox: KeptMailbox) -> str | None:
    """Say what a mailbox is, and whether it is set aside; ``None`` where the mailbox list doesn't have it."""
    if mailbox.kind == "unknown":
        return None
    return f"{mailbox.kind}, {mailbox.set_aside}" if mailbox.set_aside else mailbox.kind


def unless_unknown(word: str) -> str | None:
    """Give a word, or ``None`` where it says that nothing is known."""
    return None if word == "unknown" else word


def compare_use(before: KeptMailbox, after: KeptMailbox, notebook: Notebook) -> None:
    """Tell of a sender that stopped or began, per way of signing in."""
    longer_then = (before.use.window_days or 0) >= (after.use.window_days or 0)
    longer_now = (after.use.window_days or 0) >= (before.use.window_days or 0)
    for aspect in ("basic", "oauth"):
        was, is_now = getattr(before.use, aspect), getattr(after.use, aspect)
        if was is None or is_now is None:
            continue
        # Not seen in a shorter time is no news: only an absence as long as the other window counts.
        if was and not is_now and longer_now:
            notebook.note("sender_stopped", after.id, after.address, aspect=aspect, before=str(was), after=str(is_now))
        if is_now and not was and longer_then:
            notebook.note("sender_new", after.id, after.address, aspect=aspect, before=str(was), after=str(is_now))


def compare_verdict(  # noqa: PLR0913, PLR0917 -- two mailboxes, two verdicts, and where they are told
    method: str,
    was: KeptVerdict,
    verdict: KeptVerdict,
    before: KeptMailbox,
    after: KeptMailbox,
    reasons: "Reasons",
    notebook: Notebook,
) -> None:
    """Tell that a verdict changed, or that a refusal has another reply."""
    kind, then, now = "verdict", unless_unknown(was.outcome), unless_unknown(verdict.outcome)
    if was.outcome == verdict.outcome == "refused":
        kind, then, now = "reply", reply_unless_unknown(was, verdict), reply_unless_unknown(verdict, was)
    if then == now:
        return
    because = reasons.of(was, verdict, before, after) if then is not None and now is not None else ()
    notebook.note(kind, after.id, after.address, aspect=method, before=then, after=now, because=because)


def reply_unless_unknown(verdict: KeptVerdict, other: KeptVerdict) -> str | None:
    """Give the reply of a refusal; ``None`` where a gate that the other one knows is unknown: it may reply first."""
    unknown = {gate for gate, state in verdict.gates.items() if state == "unknown"}
    return None if any(other.gates.get(gate) != "unknown" for gate in unknown) else verdict.reply


class Reasons:
    """Why verdicts differ: which settings, policies or dates behind them do.

    Args:
        before: The earlier posture.
        after: The later one.
    """

    def __init__(self, before: KeptPosture, after: KeptPosture) -> None:
        self._before, self._after = before, after
        self._differing: dict[tuple[int, int], tuple[tuple[str, KeptVerdict, KeptVerdict], ...]] = {}
        self._changed = changed_names(before, after, "policy")
        self._moved = changed_names(before, after, "location")

    def differing(self, before: KeptMailbox, after: KeptMailbox) -> tuple[tuple[str, KeptVerdict, KeptVerdict], ...]:
        """Give the methods whose verdicts differ, with both verdicts; looked up once per pair of verdicts."""
        places = (before.verdicts, after.verdicts)
        found = self._differing.get(places)
        if found is None:
            then, now = self._before.verdicts[places[0]], self._after.verdicts[places[1]]
            found = self._differing[places] = tuple(differing_methods(then, now))
        return found

    def of(self, was: KeptVerdict, verdict: KeptVerdict, before: KeptMailbox, after: KeptMailbox) -> tuple[Text, ...]:
        """Say what changed behind a verdict, gate by gate."""
        gates = [gate for gate, state in verdict.gates.items() if was.gates.get(gate) != state]
        found = [reason for gate in gates for reason in self._at(gate, was, verdict, before, after)]
        return tuple(dict.fromkeys(found))

    def _at(
        self, gate: str, was: KeptVerdict, verdict: KeptVerdict, before: KeptMailbox, after: KeptMailbox
    ) -> Iterator[Text]:
        match gate:
            case "smtp_auth_switch" if before.switch != after.switch:
                yield say("Its SMTP AUTH switch changed.")
            case "smtp_auth_switch":
                yield say("SMTP AUTH of the organization changed.")
            case "conditional_access":
                yield from self._policies(was, verdict)
            case "retirement":
                yield say("The date that is judged for changed.")
            case _:
                yield say("{gate} changed.", gate=GATE_TITLES.get(gate, gate))

    def _policies(self, was: KeptVerdict, verdict: KeptVerdict) -> Iterator[Text]:
        named = [self._changed[policy] for policy in (*was.policies, *verdict.policies) if policy in self._changed]
        for name in dict.fromkeys(named):
            yield say("The policy {name} changed.", name=name)
        if not named and self._moved:
            yield say("Named locations changed: {names}.", names=", ".join(self._moved.values()))
        elif not named:
            yield say("Who belongs to the groups and roles of the policies changed, or another condition of theirs.")


def differing_methods(then: KeptVerdicts, now: KeptVerdicts) -> Iterator[tuple[str, KeptVerdict, KeptVerdict]]:
    """Give the methods whose outcome or reply differs."""
    for method in METHODS:
        was, verdict = getattr(then, method), getattr(now, method)
        if (was.outcome, was.reply) != (verdict.outcome, verdict.reply):
            yield method, was, verdict


def changed_names(before: KeptPosture, after: KeptPosture, kind: str) -> dict[str, str]:
    """Give the names of policies or locations that are new, gone or set differently, by id."""
    then = {item.id: item for item in before.objects if item.kind == kind}
    now = {item.id: item for item in after.objects if item.kind == kind}
    ids = dict.fromkeys((*then, *now))
    changed = [key for key in ids if key not in then or key not in now or then[key].settings != now[key].settings]
    return {key: (now.get(key) or then[key]).name or key for key in changed}
