"""Causes that a scan can see: each belongs to a gate."""

from scanner.model.judgement import Remedy
from scanner.model.text import say
from scanner.replies.entry import Cause

USER_APPS = "Microsoft 365 admin center > Users > Active users > (user) > Mail > Manage email apps > Authenticated SMTP"
_ORGANIZATION_SWITCH = (
    "Exchange admin center > Settings > Mail flow > Turn off SMTP AUTH protocol for your organization"
)
_CA_POLICIES = "Microsoft Entra admin center > Entra ID > Conditional Access > Policies"

MOVE_TO_OAUTH = Remedy(
    gate="",
    text=say("Let the sender sign in with OAuth (XOAUTH2): it lasts, while Basic authentication will be removed."),
    portal="Microsoft Entra admin center > Entra ID > App registrations",
)

_ENABLE_MAILBOX = Remedy(
    gate="smtp_auth_switch",
    text=say("Enable Authenticated SMTP for this mailbox and leave it off for the organization. Allow up to an hour."),
    command="Set-CASMailbox -Identity {address} -SmtpClientAuthenticationDisabled $false",
    portal=USER_APPS,
    undo="Set-CASMailbox -Identity {address} -SmtpClientAuthenticationDisabled $null",
)

_REENABLE_MAILBOX = Remedy(
    gate="smtp_auth_switch",
    text=say("Enable Authenticated SMTP for this mailbox. Allow up to an hour."),
    command="Set-CASMailbox -Identity {address} -SmtpClientAuthenticationDisabled $false",
    portal=USER_APPS,
    undo="Set-CASMailbox -Identity {address} -SmtpClientAuthenticationDisabled $true",
)

SWITCH_TENANT = Cause(
    key="switch_tenant",
    gate="smtp_auth_switch",
    text=say("Authenticated SMTP is off for the organization, and the mailbox has no setting of its own."),
    look_at=say("SmtpClientAuthenticationDisabled of Get-TransportConfig (True) and of Get-CASMailbox (blank)."),
    remedies=(_ENABLE_MAILBOX,),
)

SWITCH_MAILBOX = Cause(
    key="switch_mailbox",
    gate="smtp_auth_switch",
    text=say("Authenticated SMTP is off for this mailbox, whatever the organization's setting."),
    look_at=say("SmtpClientAuthenticationDisabled of Get-CASMailbox (True)."),
    remedies=(_REENABLE_MAILBOX,),
)

SWITCH = Cause(
    key="switch",
    gate="smtp_auth_switch",
    text=say("Authenticated SMTP is off, for the mailbox or for the organization that it follows."),
    look_at=say("SmtpClientAuthenticationDisabled of Get-CASMailbox first, where blank that of Get-TransportConfig."),
    remedies=(
        _ENABLE_MAILBOX,
        Remedy(
            gate="smtp_auth_switch",
            text=say("Enable it for the whole organization: this opens every mailbox that has no setting of its own."),
            command="Set-TransportConfig -SmtpClientAuthenticationDisabled $false",
            portal=_ORGANIZATION_SWITCH,
            undo="Set-TransportConfig -SmtpClientAuthenticationDisabled $true",
        ),
    ),
)

AUTHENTICATION_POLICY = Cause(
    key="authentication_policy",
    gate="authentication_policy",
    text=say("An authentication policy, the user's own or the organization's default, blocks Basic for SMTP."),
    look_at=say(
        "AuthenticationPolicy of Get-User, where empty DefaultAuthenticationPolicy of Get-OrganizationConfig, and "
        "AllowBasicAuthSmtp of Get-AuthenticationPolicy."
    ),
    remedies=(
        MOVE_TO_OAUTH,
        Remedy(
            gate="authentication_policy",
            text=say("Give the sender a policy of its own that allows Basic for SMTP. It takes up to 24 hours."),
            command=(
                'New-AuthenticationPolicy -Name "SMTP senders" -AllowBasicAuthSmtp; '
                'Set-User -Identity {address} -AuthenticationPolicy "SMTP senders"'
            ),
            portal="Microsoft 365 admin center > Settings > Org settings > Modern authentication",
            undo="Set-User -Identity {address} -AuthenticationPolicy $null",
        ),
    ),
)

SECURITY_DEFAULTS = Cause(
    key="security_defaults",
    gate="security_defaults",
    text=say("Security Defaults are on: they refuse Basic for every account, without exceptions."),
    look_at=say("isEnabled of the identity security defaults policy; sign-in log code 530035."),
    remedies=(
        MOVE_TO_OAUTH,
        Remedy(
            gate="security_defaults",
            text=say(
                "Turn Security Defaults off, and replace them by Conditional Access first: until then every account "
                "is without their protection."
            ),
            command="Update-MgPolicyIdentitySecurityDefaultEnforcementPolicy -IsEnabled:$false",
            portal="Microsoft Entra admin center > Entra ID > Overview > Properties > Manage security defaults",
            undo="Update-MgPolicyIdentitySecurityDefaultEnforcementPolicy -IsEnabled:$true",
        ),
    ),
)

