"""The rights of the scanner's application, and how to take some away."""

GRAPH_ROLES = frozenset(
    {
        "Application.Read.All",
        "AuditLog.Read.All",
        "Domain.Read.All",
        "ExchangeMessageTrace.Read.All",
        "GroupMember.Read.All",
        "IdentityRiskyUser.Read.All",
        "Organization.Read.All",
        "Policy.Read.All",
        "RoleEligibilitySchedule.Read.Directory",
        "RoleManagement.Read.Directory",
        "User.Read.All",
    }
)
"""Application permissions on Microsoft Graph, as the token's `roles` name them."""
MAIL_ROLES = frozenset({"Mail.Send"})
"""What sends reports, and reads no evidence."""
MANAGE_AS_APP = "Exchange.ManageAsApp"
EXCHANGE_ROLES = frozenset({MANAGE_AS_APP})
"""Application permissions on Exchange Online."""
MANAGE_AS_PERSON = "Exchange.Manage"
"""The same for somebody who signed in."""
EXCHANGE_RBAC = "ExchangeRole"
"""Stands for the right inside Exchange (Global Reader, or a role group), which no token shows."""
ALL_RIGHTS = GRAPH_ROLES | MAIL_ROLES | EXCHANGE_ROLES | {MANAGE_AS_PERSON, EXCHANGE_RBAC}
