"""PowerShell as a syntax tree: there is no PowerShell where the tests run."""

from collections.abc import Iterator

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

PARSER = Parser(Language(tree_sitter_powershell.language()))


def parsed(script: str) -> Node:
    """Parse a script; no node of it may be an error."""
    root = PARSER.parse(script.removeprefix("\ufeff").encode()).root_node
    assert not root.has_error, [text_of(node) for node in nodes_in(root) if node.type == "ERROR" or node.is_missing]
    return root


def nodes_in(node: Node) -> Iterator[Node]:
    """Give a node and everything below it, in the order of the text."""
    yield node
    for child in node.children:
        yield from nodes_in(child)


def text_of(node: Node) -> str:
    """Give the text of a node."""
    return (node.text or b"").decode()


def commands_in(node: Node) -> list[str]:
    """Name every command that a script would run, as often as it stands there."""
    return [text_of(found) for found in nodes_in(node) if found.type == "command_name"]


def functions_in(node: Node) -> set[str]:
    """Name the functions that a script defines."""
    return {text_of(found) for found in nodes_in(node) if found.type == "function_name"}


def strings_in(node: Node) -> list[str]:
    """Give what stands in single quotes."""
    literals = (text_of(found) for found in nodes_in(node) if found.type == "verbatim_string_characters")
    return [literal[1:-1].replace("''", "'") for literal in literals]
