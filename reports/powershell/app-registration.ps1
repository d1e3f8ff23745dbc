#Requires -Version 5.1
#Requires -Modules Microsoft.Graph.Authentication, ExchangeOnlineManagement

<#
.SYNOPSIS
Registers the application with which smtp-posture reads a tenant.

.DESCRIPTION
Run by an administrator, who signs in twice: to Microsoft Graph, and to Exchange Online where a role group is used.
What is there already stays as it is, so it can be run again. Before each change it says what it would do and asks;
with -WhatIf it only says it, with -Confirm:$false it does not ask. It takes nothing away: permissions that the
application holds beyond those listed here are named in a warning.

Modules, once: Install-Module Microsoft.Graph.Authentication, ExchangeOnlineManagement -Scope CurrentUser

.PARAMETER AppName
How the application is called. One of that name that exists already is used.

.PARAMETER ExchangeRight
How it may read Exchange: through the role group View-Only Organization Management, or the directory role Global
Reader, which reads much more than Exchange.

.PARAMETER PrincipalId
Object id of the managed identity that scans, where it signs in as one: nothing is registered then.
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    [string] $AppName = '',
    [ValidateSet('', 'RoleGroup', 'GlobalReader')]
    [string] $ExchangeRight = '',
    [string] $PrincipalId = ''
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# <settings>

if ($AppName -eq '') { $AppName = $Settings.AppName }
if ($ExchangeRight -eq '') { $ExchangeRight = $Settings.ExchangeRight }
if ($Settings.ManagedIdentity -and $PrincipalId -eq '') {
    throw 'Give the object id of the managed identity with -PrincipalId.'
}
$roleGroup = 'View-Only Organization Management'
$globalReader = 'f2ef992c-3afb-46b9-b7cf-a126ee74c451'
$graphAppId = '00000003-0000-0000-c000-000000000000'
$exchangeAppId = '00000002-0000-0ff1-ce00-000000000000'

function Get-Graph {
    param([string] $Path)
    Invoke-MgGraphRequest -Method GET -Uri "/v1.0$Path" -OutputType PSObject
}

# Of a collection that is one page long; a wrapped list is never taken for a single object.
function Get-GraphList {
    param([string] $Path)
    @((Get-Graph $Path).value)
}

function Send-Graph {
    param([string] $Method, [string] $Path, [hashtable] $Body)
    $json = ConvertTo-Json -InputObject $Body -Depth 8 -Compress
    Invoke-MgGraphRequest -Method $Method -Uri "/v1.0$Path" -Body $json -ContentType 'application/json' -OutputType PSObject
}

# A new object is not known everywhere at once, so the first uses of it may fail.
function Invoke-Patiently {
    param([scriptblock] $Work)
    for ($attempt = 1; ; $attempt++) {
        try {
            return (& $Work)
        } catch {
            if ($attempt -ge 6) { throw }
            Start-Sleep -Seconds (5 * $attempt)
        }
    }
}

# The certificates that an application has, as they have to be sent back: what is left out would be taken away.
function Get-Keys {
    param([string] $Id)
    foreach ($one in @((Get-Graph "/applications/$Id`?`$select=keyCredentials").keyCredentials)) {
        if ($null -eq $one) { continue }
        @{
            customKeyIdentifier = $one.customKeyIdentifier
            displayName = $one.displayName
            endDateTime = ([DateTime] $one.endDateTime).ToUniversalTime().ToString('s') + 'Z'
            key = $one.key
            keyId = $one.keyId
            startDateTime = ([DateTime] $one.startDateTime).ToUniversalTime().ToString('s') + 'Z'
            type = $one.type
            usage = $one.usage
        }
    }
}

function Get-Resource {
    param([string] $AppId)
    $found = @(Get-GraphList ('/servicePrincipals?$filter=appId eq ''{0}''&$select=id,displayName,appRoles,oauth2PermissionScopes' -f $AppId))
    if ($found.Count -eq 0) { throw "This tenant has no service principal of $AppId." }
    $found[0]
}

# Ids of permissions differ between clouds, so they are looked up by name.
function Get-PermissionId {
    param($Resource, [string] $Name)
    if ($Settings.Delegated) {
        $found = @($Resource.oauth2PermissionScopes | Where-Object { $_.value -eq $Name })
    } else {
        $found = @($Resource.appRoles | Where-Object { $_.value -eq $Name -and $_.allowedMemberTypes -contains 'Application' })
    }
    if ($found.Count -eq 0) {
        Write-Warning "$($Resource.displayName) has no permission $Name in this cloud: its sections stay missing."
        return $null
    }
    $found[0].id
}

Write-Host "Signing in to Microsoft Graph, tenant $($Settings.TenantId) ..."
$scopes = @('Application.ReadWrite.All')
if ($Settings.Delegated) { $scopes += 'DelegatedPermissionGrant.ReadWrite.All' } else { $scopes += 'AppRoleAssignment.ReadWrite.All' }
if ($ExchangeRight -eq 'GlobalReader' -and -not $Settings.Delegated) { $scopes += 'RoleManagement.ReadWrite.Directory' }
Connect-MgGraph -TenantId $Settings.TenantId -Environment $Settings.GraphEnvironment -Scopes $scopes -NoWelcome

