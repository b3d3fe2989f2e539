"""Backup codes: ten, shown once, each good for one login."""

from __future__ import annotations

import secrets

from reference_impl import opaque
from reference_impl.store import Transaction

HOW_MANY = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for something else
GROUPS, GROUP_LENGTH = 6, 4  # 118 bits: from 112 on a plain hash does (NIST SP 800-63B-4 section 3.1.2.2)


def replace(tx: Transaction, user_id: str) -> list[str]:
    """Store the hashes of ten fresh codes in place of whatever codes *user_id* had; return the codes."""
    forget(tx, user_id)
    codes = [new() for _ in range(HOW_MANY)]
    for code in codes:
        tx.execute("INSERT INTO backup_codes (user_id, code_hash) VALUES (?, ?)", user_id, digest(code))
    return codes


def new() -> str:
    """Return one fresh code."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


def digest(code: str) -> str:
    """Return what the store keeps of *code*; letter case, dashes and blanks do not count."""
    return opaque.digest("".join(code.split()).replace("-", "").lower())


def accept(tx: Transaction, user_id: str, code: str) -> bool:
    """Return whether *code* is an unused one of *user_id*, and remove it; parallel uses find it once."""
    return tx.execute("DELETE FROM backup_codes WHERE user_id = ? AND code_hash = ?", user_id, digest(code)) == 1


def forget(tx: Transaction, user_id: str) -> None:
    """Remove every code of *user_id*."""
    tx.execute("DELETE FROM backup_codes WHERE user_id = ?", user_id)
