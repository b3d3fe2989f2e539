"""Comparing schemas, keyword by keyword, for values that go one way."""
