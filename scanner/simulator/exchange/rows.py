"""Exchange's objects in the shape in which InvokeCommand returns them, type annotations and all."""

import uuid

from scanner.simulator.population.directory import Population
from scanner.simulator.population.model import AuthenticationPolicy, Kind, Mailbox, OtherObject
from scanner.simulator.population.scenario import Scenario

Row = dict[str, object]
_STRINGS = "#Collection(String)"
_CREATED = "2021-03-01T08:00:00.0000000+00:00"
_PROTOCOLS = (
    "ActiveSync",
    "Autodiscover",
    "Imap",
    "Mapi",
    "OfflineAddressBook",
    "OutlookService",
    "Pop",
    "Powershell",
    "ReportingWebServices",
    "Rest",
    "Rpc",
    "Smtp",
    "WebServices",
)


def transport_config_row(population: Population) -> Row:
    """Render Get-TransportConfig's one row."""
    return {
        "Name": "Transport Settings",
        "Identity": "Transport Settings",
        "SmtpClientAuthenticationDisabled": population.settings.smtp_auth_disabled,
        "AllowLegacyTLSClients": None,
        "MaxReceiveSize": "Unlimited",
        "MaxSendSize": "Unlimited",
        **_guid("Guid", population.tenant_id),
        "WhenChangedUTC@data.type": "System.DateTime",
        "WhenChangedUTC": "2026-02-03T04:05:06.0000000Z",
    }


def organization_config_row(population: Population) -> Row:
    """Render Get-OrganizationConfig's one row."""
    return {
        "Name": population.initial_domain,
        "Identity": population.initial_domain,
        "DisplayName": population.scenario.name,
        "OAuth2ClientProfileEnabled": True,
        "DefaultAuthenticationPolicy": population.settings.default_authentication_policy,
        "PublicFoldersEnabled": "Local",
        "EwsEnabled": None,
        "IsDehydrated": False,
        "AuditDisabled": False,
        "SendFromAliasEnabled": False,
        "RejectDirectSend": False,
        "ActivityBasedAuthenticationTimeoutInterval": "06:00:00",
        **_guid("Guid", population.tenant_id),
    }


def authentication_policy_row(policy: AuthenticationPolicy) -> Row:
    """Render one row of Get-AuthenticationPolicy."""
    allowed = {f"AllowBasicAuth{protocol}": protocol in policy.allowed for protocol in _PROTOCOLS}
    return {"Identity": policy.name, "Name": policy.name, **allowed, **_guid("Guid", policy.guid)}


def mailbox_row(mailbox: Mailbox) -> Row:
    """Render one row of Get-Mailbox."""
    account = mailbox.account
    return {
        "Identity": mailbox.alias,
        "Name": mailbox.alias,
        "UserPrincipalName": mailbox.address,
        "PrimarySmtpAddress": mailbox.address,
        "DisplayName": mailbox.display_name,
        "Alias": mailbox.alias,
        "RecipientType": "UserMailbox",
        "RecipientTypeDetails": mailbox.kind,
        "ExternalDirectoryObjectId": account.id if account else "",
        **_guid("ExchangeGuid", mailbox.exchange_guid),
        **_guid("Guid", mailbox.guid),
        "AccountDisabled": not (account and account.enabled),
        "IsShared": mailbox.kind is Kind.SHARED,
        "IsResource": mailbox.kind in {Kind.ROOM, Kind.EQUIPMENT},
        "IsDirSynced": bool(account and account.synced),
        "IsInactiveMailbox": mailbox.inactive,
        "MessageCopyForSMTPClientSubmissionEnabled": True,
        "HiddenFromAddressListsEnabled": mailbox.kind is Kind.DISCOVERY,
        "ForwardingSmtpAddress": None,
        "WhenMailboxCreated@data.type": "System.DateTime",
        "WhenMailboxCreated": _CREATED,
        "EmailAddresses@odata.type": _STRINGS,
        "EmailAddresses": [f"SMTP:{mailbox.address}", f"SIP:{mailbox.address}"],
        "GrantSendOnBehalfTo@odata.type": _STRINGS,
        "GrantSendOnBehalfTo": [],
        "RecipientLimits@data.type": "System.Int32",
        "RecipientLimits": 500,
        "ProhibitSendQuota": "99 GB (106,300,440,576 bytes)",
        "RetainDeletedItemsFor": "14.00:00:00",
    }


def cas_mailbox_row(mailbox: Mailbox) -> Row:
    """Render one row of Get-CASMailbox. It has no Entra id: Guid and address are what joins it to the mailbox."""
    return {
        "Identity": mailbox.alias,
        "Name": mailbox.alias,
        "DisplayName": mailbox.display_name,
        "PrimarySmtpAddress": mailbox.address,
        "EmailAddresses@odata.type": _STRINGS,
        "EmailAddresses": [f"SMTP:{mailbox.address}"],
        "SmtpClientAuthenticationDisabled": mailbox.smtp_auth_disabled,
        "ActiveSyncEnabled": True,
        "OWAEnabled": True,
        "PopEnabled": mailbox.pop,
        "ImapEnabled": mailbox.imap,
        "MAPIEnabled": True,
        "EwsEnabled": True,
        "ECPEnabled": True,
        **_guid("Guid", mailbox.guid),
    }


def user_row(mailbox: Mailbox) -> Row:
    """Render one row of Get-User."""
    account = mailbox.account
    return {
        "UserPrincipalName": mailbox.address,
        "Identity": mailbox.alias,
        "DisplayName": mailbox.display_name,
        "AuthenticationPolicy": mailbox.authentication_policy,
        "ExternalDirectoryObjectId": account.id if account else "",
        "RecipientType": "UserMailbox",
        "RecipientTypeDetails": mailbox.kind,
        "AccountDisabled": not (account and account.enabled),
        "StsRefreshTokensValidFrom@data.type": "System.DateTime",
        "StsRefreshTokensValidFrom": "2026-01-02T03:04:05.0000000Z",
        **_guid("Guid", mailbox.guid),
    }


def mail_user_row(number: int, scenario: Scenario) -> Row:
    """Render one row of Get-MailUser: someone whose mailbox is still on-premises."""
    address = f"onpremises.{number}@{scenario.domain}"
    return {
        "UserPrincipalName": address,
        "Identity": f"onpremises.{number}",
        "PrimarySmtpAddress": address,
        "ExternalEmailAddress": f"SMTP:onpremises.{number}@mail.{scenario.domain}",
        "RecipientType": "MailUser",
        "RecipientTypeDetails": "MailUser",
        "ExternalDirectoryObjectId": "",
    }


def service_principal_row(principal: OtherObject, scanner: str) -> Row:
    """Render one row of Get-ServicePrincipal.

    Only the scanner's own was registered rightly: for any other somebody took the app registration's object id.
    """
    right = principal.app_id == scanner
    registered = principal.id if right else str(uuid.uuid5(uuid.NAMESPACE_OID, principal.id))
    return {
        "Identity": registered,
        "DisplayName": principal.display_name,
        "AppId": principal.app_id,
        "ObjectId": registered,
    }


def _guid(name: str, value: str) -> Row:
    return {f"{name}@data.type": "System.Guid", f"{name}@odata.type": "#Guid", name: value}
