"""`python -m reports`: what a run left, as people read it and as machines take it. No network."""

from __future__ import annotations

from contract.commands import end_with
from reports.command import main

if __name__ == "__main__":
    end_with(main)
