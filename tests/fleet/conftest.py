"""Fleets of cheap tenants, on each kind of engine and store."""

from tests.store.conftest import postgresql_database, postgresql_url
from tests.store.test_lost_connections import own_server

__all__ = ["own_server", "postgresql_database", "postgresql_url"]
