"""Settings of the tenant and of Exchange as observed."""

from scanner.model.frozen import Frozen
from scanner.model.observed import Gap, Observed


class TransportConfig(Frozen, frozen=True, kw_only=True):
    """Get-TransportConfig."""

    smtp_auth_disabled: Observed[bool] = Gap.ABSENT
    legacy_tls_allowed: Observed[bool] = Gap.ABSENT


class OrganizationConfig(Frozen, frozen=True, kw_only=True):
    """Get-OrganizationConfig. A policy name of null or "" means that there is no default policy."""

    default_authentication_policy: Observed[str] = Gap.ABSENT
    reject_direct_send: Observed[bool] = Gap.ABSENT


class AuthenticationPolicy(Frozen, frozen=True, kw_only=True):
    """One authentication policy.

    Attributes:
        names: Every name it goes by (name, identity, distinguished name, GUID), in lower case.
        name: The name to show.
        allows_basic_smtp: AllowBasicAuthSmtp.
    """

    names: tuple[str, ...]
    name: str
    allows_basic_smtp: Observed[bool] = Gap.ABSENT


class SecurityDefaults(Frozen, frozen=True, kw_only=True):
    """identitySecurityDefaultsEnforcementPolicy."""

    enabled: Observed[bool] = Gap.ABSENT
