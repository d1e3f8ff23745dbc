"""What may be chosen about a simulated tenant before it is made."""

from scanner.simulator.population.frozen import Frozen

BLOCK_ALL_BASIC = "Block Basic Authentication"
SMTP_ONLY = "Allow Basic for SMTP only"
MODERN_PILOT = "Modern authentication pilot"


class Scenario(Frozen, frozen=True, kw_only=True):
    """The tenant to make. The same scenario always makes the same tenant.

    The defaults follow Microsoft's advice: SMTP AUTH off for the organization, explicitly on where it is needed,
    and Conditional Access in place of Security Defaults.
    """

    mailboxes: int = 2000
    """How many mailboxes Get-Mailbox lists; inactive ones come on top."""
    seed: int = 1
    name: str = "Contoso"
    domain: str = "contoso.example"
    tenant_switch_disabled: bool = True
    """Get-TransportConfig's SmtpClientAuthenticationDisabled."""
    security_defaults: bool = False
    """True: on, and therefore no Conditional Access policy is enabled: the two exclude each other."""
    default_authentication_policy: str | None = None
    """Name of one of the three policies of this module, or None."""
    conditional_access: bool = True
    """False: the tenant has no Conditional Access policy at all."""
    inactive: int = 3
    """Inactive mailboxes, which Get-Mailbox lists only when asked for."""
    guests: int = 25
    """Guest accounts, which have no mailbox."""
    premium: bool = True
    """False: without Entra ID P1, so that Graph gives nobody the sign-in log."""
