#Requires -Version 5.1
# What to change, mailbox by mailbox
# smtp-posture 0.1.0, run 20261123-080000-contoso, judged for 2026-11-23
# Tenant Contoso Логістика (8f2d9c1e-5b0a-4c57-9d35-0f6f2f7b1a11)
#
# Read it, then run it with -WhatIf: that shows what would be done, and does nothing.
# Without -WhatIf it asks before each change, with -Confirm:$false it does not; -Mailbox names some mailboxes
# only.
# It needs the module ExchangeOnlineManagement and Connect-ExchangeOnline before it.
# undo.ps1 puts back what was observed in this run.
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    # Only these mailboxes, by their addresses; all of them where it is not given.
    [string[]] $Mailbox = @()
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Test-Chosen {
    param([string] $Address)
    ($Mailbox.Count -eq 0) -or ($Mailbox -contains $Address)
}

# ------------------------------------------------------------------------------
# An authentication policy for senders: none that was read allows Basic for SMTP.
if (-not (Get-AuthenticationPolicy | Where-Object { $_.Name -eq 'SMTP senders' })) {
    if ($PSCmdlet.ShouldProcess('SMTP senders', 'Make the authentication policy')) {
        New-AuthenticationPolicy -Name 'SMTP senders' -AllowBasicAuthSmtp | Out-Null
    }
}

# ------------------------------------------------------------------------------
# 1 of 5: lobby@contoso.example  Lobby
# Flag: failing
# Why: It was seen, or it was not.
# Way off Basic: OAuth works today.
# Undo: Set-CASMailbox -Identity 'lobby@contoso.example' -SmtpClientAuthenticationDisabled $null
if ((Test-Chosen 'lobby@contoso.example') -and $PSCmdlet.ShouldProcess('lobby@contoso.example', 'Set SMTP AUTH of the mailbox to enabled')) {
    Set-CASMailbox -Identity 'lobby@contoso.example' -SmtpClientAuthenticationDisabled $false
}

# ------------------------------------------------------------------------------
# 2 of 5: archive@contoso.example  Archive
# Flag: failing
# Why: It was seen, or it was not.
# Closed as well, and not opened here: conditional_access. Without that, the rest does not help.
# Way off Basic: OAuth works today.
# Not run: Set-CASMailbox -Identity 'archive@contoso.example' -SmtpClientAuthenticationDisabled $false

# ------------------------------------------------------------------------------
# 3 of 5: erp@contoso.example  Erp
# Flag: failing
# Why: It was seen, or it was not.
# Way off Basic: OAuth works today.
# Undo: Set-User -Identity 'erp@contoso.example' -AuthenticationPolicy $null
if ((Test-Chosen 'erp@contoso.example') -and $PSCmdlet.ShouldProcess('erp@contoso.example', 'Give the user an authentication policy that allows Basic for SMTP')) {
    Set-User -Identity 'erp@contoso.example' -AuthenticationPolicy 'SMTP senders'
}

# ------------------------------------------------------------------------------
# 4 of 5: alarm@contoso.example  Alarm
# Flag: will_fail
# Why: It was seen, or it was not.
# Way off Basic: OAuth works today.
# Nothing is changed here.

# ------------------------------------------------------------------------------
# 5 of 5: o'neill@contoso.example  O'Neill
# Flag: exposed
# Why: It was seen, or it was not.
# Undo: Set-CASMailbox -Identity 'o''neill@contoso.example' -SmtpClientAuthenticationDisabled $false
if ((Test-Chosen 'o''neill@contoso.example') -and $PSCmdlet.ShouldProcess('o''neill@contoso.example', 'Set SMTP AUTH of the mailbox to disabled')) {
    Set-CASMailbox -Identity 'o''neill@contoso.example' -SmtpClientAuthenticationDisabled $true
}

# ------------------------------------------------------------------------------
# 1 mailboxes are open for Basic and left out: nobody could look whether somebody sends.
