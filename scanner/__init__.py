"""Says, for every mailbox of a tenant, whether authenticated SMTP submission would be accepted."""

__version__ = "0.1.0"