$wanted = @()
foreach ($service in @(@{ AppId = $graphAppId; Names = $Settings.Graph }, @{ AppId = $exchangeAppId; Names = $Settings.Exchange })) {
    $resource = Get-Resource $service.AppId
    foreach ($name in $service.Names) {
        $id = Get-PermissionId $resource $name
        if ($null -ne $id) {
            $wanted += @{ AppId = $service.AppId; ResourceId = $resource.id; Resource = $resource.displayName; Name = $name; Id = $id }
        }
    }
}

# 1. The application, with the public part of the certificate; the private key never leaves the machine that scans.
$kind = if ($Settings.Delegated) { 'Scope' } else { 'Role' }
$access = @()
foreach ($appId in @($graphAppId, $exchangeAppId)) {
    $entries = @($wanted | Where-Object { $_.AppId -eq $appId } | ForEach-Object { @{ id = $_.Id; type = $kind } })
    if ($entries.Count -gt 0) { $access += @{ resourceAppId = $appId; resourceAccess = $entries } }
}
$key = $null
if ($Settings.Certificate -ne '') {
    $key = @{ type = 'AsymmetricX509Cert'; usage = 'Verify'; key = $Settings.Certificate; displayName = 'smtp-posture' }
}

$principal = $null
$app = $null
if ($PrincipalId -ne '') {
    $principal = Get-Graph "/servicePrincipals/$($PrincipalId)?`$select=id,appId,displayName"
    Write-Host "Using the managed identity $($principal.displayName)."
} else {
    $found = @(Get-GraphList ('/applications?$filter=displayName eq ''{0}''&$select=id,appId,displayName,keyCredentials' -f $AppName.Replace("'", "''").Replace('&', '%26').Replace('#', '%23').Replace('+', '%2B')))
    if ($found.Count -gt 1) { throw "There are $($found.Count) applications called $AppName. Give another name with -AppName." }
    if ($found.Count -eq 1) {
        $app = $found[0]
        Write-Host "The application $AppName is there: $($app.appId)."
        if ($null -ne $key) {
            $known = @($app.keyCredentials | Where-Object { $Settings.Thumbprints -contains $_.customKeyIdentifier })
            if ($known.Count -eq 0 -and $PSCmdlet.ShouldProcess($AppName, 'Add the certificate beside those that it has')) {
                $keys = @(Get-Keys $app.id) + @($key)
                Send-Graph PATCH "/applications/$($app.id)" @{ keyCredentials = $keys } | Out-Null
            }
        }
        if ($PSCmdlet.ShouldProcess($AppName, 'Ask for exactly the permissions listed in this script')) {
            Send-Graph PATCH "/applications/$($app.id)" @{ requiredResourceAccess = $access } | Out-Null
        }
    } elseif ($PSCmdlet.ShouldProcess($AppName, 'Register the application')) {
        $body = @{ displayName = $AppName; signInAudience = 'AzureADMyOrg'; requiredResourceAccess = $access }
        if ($null -ne $key) { $body.keyCredentials = @($key) }
        if ($Settings.Delegated) { $body.isFallbackPublicClient = $true }
        $app = Send-Graph POST '/applications' $body
    }
    if ($null -ne $app) {
        $found = @(Get-GraphList ('/servicePrincipals?$filter=appId eq ''{0}''&$select=id,appId,displayName' -f $app.appId))
        if ($found.Count -eq 1) {
            $principal = $found[0]
        } elseif ($PSCmdlet.ShouldProcess($AppName, 'Add its enterprise application')) {
            $principal = Invoke-Patiently { Send-Graph POST '/servicePrincipals' @{ appId = $app.appId } }
        }
    }
}
if ($null -eq $principal -and -not $WhatIfPreference) {
    Write-Warning 'Stopped: without the application nothing else can be done.'
    return
}

