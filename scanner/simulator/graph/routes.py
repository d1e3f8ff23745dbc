"""Which path is served by which function, and which permission it needs."""

from collections.abc import Callable

from scanner.simulator.graph import groups, mail, policies, roles, sign_ins, tenant, traces, users
from scanner.simulator.graph.desk import Desk, Query
from scanner.simulator.population.frozen import Frozen
from scanner.simulator.wire import Answer

_GAP = "*"
_BETA = ("beta",)
_BOTH = ("v1.0", "beta")


class Route(Frozen, frozen=True, kw_only=True):
    """One path below the version."""

    path: str
    """Segments; `*` stands for any one, and `(appId='*')` for the rest of a segment in that form."""
    needs: str
    """The application permission without which it is refused."""
    serve: Callable[[Desk, Query], Answer]
    versions: tuple[str, ...] = _BOTH
    method: str = "GET"

    def match(self, version: str, segments: tuple[str, ...]) -> tuple[str, ...] | None:
        """Compare with a request.

        Args:
            version: `v1.0` or `beta`.
            segments: the path below it.

        Returns:
            What stands in the gaps, or None if this is another route.
        """
        pattern = self.path.split("/")
        if version not in self.versions or len(pattern) != len(segments):
            return None
        gaps = [_fit(part, segment) for part, segment in zip(pattern, segments, strict=True)]
        return None if None in gaps else tuple(gap for gap in gaps if gap)


def _fit(part: str, segment: str) -> str | None:
    """Return what fills a pattern's gap: empty if it has none and fits, None if it does not fit."""
    before, gap, after = part.partition(_GAP)
    if not gap:
        return "" if part == segment else None
    if not segment.startswith(before) or not segment.endswith(after) or segment.startswith("$"):
        return None
    return segment[len(before) : len(segment) - len(after)] or None


ROUTES = (
    Route(path="organization", needs="Organization.Read.All", serve=tenant.list_organization),
    Route(path="domains", needs="Domain.Read.All", serve=tenant.list_domains),
    Route(path="users", needs="User.Read.All", serve=users.list_users),
    Route(path="users/$count", needs="User.Read.All", serve=users.count_users),
    Route(path="users/*/sendMail", needs="Mail.Send", serve=mail.send_mail, method="POST"),
    Route(path="users/*", needs="User.Read.All", serve=users.show_user),
    Route(path="users/*/authentication/requirements", needs="Policy.Read.All", serve=users.show_mfa, versions=_BETA),
    Route(path="identityProtection/riskyUsers", needs="IdentityRiskyUser.Read.All", serve=users.list_risky_users),
    Route(
        path="policies/identitySecurityDefaultsEnforcementPolicy",
        needs="Policy.Read.All",
        serve=policies.show_security_defaults,
    ),
    Route(path="identity/conditionalAccess/policies", needs="Policy.Read.All", serve=policies.list_policies),
    Route(path="identity/conditionalAccess/namedLocations", needs="Policy.Read.All", serve=policies.list_locations),
    Route(path="groups", needs="GroupMember.Read.All", serve=groups.list_groups),
    Route(path="groups/*", needs="GroupMember.Read.All", serve=groups.show_group),
    Route(path="groups/*/members", needs="GroupMember.Read.All", serve=groups.list_members),
    Route(path="groups/*/transitiveMembers", needs="GroupMember.Read.All", serve=groups.list_transitive_members),
    Route(
        path="groups/*/transitiveMembers/$count", needs="GroupMember.Read.All", serve=groups.count_transitive_members
    ),
    Route(
        path="groups/*/transitiveMembers/microsoft.graph.user",
        needs="GroupMember.Read.All",
        serve=groups.list_transitive_users,
    ),
    Route(
        path="roleManagement/directory/roleAssignments",
        needs="RoleManagement.Read.Directory",
        serve=roles.list_assignments,
    ),
    Route(
        path="roleManagement/directory/roleEligibilityScheduleInstances",
        needs="RoleEligibilitySchedule.Read.Directory",
        serve=roles.list_eligibilities,
    ),
    Route(
        path="admin/exchange/tracing/messageTraces",
        needs="ExchangeMessageTrace.Read.All",
        serve=traces.list_traces,
    ),
    Route(path="auditLogs/signIns", needs="AuditLog.Read.All", serve=sign_ins.list_sign_ins),
    Route(path="servicePrincipals", needs="Application.Read.All", serve=tenant.list_service_principals),
    Route(path="servicePrincipals/*", needs="Application.Read.All", serve=tenant.show_service_principal),
    Route(path="servicePrincipals(appId='*')", needs="Application.Read.All", serve=tenant.show_application),
    Route(path="applications(appId='*')", needs="Application.Read.All", serve=tenant.show_registration),
)
