#Requires -Version 5.1
#Requires -Modules Microsoft.Graph.Authentication, ExchangeOnlineManagement

<#
.SYNOPSIS
Reads what smtp-posture judges into a folder of JSON files. It changes nothing in the tenant.

.DESCRIPTION
It runs Get- cmdlets of Exchange Online and GET requests of Microsoft Graph, and no others; it writes to the folder and
nowhere else. Whoever signs in needs Global Reader, and consent for the reading permissions that Connect-MgGraph asks
for. A section that can't be read is left out, and tenant.json says why; what is there is whole. Afterwards:

    smtp-posture import FOLDER

Modules, once: Install-Module Microsoft.Graph.Authentication, ExchangeOnlineManagement -Scope CurrentUser

.PARAMETER Folder
Where the files go. It must not exist, or be empty.

.PARAMETER TenantId
The tenant's id, or one of its domains.

.PARAMETER Cloud
public, gcc-high, dod or china.

.PARAMETER Skip
Names of sections to leave out, such as sign-ins or per-user-mfa, which takes one request for each mailbox.

.PARAMETER MailboxPermissions
Read who has full access to which mailbox as well: about a second for each mailbox.
#>
[CmdletBinding()]
param(
    [string] $Folder = 'smtp-posture-evidence',
    [string] $TenantId = 'organizations',
    [ValidateSet('public', 'gcc-high', 'dod', 'china')]
    [string] $Cloud = 'public',
    [string[]] $Skip = @(),
    [switch] $MailboxPermissions
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# <settings>

$missing = [ordered]@{}
$groupIds = [System.Collections.Generic.SortedSet[string]]::new()
$userIds = [System.Collections.Generic.List[string]]::new()
$addresses = [System.Collections.Generic.List[string]]::new()
$senders = [System.Collections.Generic.SortedSet[string]]::new()
$read = [System.Collections.Generic.HashSet[string]]::new()
$now = [DateTime]::UtcNow
$passing = @(429, 500, 502, 503, 504)
$noLicence = 'Authentication_RequestFromNonPremiumTenantOrB2CTenant|AadPremiumLicenseRequired|RequestFromNonPremiumTenantOrB2CTenant'

# A property of an object, or of one further down; $null where there is none. Strict mode would stop at it.
function Get-Value {
    param($Object, [string[]] $Path)
    foreach ($name in $Path) {
        if ($null -eq $Object) { return $null }
        $property = $Object.PSObject.Properties[$name]
        if ($null -eq $property) { return $null }
        $Object = $property.Value
    }
    $Object
}

# Values as JSON has them, in Windows PowerShell as in PowerShell 7: no enum as a number, no array of one as a value.
function ConvertTo-Plain {
    param($Value)
    if ($null -eq $Value) { return $null }
    if ($Value -is [bool] -or $Value -is [string] -or $Value -is [int] -or $Value -is [long]) { return $Value }
    if ($Value -is [DateTime]) { return $Value.ToUniversalTime().ToString('o') }
    if ($Value -is [System.Collections.IEnumerable]) { return , @($Value | ForEach-Object { [string] $_ }) }
    [string] $Value
}

# A row of what is there: null stays null, and a property that is not there stays away, since that means something else.
function ConvertTo-Row {
    param($Object, [string[]] $Names)
    if ($Names.Count -eq 0) { $Names = @($Object.PSObject.Properties | ForEach-Object { $_.Name }) }
    $row = [ordered]@{}
    foreach ($name in $Names) {
        $property = $Object.PSObject.Properties[$name]
        if ($null -ne $property) { $row[$name] = ConvertTo-Plain $property.Value }
    }
    $row
}

# What a refused request answered: its status, 0 where there was no answer, and its words.
function Get-Refusal {
    param($Failure)
    $response = Get-Value $Failure.Exception @('Response')
    $status = 0
    if ($null -ne $response) { $status = [int] $response.StatusCode }
    $words = $Failure.Exception.Message
    if ($null -ne $Failure.ErrorDetails -and $Failure.ErrorDetails.Message) { $words = $Failure.ErrorDetails.Message }
    @{ Status = $status; Words = ($words -replace '\s+', ' ').Trim() }
}

# One GET; what may pass is tried again. Conditional Access takes one request a second of all applications together.
function Get-Graph {
    param([string] $Uri)
    for ($attempt = 1; ; $attempt++) {
        if ($Uri -like '*/identity/conditionalAccess/*' -or $Uri -like '*/identityProtection/*') { Start-Sleep -Seconds 2 }
        try {
            return (Invoke-MgGraphRequest -Method GET -Uri $Uri -OutputType PSObject -Headers @{ Prefer = 'include-unknown-enum-members' })
        } catch {
            if ($passing -notcontains (Get-Refusal $_).Status -or $attempt -ge 6) { throw }
            Start-Sleep -Seconds ([Math]::Pow(2, $attempt))
        }
    }
}

# All rows of a collection, page by page, into the pipeline.
function Get-GraphRows {
    param([string] $Uri)
    $seen = [System.Collections.Generic.HashSet[string]]::new()
    while ($Uri) {
        if (-not $seen.Add($Uri)) { throw "The service gave the same link again: $Uri" }
        $page = Get-Graph $Uri
        foreach ($row in @(Get-Value $page @('value'))) {
            if ($null -ne $row) { $row }
        }
        $Uri = [string] (Get-Value $page @('@odata.nextLink'))
    }
}

# Writes the rows of one section as they come, UTF-8 without byte order mark. A file is there when it is whole.
function Out-Section {
    param([string] $Name, [scriptblock] $Rows, [switch] $Single)
    if ($Skip -contains $Name) {
        $missing[$Name] = 'left out on purpose (-Skip)'
        return
    }
    $path = [System.IO.Path]::Combine($root, "$Name.json")
    $count = 0
    Write-Progress -Activity 'smtp-posture' -Status "$Name ..."
    $writer = [System.IO.StreamWriter]::new("$path.part", $false, [System.Text.UTF8Encoding]::new($false))
    try {
        if (-not $Single) { $writer.Write('[') }
        & $Rows | ForEach-Object {
            if ($count -gt 0) { $writer.Write(',') }
            $writer.Write("`n" + (ConvertTo-Json -InputObject $_ -Depth 30 -Compress))
            $count++
            if ($count % 200 -eq 0) { Write-Progress -Activity 'smtp-posture' -Status "$Name $count" }
        }
        if (-not $Single) { $writer.Write("`n]") }
        $writer.Write("`n")
        $writer.Dispose()
        if ($Single -and $count -ne 1) { throw "One object was expected, and $count came." }
        [System.IO.File]::Move("$path.part", $path)
        [void] $read.Add($Name)
        Write-Host "$Name $count"
    } catch {
        $writer.Dispose()
        [System.IO.File]::Delete("$path.part")
        $refusal = Get-Refusal $_
        if ($refusal.Words -match $noLicence) {
            $answer = [ordered]@{ error = [ordered]@{ code = $Matches[0]; message = 'not licensed' } }
            [System.IO.File]::WriteAllText($path, (ConvertTo-Json -InputObject $answer -Depth 5), [System.Text.UTF8Encoding]::new($false))
        }
        $missing[$Name] = "$($refusal.Status) $($refusal.Words)".Trim()
        Write-Warning "$Name can't be read: $($missing[$Name])"
    }
}

# The ids that other sections ask for: groups of policies and of roles, users of mailboxes, senders of the sign-in log.
function Find-GroupIds {
    param([string] $Name, $Row)
    if ($Name -eq 'conditional-access-policies') {
        foreach ($side in @('includeGroups', 'excludeGroups')) {
            foreach ($id in @(Get-Value $Row @('conditions', 'users', $side))) {
                if ($id) { [void] $groupIds.Add(([string] $id).ToLowerInvariant()) }
            }
        }
    } elseif ((Get-Value $Row @('principal', '@odata.type')) -eq '#microsoft.graph.group') {
        [void] $groupIds.Add(([string] $Row.principal.id).ToLowerInvariant())
    }
}

function Get-ListRows {
    param([string] $Name, [string] $Uri)
    Get-GraphRows $Uri | ForEach-Object {
        if (@('conditional-access-policies', 'role-assignments', 'role-eligibilities') -contains $Name) { Find-GroupIds $Name $_ }
        $_
    }
}

function Get-MailboxRows {
    param([string[]] $Names)
    process {
        $row = ConvertTo-Row $_ $Names
        if ($row.Contains('ExternalDirectoryObjectId') -and $row['ExternalDirectoryObjectId']) { $userIds.Add($row['ExternalDirectoryObjectId']) }
        if ($row.Contains('PrimarySmtpAddress') -and $row['PrimarySmtpAddress']) { $addresses.Add($row['PrimarySmtpAddress']) }
        $row
    }
}

# Windows of a day: longer ones run into time-outs. The last quarter of an hour is not in the log yet.
function Get-LogRows {
    param([string] $Path, [string] $Time, [string] $Condition, [string[]] $Kinds, [int] $Days, [string] $Query)
    foreach ($kind in $Kinds) {
        for ($day = 0; $day -lt $Days; $day++) {
            $end = $now.AddDays(-$day)
            $filter = "$Time ge {0:yyyy-MM-ddTHH:mm:ssZ} and $Time le {1:yyyy-MM-ddTHH:mm:ssZ} and $Condition and signInEventTypes/any(t: t eq '$kind')"
            $filter = [string]::Format([System.Globalization.CultureInfo]::InvariantCulture, $filter, $end.AddDays(-1), $end)
            Get-GraphRows "$Path`?`$filter=$([Uri]::EscapeDataString($filter))$Query" | ForEach-Object {
                if ((Get-Value $_ @('status', 'errorCode')) -eq 0 -and $_.userPrincipalName) {
                    [void] $senders.Add(([string] $_.userPrincipalName).ToLowerInvariant())
                }
                $_
            }
        }
    }
}

# Of a recipient only the domain is kept, and no subject. 100 requests in five minutes are allowed.
function Get-TraceRows {
    param([string] $Path)
    if (-not $read.Contains('sign-ins')) { throw 'nothing to ask for: sign-ins could not be read' }
    $windows = if ($senders.Count -le 30) { 3 } else { 1 }
    $pause = if ($senders.Count * $windows -gt 90) { 3100 } else { 0 }
    foreach ($sender in $senders) {
        for ($number = 0; $number -lt $windows; $number++) {
            Start-Sleep -Milliseconds $pause
            $end = $now.AddDays(-10 * $number)
            $filter = 'receivedDateTime ge {0:yyyy-MM-ddTHH:mm:ssZ} and receivedDateTime le {1:yyyy-MM-ddTHH:mm:ssZ} and senderAddress eq ''{2}'''
            $filter = [string]::Format([System.Globalization.CultureInfo]::InvariantCulture, $filter, $end.AddDays(-10), $end, $sender.Replace("'", "''"))
            Get-GraphRows "$Path`?`$filter=$([Uri]::EscapeDataString($filter))&`$top=5000" | ForEach-Object {
                [ordered]@{
                    id = Get-Value $_ @('id')
                    senderAddress = $sender
                    recipientAddress = '*@' + ([string] (Get-Value $_ @('recipientAddress'))).Split('@')[-1]
                    messageId = Get-Value $_ @('messageId')
                    receivedDateTime = ConvertTo-Plain (Get-Value $_ @('receivedDateTime'))
                    fromIP = Get-Value $_ @('fromIP')
                    status = Get-Value $_ @('status')
                }
            }
        }
    }
}

# Groups with all members below them; one that is gone, or hides its members, says so in its row.
function Get-GroupRows {
    if (-not ($read.Contains('conditional-access-policies') -or $read.Contains('role-assignments'))) {
        throw 'nothing to ask for: neither policies nor role assignments could be read'
    }
    $denied = 0
    $rows = foreach ($id in $groupIds) {
        $row = [ordered]@{ id = $id }
        try {
            $row['displayName'] = Get-Value (Get-Graph "/v1.0/groups/$id`?`$select=id,displayName") @('displayName')
            $row['transitiveMembers'] = @(Get-GraphRows "/v1.0/groups/$id/transitiveMembers?`$select=id&`$top=999" | ForEach-Object {
                    [ordered]@{ '@odata.type' = Get-Value $_ @('@odata.type'); id = $_.id }
                })
        } catch {
            $refused = $_
            switch ((Get-Refusal $refused).Status) {
                404 { $row = [ordered]@{ id = $id; exists = $false } }
                403 { $row['membershipReadable'] = $false; $denied++; $denial = $refused }
                default { throw $refused }
            }
        }
        $row
    }
    if ($denied -gt 0 -and $denied -eq $groupIds.Count) { throw $denial }
    if ($null -ne $rows) { $rows }
}

function Get-UserRows {
    param([string] $Path)
    if (-not $read.Contains('mailboxes')) { throw 'nothing to ask for: mailboxes could not be read' }
    foreach ($id in $userIds) {
        try {
            $answer = Get-Graph $Path.Replace('{id}', $id)
        } catch {
            if ((Get-Refusal $_).Status -ne 404) { throw }
            continue
        }
        [ordered]@{ id = $id; perUserMfaState = Get-Value $answer @('perUserMfaState') }
    }
}

function Get-PermissionRows {
    if (-not $read.Contains('mailboxes')) { throw 'nothing to ask for: mailboxes could not be read' }
    foreach ($address in $addresses) {
        foreach ($right in @(Get-MailboxPermission -Identity $address -ErrorAction Stop)) {
            [ordered]@{
                Identity = $address
                User = [string] $right.User
                AccessRights = @($right.AccessRights | ForEach-Object { [string] $_ })
                Deny = [bool] $right.Deny
                IsInherited = [bool] $right.IsInherited
            }
        }
    }
}

# Relative paths are PowerShell's to .NET's eyes, so the folder is named whole.
$root = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Folder)
if ([System.IO.Directory]::Exists($root) -and @([System.IO.Directory]::GetFileSystemEntries($root)).Count -gt 0) {
    throw "The folder $root is not empty. Give another one with -Folder."
}
[void] [System.IO.Directory]::CreateDirectory($root)

