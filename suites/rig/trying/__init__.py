"""Trying a target file out: `python -m suites check FILE`."""