CONDITIONAL_ACCESS = Cause(
    key="conditional_access",
    gate="conditional_access",
    text=say(
        "A Conditional Access policy blocks legacy clients, or demands what they can't give (MFA, a managed device), "
        "perhaps only from some locations."
    ),
    look_at=say("The Conditional Access tab of the refused sign-in (53003, 50076, 53000 to 53002) names the policy."),
    remedies=(
        MOVE_TO_OAUTH,
        Remedy(
            gate="conditional_access",
            text=say("Exclude the sending account from the policy, and limit it by another one to known addresses."),
            portal=f"{_CA_POLICIES} > (policy) > Users > Exclude",
            undo=say("Remove the account from the exclusions of the policy."),
        ),
    ),
)

LOCATION = Cause(
    key="location",
    gate="conditional_access",
    text=say("A Conditional Access policy depends on where the sender is: the same sign-in passes from elsewhere."),
    look_at=say("IP address and location of the refused sign-in, and the named locations of the policies."),
    remedies=(
        Remedy(
            gate="conditional_access",
            text=say("Add the sender's fixed public address to the named location that the policy leaves out."),
            portal="Microsoft Entra admin center > Entra ID > Conditional Access > Named locations",
            undo=say("Remove the address from the named location."),
        ),
        MOVE_TO_OAUTH,
    ),
)

PER_USER_MFA = Cause(
    key="per_user_mfa",
    gate="per_user_mfa",
    text=say("Multifactor authentication is enforced on the account: the ordinary password isn't accepted over SMTP."),
    look_at=say("perUserMfaState of the account; sign-in log codes 50076 and 50079."),
    remedies=(
        MOVE_TO_OAUTH,
        Remedy(
            gate="per_user_mfa",
            text=say("Use an app password. It works with per-user MFA only, and ends with Basic authentication."),
            portal="https://mysignins.microsoft.com/security-info > Add sign-in method > App password",
            undo=say("Delete the app password on the same page."),
        ),
    ),
)

SIGN_IN_BLOCKED = Cause(
    key="sign_in_blocked",
    gate="account",
    text=say("Sign-in of the account is blocked, as it should be for a shared, room or equipment mailbox."),
    look_at=say("accountEnabled of the user; sign-in log code 50057."),
    remedies=(
        Remedy(
            gate="account",
            text=say("Send as a licensed user account that holds Send As for this mailbox."),
            command="Add-RecipientPermission -Identity {address} -Trustee (account) -AccessRights SendAs",
            portal="Exchange admin center > Recipients > Mailboxes > (mailbox) > Delegation > Send as",
            undo="Remove-RecipientPermission -Identity {address} -Trustee (account) -AccessRights SendAs",
        ),
        Remedy(
            gate="account",
            text=say("Unblock sign-in, for a user mailbox only."),
            command="Update-MgUser -UserId {address} -AccountEnabled:$true",
            portal="Microsoft 365 admin center > Users > Active users > (user) > Unblock sign-in",
            undo="Update-MgUser -UserId {address} -AccountEnabled:$false",
        ),
    ),
)

UNLICENSED = Cause(
    key="unlicensed",
    gate="account",
    text=say("The account has no Exchange Online licence."),
    look_at=say("assignedLicenses of the user."),
    remedies=(
        Remedy(
            gate="account",
            text=say("Assign a licence with Exchange Online, or send as an account that has one."),
            portal="Microsoft 365 admin center > Users > Active users > (user) > Licenses and apps",
            undo=say("Take the licence away on the same page."),
        ),
    ),
)

PASSWORD_EXPIRED = Cause(
    key="password_expired",
    gate="account",
    text=say("The password has expired or must be changed at the next sign-in; an SMTP client can't do that."),
    look_at=say("Sign-in log codes 50055 and 50144; passwordPolicies of the user."),
    remedies=(
        Remedy(
            gate="account",
            text=say("Set a new password that needn't be changed at the next sign-in, and give it to the sender."),
            portal="Microsoft 365 admin center > Users > Active users > (user) > Reset password",
        ),
    ),
)

RETIREMENT = Cause(
    key="retirement",
    gate="retirement",
    text=say("Microsoft has removed Basic authentication for SMTP submission: no setting brings it back."),
    look_at=say("The date, and Microsoft's announcement of the final removal."),
    remedies=(MOVE_TO_OAUTH,),
)

SEND_AS = Cause(
    key="send_as",
    gate="send_as",
    text=say("The From address is neither the mailbox that signed in nor one that it holds Send As for."),
    look_at=say("The From address that the sender uses, and Get-RecipientPermission of that address."),
    remedies=(
        Remedy(
            gate="send_as",
            text=say("Let the sender use the address of the account it signs in with as From."),
            undo=say("Set the former From address again."),
        ),
        Remedy(
            gate="send_as",
            text=say("Grant Send As for the From address to the account that signs in, not only to the application."),
            command="Add-RecipientPermission -Identity (from address) -Trustee {address} -AccessRights SendAs",
            portal="Exchange admin center > Recipients > Mailboxes > (from address) > Delegation > Send as",
            undo="Remove-RecipientPermission -Identity (from address) -Trustee {address} -AccessRights SendAs",
        ),
    ),
)

SETTINGS = (
    SWITCH_TENANT,
    SWITCH_MAILBOX,
    SWITCH,
    AUTHENTICATION_POLICY,
    SECURITY_DEFAULTS,
    CONDITIONAL_ACCESS,
    LOCATION,
    PER_USER_MFA,
    SIGN_IN_BLOCKED,
    UNLICENSED,
    PASSWORD_EXPIRED,
    RETIREMENT,
    SEND_AS,
)