Write-Host 'Signing in to Microsoft Graph and to Exchange Online ...'
Connect-MgGraph -TenantId $TenantId -Environment $graphEnvironments[$Cloud] -Scopes $scopes -NoWelcome
Connect-ExchangeOnline -ShowBanner:$false -ExchangeEnvironmentName $exchangeEnvironments[$Cloud]

# <sections>

$tenant = [ordered]@{
    id = [string] (Get-MgContext).TenantId
    domain = ''
    displayName = ''
    cloud = $Cloud
    collectedAt = $now.ToString('yyyy-MM-ddTHH:mm:ssZ', [System.Globalization.CultureInfo]::InvariantCulture)
    missing = $missing
}
try {
    $organization = @(Get-GraphRows '/v1.0/organization?$select=id,displayName,verifiedDomains') | Select-Object -First 1
    $tenant['displayName'] = [string] $organization.displayName
    $default = @($organization.verifiedDomains | Where-Object { $_.isDefault }) | Select-Object -First 1
    if ($null -ne $default) { $tenant['domain'] = [string] $default.name }
} catch {
    Write-Warning "The name of the tenant can't be read: $((Get-Refusal $_).Words)"
}
$path = [System.IO.Path]::Combine($root, 'tenant.json')
[System.IO.File]::WriteAllText($path, (ConvertTo-Json -InputObject $tenant -Depth 5), [System.Text.UTF8Encoding]::new($false))
Write-Progress -Activity 'smtp-posture' -Completed

Write-Host ''
Write-Host "Written to $root; $($missing.Count) sections are missing."
Write-Host 'Add an export of the report "SMTP AUTH clients" of the Exchange admin center (Reports, Mail flow): no cmdlet gives'
Write-Host 'it. Save it there as smtp-auth-clients-2026-10-01-2026-10-31.csv, with the days that it counts. Then run:'
Write-Host "    smtp-posture import `"$root`""
