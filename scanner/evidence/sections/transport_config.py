"""Get-TransportConfig: the tenant's SMTP AUTH switch."""

from scanner.evidence.row import Row
from scanner.evidence.section import Cmdlet, Section
from scanner.model.settings import TransportConfig


def parse(row: Row) -> TransportConfig:
    """Read the transport configuration."""
    return TransportConfig(
        smtp_auth_disabled=row.flag("SmtpClientAuthenticationDisabled"),
        legacy_tls_allowed=row.flag("AllowLegacyTLSClients"),
    )


SECTION = Section(
    name="transport-config",
    title="Get-TransportConfig",
    gives="the SMTP AUTH switch of the organization",
    permission="Exchange.ManageAsApp",
    ask=Cmdlet(name="Get-TransportConfig", least=1),
    parse=parse,
    single=True,
)
