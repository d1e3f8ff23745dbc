"""The configuration: one TOML file, any key of it by environment, secrets by file or environment only."""

from scanner.config.loader import load
from scanner.config.notes import load_notes
from scanner.config.secret import Secret
from scanner.config.tables import (
    Config,
    CredentialConfig,
    EndpointsConfig,
    FleetConfig,
    LimitsConfig,
    PseudonymsConfig,
    SendersConfig,
    SigningConfig,
    StoreConfig,
    TenantConfig,
    WaiverConfig,
)

__all__ = [
    "Config",
    "CredentialConfig",
    "EndpointsConfig",
    "FleetConfig",
    "LimitsConfig",
    "PseudonymsConfig",
    "Secret",
    "SendersConfig",
    "SigningConfig",
    "StoreConfig",
    "TenantConfig",
    "WaiverConfig",
    "load",
    "load_notes",
]
