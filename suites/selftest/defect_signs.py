"""How each planted defect shows to somebody who sends a few direct requests; no check of the suites is used."""

from __future__ import annotations

from collections.abc import Callable

from suites.selftest import (
    defect_signs_abuse,
    defect_signs_accounts,
    defect_signs_availability,
    defect_signs_http,
    defect_signs_mfa,
    defect_signs_reset,
    defect_signs_tokens,
)
from suites.selftest.reference import Reference

Sign = Callable[[Reference], bool]

AREAS = (
    defect_signs_http,
    defect_signs_accounts,
    defect_signs_tokens,
    defect_signs_mfa,
    defect_signs_reset,
    defect_signs_availability,
    defect_signs_abuse,
)

SIGNS: dict[str, Sign] = {
    f"{prefix.upper()}-{number}": sign
    for area in AREAS
    for name, sign in vars(area).items()
    for prefix, _, number in [name.rpartition("_")]
    if callable(sign) and number[:2].isdigit()
}
"""A defect's id to what tells whether a running reference has it: the functions above that are named like a row."""
