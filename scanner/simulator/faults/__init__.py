"""What goes wrong on purpose: a scenario file, and the one engine that plays it.

    faults = read_faults('''
        seed = 7
        [[faults]]
        when.path = "/graph/v1.0/users*"
        when.probability = 0.2
        then.answer = "throttled"
        then.retry_after = 2
    ''')
    with SimulatedTenant(population, faults=faults) as tenant:
        ...
    tenant.injected  # how often each fault struck

Tests, `smtp-posture demo --scenario` and bug reports use the same files; docs/scenarios.md describes them.
"""

from scanner.simulator.faults.load import find_scenarios, load_faults, read_faults
from scanner.simulator.faults.scenario import Budget, Fault, Faults, Service, TenantTable, Then, When

__all__ = [
    "Budget",
    "Fault",
    "Faults",
    "Service",
    "TenantTable",
    "Then",
    "When",
    "find_scenarios",
    "load_faults",
    "read_faults",
]
