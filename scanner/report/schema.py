"""The published JSON Schema of report.json; ``python -m scanner.report.schema`` renews docs/report.schema.json."""

import sys
from pathlib import Path
from typing import Any, Final

import msgspec

from scanner.model.text import describe_text
from scanner.report.contract import SCHEMA, Report

PUBLISHED: Final = "docs/report.schema.json"


def make_schema() -> dict[str, Any]:
    """Makes the schema from the types of the contract.

    Returns:
        JSON Schema, draft 2020-12; unknown keys are allowed, so that readers survive additions.
    """
    made = msgspec.json.schema(Report, schema_hook=describe_text)
    definitions = made.pop("$defs")
    definitions["Report"]["properties"]["schema"] = {"const": SCHEMA}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:smtp-posture:report:1",
        "title": SCHEMA,
        **made,
        "$defs": definitions,
    }


def write_schema() -> bytes:
    """Writes the schema as it is published."""
    return msgspec.json.format(msgspec.json.encode(make_schema()), indent=2) + b"\n"


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else PUBLISHED).write_bytes(write_schema())
