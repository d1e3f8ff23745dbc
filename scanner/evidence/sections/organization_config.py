"""Get-OrganizationConfig: the default authentication policy and Direct Send."""

from scanner.evidence.row import Row
from scanner.evidence.section import Cmdlet, Section
from scanner.model.settings import OrganizationConfig


def parse(row: Row) -> OrganizationConfig:
    """Read the organization configuration."""
    return OrganizationConfig(
        default_authentication_policy=row.text("DefaultAuthenticationPolicy"),
        reject_direct_send=row.flag("RejectDirectSend"),
    )


SECTION = Section(
    name="organization-config",
    title="Get-OrganizationConfig",
    gives="the default authentication policy, and Direct Send",
    permission="Exchange.ManageAsApp",
    ask=Cmdlet(name="Get-OrganizationConfig", least=1),
    parse=parse,
    single=True,
)
