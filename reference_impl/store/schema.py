"""The tables, made at the first start. Times are seconds since the Unix epoch, truths are 0 and 1."""

from __future__ import annotations

TABLES = {
    "identities": """
        user_id TEXT PRIMARY KEY,
        email TEXT NOT NULL,
        identifier TEXT NOT NULL,
        password_hash TEXT NOT NULL,
        role TEXT NOT NULL,
        disabled SMALLINT NOT NULL,
        mfa_enabled SMALLINT NOT NULL,
        upstream_subject TEXT,
        created_at DOUBLE PRECISION NOT NULL
    """,
    "profiles": """
        user_id TEXT PRIMARY KEY REFERENCES identities(user_id),
        display_name TEXT
    """,
    "sessions": """
        session_id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES identities(user_id),
        expires_at DOUBLE PRECISION NOT NULL,
        ended_at DOUBLE PRECISION
    """,
    "refresh_tokens": """
        token_hash TEXT PRIMARY KEY,
        session_id TEXT NOT NULL REFERENCES sessions(session_id),
        expires_at DOUBLE PRECISION NOT NULL,
        spent_at DOUBLE PRECISION
    """,
    "challenges": """
        token_hash TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES identities(user_id),
        expires_at DOUBLE PRECISION NOT NULL,
        spent_at DOUBLE PRECISION
    """,
    "second_factors": """
        user_id TEXT PRIMARY KEY REFERENCES identities(user_id),
        secret TEXT NOT NULL,
        last_step BIGINT NOT NULL
    """,
    "backup_codes": """
        user_id TEXT NOT NULL REFERENCES identities(user_id),
        code_hash TEXT NOT NULL,
        PRIMARY KEY (user_id, code_hash)
    """,
    "reset_tokens": """
        token_hash TEXT PRIMARY KEY,
        user_id TEXT NOT NULL,
        expires_at DOUBLE PRECISION NOT NULL,
        used_at DOUBLE PRECISION
    """,
    "attempts": """
        key TEXT PRIMARY KEY,
        number INTEGER NOT NULL,
        consecutive INTEGER NOT NULL,
        slots TEXT NOT NULL
    """,
    "rates": """
        key TEXT PRIMARY KEY,
        count INTEGER NOT NULL,
        ends_at DOUBLE PRECISION NOT NULL
    """,
    "signing_keys": """
        number INTEGER PRIMARY KEY,
        pem TEXT NOT NULL
    """,
}
"""Name of a table to its columns; another area of the service adds its own tables here."""

INDEXES = {
    "identities_by_identifier": "UNIQUE INDEX {name} ON identities(identifier)",
    "sessions_by_user": "INDEX {name} ON sessions(user_id)",
    "refresh_tokens_by_session": "INDEX {name} ON refresh_tokens(session_id)",
    "challenges_by_user": "INDEX {name} ON challenges(user_id)",
    "reset_tokens_by_user": "INDEX {name} ON reset_tokens(user_id)",
    "reset_tokens_by_end": "INDEX {name} ON reset_tokens(expires_at)",
}


def statements() -> list[str]:
    """Return what makes the schema, each statement harmless where it has been run before."""
    tables = [f"CREATE TABLE IF NOT EXISTS {name} ({columns})" for name, columns in TABLES.items()]
    indexes = ["CREATE " + text.format(name=f"IF NOT EXISTS {name}") for name, text in INDEXES.items()]
    return tables + indexes
