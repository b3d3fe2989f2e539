"""Prepared accounts: a list in the target file, or a CSV file beside it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any

from contract.errors import unknown
from contract.secret import Secret
from contract.targets import keys
from contract.targets.keys import Read
from contract.targets.model import PreparedAccount
from contract.targets.spots import Spot, Wrong, one_line

LARGEST_FILE_BYTES = 64 * 1024 * 1024  # about half a million accounts

ACCOUNT_KEYS: Mapping[str, Read] = {
    "email": keys.text,
    "username": keys.text,
    "password": keys.secret,
    "totp_secret": keys.secret,
}


def account_list(value: Any, spot: Spot) -> tuple[PreparedAccount, ...]:
    """Read a list of tables, one for each account."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Wrong("must be a list of tables, each with email or username, and password.")
    found: tuple[PreparedAccount | None, ...] = keys.list_of(_account)(value, spot)
    return tuple(account for account in found if account)


def _account(value: Any, spot: Spot) -> PreparedAccount | None:
    given = keys.table(value, spot, ACCOUNT_KEYS, required=["password"])
    if not {"email", "username"} & value.keys():
        raise Wrong("needs email or username.")
    return PreparedAccount(**{"email": "", **given}) if "password" in given else None


def accounts_file(value: Any, spot: Spot) -> tuple[PreparedAccount, ...]:
    """
    Read a CSV file in UTF-8 whose first line names its columns, among them password and email or username.

    Problems in the file are reported with its own lines.
    """
    path = keys.path()(value, spot)
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise Wrong(f"names a file of more than {LARGEST_FILE_BYTES // 1024 // 1024} MiB.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return _rows(csv.DictReader(lines, strict=True), str(path), spot)
    except OSError as fault:
        raise Wrong(f"names a file that cannot be read: {fault.strerror}.") from None
    except UnicodeDecodeError:
        raise Wrong("names a file that is not UTF-8.") from None
    except csv.Error as fault:
        raise Wrong(f"names a file that is not CSV: {fault}.") from None


def _rows(rows: csv.DictReader[str], label: str, spot: Spot) -> tuple[PreparedAccount, ...]:
    columns = rows.fieldnames or []
    for column in columns:
        if column not in ACCOUNT_KEYS:
            spot.source.report_line(f"{label}:1: {unknown('column', one_line(column), ACCOUNT_KEYS)}")
    if "password" not in columns or not {"email", "username"} & set(columns):
        raise Wrong("names a file whose first line must name the columns password, and email or username.")
    found = []
    for row in rows:
        email, username, password = (row.get(column) or "" for column in ("email", "username", "password"))
        if password and (email or username):
            totp = row.get("totp_secret")
            found.append(PreparedAccount(email, Secret(password), username, Secret(totp) if totp else None))
        else:
            spot.source.report_line(f"{label}:{rows.line_num}: needs a password, and an email or a username.")
    if not found:
        raise Wrong("names a file without accounts.")
    return tuple(found)
