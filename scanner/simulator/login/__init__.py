"""The simulated identity platform: discovery and the token endpoint."""

from scanner.simulator.login.api import LoginApi
from scanner.simulator.login.registration import Registration

__all__ = ["LoginApi", "Registration"]
