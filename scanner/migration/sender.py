"""A sender with all facts that its way off Basic hangs on."""

import ipaddress

from msgspec import structs

from scanner.flags.rules import Sighting, sighting_of
from scanner.model.directory import MailboxKind
from scanner.model.frozen import Frozen
from scanner.model.judgement import Outcome
from scanner.model.notes import OwnerNote
from scanner.model.snapshot import Snapshot
from scanner.posture import JudgedMailbox

SENDERS = frozenset({Sighting.FAILING, Sighting.BASIC, Sighting.OAUTH, Sighting.UNTOLD, Sighting.EARLIER})
OWN_NETWORKS = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
         "::1/128", "fc00::/7", "fe80::/10"),
    )
)  # fmt: skip
WORKING = frozenset({Outcome.ACCEPTED, Outcome.DEPENDS})


class Ground(Frozen, frozen=True, kw_only=True):
    """What holds for all senders of a tenant.

    Attributes:
        reject_direct_send: RejectDirectSend of the organization; ``None`` where it was not read.
        hybrid: Some mailboxes are on-premises, so that there is a server of its own.
    """

    reject_direct_send: bool | None
    hybrid: bool


class Sender(Frozen, frozen=True, kw_only=True):
    """One mailbox as a sender.

    Attributes:
        mailbox: The mailbox with its verdicts and its use.
        ground: What holds for the tenant.
        note: What its owner says; ``None`` where nobody said anything.
    """

    mailbox: JudgedMailbox
    ground: Ground
    note: OwnerNote | None

    @property
    def sighting(self) -> Sighting:
        """What was seen of it."""
        return sighting_of(self.mailbox.use)

    @property
    def is_sender(self) -> bool:
        """Somebody sends with it: it was seen, or its owner says so."""
        return self.sighting in SENDERS or self.note is not None

    @property
    def said(self) -> OwnerNote:
        """What its owner says; where nobody did, that it writes to the outside if the message trace shows it."""
        note = self.note or OwnerNote(mailbox=self.mailbox.row.address.lower())
        volume = self.mailbox.use.volume
        if note.internal_only is None and volume is not None and volume.external:
            return structs.replace(note, internal_only=False)
        return note

    @property
    def daily(self) -> float | None:
        """Submissions with Basic a day; ``None`` where that is not known."""
        use = self.mailbox.use
        return use.basic / use.window_days if use.basic is not None and use.window_days else None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Public addresses that it was used from with success."""
        sign_ins = self.mailbox.use.sign_ins
        origins = sign_ins.origins if sign_ins else ()
        return tuple(origin.address for origin in origins if origin.successes and is_public(origin.address))


def ground_of(snapshot: Snapshot) -> Ground:
    """Gather what holds for all senders."""
    organization = snapshot.organization_config
    rejects = organization.reject_direct_send if organization else None
    return Ground(
        reject_direct_send=rejects if isinstance(rejects, bool) else None,
        hybrid=any(row.kind is MailboxKind.ON_PREMISES for row in snapshot.mailboxes),
    )


def is_public(address: str) -> bool:
    """Tell whether an address can be one that a connector is told: none of a network of one's own."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not any(found in network for network in OWN_NETWORKS if network.version == found.version)
