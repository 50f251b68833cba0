"""The version that each plan's row names beside the extractor's."""

from __future__ import annotations

VERSION = "0.1.0"
