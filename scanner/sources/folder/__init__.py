"""Evidence from a folder of exported files (design.md §9)."""

from scanner.sources.folder.source import FolderSource

__all__ = ["FolderSource"]
