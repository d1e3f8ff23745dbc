#Requires -Version 5.1
# Takes back what remediation.ps1 changes
# smtp-posture 0.1.0, run 20261123-080000-contoso, judged for 2026-11-23
# Tenant Contoso Логістика (8f2d9c1e-5b0a-4c57-9d35-0f6f2f7b1a11)
#
# It puts back what was observed in this run, for each change that remediation.ps1 of this folder makes.
# Run it with -WhatIf first. It asks before each change; -Mailbox limits it to some mailboxes.
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
# 1 of 4: o'neill@contoso.example  O'Neill
# Flag: exposed
if ((Test-Chosen 'o''neill@contoso.example') -and $PSCmdlet.ShouldProcess('o''neill@contoso.example', 'Put back: Set-CASMailbox -Identity ''o''''neill@contoso.example'' -SmtpClientAuthenticationDisabled $false')) {
    Set-CASMailbox -Identity 'o''neill@contoso.example' -SmtpClientAuthenticationDisabled $false
}

# ------------------------------------------------------------------------------
# 2 of 4: erp@contoso.example  Erp
# Flag: failing
if ((Test-Chosen 'erp@contoso.example') -and $PSCmdlet.ShouldProcess('erp@contoso.example', 'Put back: Set-User -Identity ''erp@contoso.example'' -AuthenticationPolicy $null')) {
    Set-User -Identity 'erp@contoso.example' -AuthenticationPolicy $null
}

# ------------------------------------------------------------------------------
# 3 of 4: archive@contoso.example  Archive
# Flag: failing
# Take back: Set-CASMailbox -Identity 'archive@contoso.example' -SmtpClientAuthenticationDisabled $true

# ------------------------------------------------------------------------------
# 4 of 4: lobby@contoso.example  Lobby
# Flag: failing
if ((Test-Chosen 'lobby@contoso.example') -and $PSCmdlet.ShouldProcess('lobby@contoso.example', 'Put back: Set-CASMailbox -Identity ''lobby@contoso.example'' -SmtpClientAuthenticationDisabled $null')) {
    Set-CASMailbox -Identity 'lobby@contoso.example' -SmtpClientAuthenticationDisabled $null
}

# ------------------------------------------------------------------------------
# The authentication policy, once nobody has it any more.
if ($PSCmdlet.ShouldProcess('SMTP senders', 'Remove the authentication policy')) {
    Remove-AuthenticationPolicy -Identity 'SMTP senders' -Confirm:$false
}
