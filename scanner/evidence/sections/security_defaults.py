"""Graph identitySecurityDefaultsEnforcementPolicy."""

from scanner.evidence.row import Row
from scanner.evidence.section import GraphObject, Section
from scanner.model.settings import SecurityDefaults


def parse(row: Row) -> SecurityDefaults:
    """Read the Security Defaults policy."""
    return SecurityDefaults(enabled=row.flag("isEnabled"))


SECTION = Section(
    name="security-defaults",
    title="Graph identitySecurityDefaultsEnforcementPolicy",
    gives="whether Security Defaults are on",
    permission="Policy.Read.All",
    ask=GraphObject(path="/v1.0/policies/identitySecurityDefaultsEnforcementPolicy"),
    parse=parse,
    single=True,
)