# 2. The permissions, granted for the whole tenant (admin consent).
if ($Settings.Delegated) {
    foreach ($group in ($wanted | Group-Object { $_.ResourceId })) {
        $names = @($group.Group | ForEach-Object { $_.Name })
        $grant = $null
        if ($null -ne $principal) {
            $filter = 'clientId eq ''{0}'' and resourceId eq ''{1}'' and consentType eq ''AllPrincipals''' -f $principal.id, $group.Name
            $grant = Get-GraphList "/oauth2PermissionGrants?`$filter=$filter" | Select-Object -First 1
        }
        $held = @()
        if ($null -ne $grant) { $held = @($grant.scope.Trim().Split(' ')) }
        $others = @($held | Where-Object { $_ -ne '' -and $names -notcontains $_ })
        if ($others.Count -gt 0) { Write-Warning "It holds more than smtp-posture reads with: $($others -join ', ')." }
        $lacking = @($names | Where-Object { $held -notcontains $_ })
        if ($lacking.Count -gt 0 -and $PSCmdlet.ShouldProcess($AppName, "Grant $($lacking -join ', ') on $($group.Group[0].Resource)")) {
            $scope = (@($held) + $lacking) -join ' '
            if ($null -ne $grant) {
                Send-Graph PATCH "/oauth2PermissionGrants/$($grant.id)" @{ scope = $scope.Trim() } | Out-Null
            } else {
                $body = @{ clientId = $principal.id; consentType = 'AllPrincipals'; resourceId = $group.Name; scope = $scope.Trim() }
                Invoke-Patiently { Send-Graph POST '/oauth2PermissionGrants' $body } | Out-Null
            }
        }
    }
} else {
    $held = @()
    if ($null -ne $principal) { $held = @(Get-GraphList "/servicePrincipals/$($principal.id)/appRoleAssignments?`$top=999") }
    $ids = @($wanted | ForEach-Object { $_.Id })
    $others = @($held | Where-Object { $ids -notcontains $_.appRoleId })
    if ($others.Count -gt 0) {
        Write-Warning "It holds $($others.Count) permissions that smtp-posture does not read with; take them away in the Entra admin center."
    }
    foreach ($one in $wanted) {
        $there = @($held | Where-Object { $_.appRoleId -eq $one.Id -and $_.resourceId -eq $one.ResourceId })
        if ($there.Count -eq 0 -and $PSCmdlet.ShouldProcess($AppName, "Grant $($one.Name) on $($one.Resource)")) {
            $body = @{ principalId = $principal.id; resourceId = $one.ResourceId; appRoleId = $one.Id }
            Invoke-Patiently { Send-Graph POST "/servicePrincipals/$($principal.id)/appRoleAssignments" $body } | Out-Null
        }
    }
}

# 3. The right inside Exchange: the permission alone lets the application in, and to nothing.
if ($Settings.Delegated) {
    Write-Host 'Whoever signs in needs Global Reader, or View-Only Organization Management in Exchange.'
} elseif ($ExchangeRight -eq 'GlobalReader') {
    $there = @()
    if ($null -ne $principal) {
        $filter = 'principalId eq ''{0}'' and roleDefinitionId eq ''{1}''' -f $principal.id, $globalReader
        $there = @(Get-GraphList "/roleManagement/directory/roleAssignments?`$filter=$filter")
    }
    if ($there.Count -eq 0 -and $PSCmdlet.ShouldProcess($AppName, 'Assign the directory role Global Reader')) {
        $body = @{ principalId = $principal.id; roleDefinitionId = $globalReader; directoryScopeId = '/' }
        Invoke-Patiently { Send-Graph POST '/roleManagement/directory/roleAssignments' $body } | Out-Null
    }
} else {
    Write-Host 'Signing in to Exchange Online ...'
    Connect-ExchangeOnline -ShowBanner:$false -ExchangeEnvironmentName $Settings.ExchangeEnvironment
    $known = @()
    if ($null -ne $principal) { $known = @(Get-ServicePrincipal -ErrorAction Stop | Where-Object { $_.AppId -eq $principal.appId }) }
    if ($known.Count -eq 0 -and $PSCmdlet.ShouldProcess($AppName, 'Make it known to Exchange')) {
        # The enterprise application's object id, not the app registration's.
        $known = @(Invoke-Patiently { New-ServicePrincipal -AppId $principal.appId -ObjectId $principal.id -DisplayName $AppName -ErrorAction Stop })
    }
    $member = $null
    if ($known.Count -gt 0) {
        $member = @(Get-RoleGroupMember -Identity $roleGroup -ResultSize Unlimited | Where-Object { $_.Name -eq $known[0].Name }) | Select-Object -First 1
    }
    if ($known.Count -eq 0 -and -not $WhatIfPreference) {
        Write-Warning "Not in the role group $($roleGroup): Exchange does not know the application."
    } elseif ($null -eq $member -and $PSCmdlet.ShouldProcess($AppName, "Add it to the role group $roleGroup")) {
        try {
            Add-RoleGroupMember -Identity $roleGroup -Member $known[0].Identity -Confirm:$false -ErrorAction Stop
        } catch {
            if ($_.Exception.Message -notlike '*already a member*') { throw }
        }
    }
}

if ($null -ne $principal) {
    Write-Host ''
    Write-Host 'Write this into the configuration:'
    Write-Host "    client_id = `"$($principal.appId)`""
    if ($Settings.Certificate -eq '' -and -not $Settings.Delegated -and -not $Settings.ManagedIdentity) {
        Write-Host 'It has no credential yet: add its secret, or its federated credential, in the Entra admin center.'
    }
    Write-Host 'Rights inside Exchange take 30 minutes to 2 hours until they work. Then run: smtp-posture doctor'
}
