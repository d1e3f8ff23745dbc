"""One file per section of evidence: what to ask, with which permission, and how to parse it."""
