"""One conformance run under pytest: options, selection, fixtures, verdicts, crashes, summary. Wired by conftest.py."""
