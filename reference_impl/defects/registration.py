"""Planted defects: registration."""

from __future__ import annotations

from reference_impl.defects import Defect

DEFECTS: tuple[Defect, ...] = ()
