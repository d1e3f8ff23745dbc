"""Fleets of cheap tenants, on each kind of engine and store."""

from tests.store.conftest import postgresql_database, postgresql_url, store, url

__all__ = ["postgresql_database", "postgresql_url", "store", "url"]
