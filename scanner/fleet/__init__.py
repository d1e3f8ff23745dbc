"""Many tenants: a process for each, here or on the workers of a queue."""
