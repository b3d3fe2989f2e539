"""The contract, its requirements, and everything pure that judges answers against them: no socket is opened here."""
