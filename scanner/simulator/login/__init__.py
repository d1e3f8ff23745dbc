"""The simulated identity platform: discovery, codes and the token endpoint."""

from scanner.simulator.login.api import LoginApi
from scanner.simulator.login.person import CodeDesk, Person
from scanner.simulator.login.registration import Registration

__all__ = ["CodeDesk", "LoginApi", "Person", "Registration"]
