"""Where evidence comes from: a live tenant, or a folder of exported files."""
