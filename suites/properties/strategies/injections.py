"""What looks like a query, an operator or code where a name or a password should stand."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from suites.properties.strategies.json_edits import no_texts

QUOTES = ("'", '"', "`", "')", '")', "'))", "\\'")
TRUTHS = ("OR '1'='1", "OR 1=1", "|| '1'='1", "OR 'a'='a", "AND 1=1", "UNION SELECT NULL", "; SELECT 1")
ENDS = ("", " -- ", "--", "#", "/*", " LIMIT 1 -- ", "\0")
LDAP = ("*", "*)(uid=*", ")(|(objectClass=*)", "*)(|(mail=*", "admin)(&)")
OTHERS = ('{"$ne": ""}', "[$ne]", "{{7*7}}", "${7*7}", "$(id)", "`id`", "%00", "../../etc/passwd", "' || 'a")
OPERATORS = ("$ne", "$gt", "$gte", "$regex", "$exists", "$in", "$nin", "$where", "$not", "__proto__", "constructor")


def fragments() -> SearchStrategy[str]:
    """Return texts that end a query's text and go on with what is true."""
    sql = st.tuples(st.sampled_from(QUOTES), st.just(" "), st.sampled_from(TRUTHS), st.sampled_from(ENDS)).map("".join)
    ends = st.tuples(st.sampled_from(QUOTES), st.sampled_from(ENDS)).map("".join)
    return sql | ends | st.sampled_from(LDAP + OTHERS)


def operators() -> SearchStrategy[Any]:
    """Return objects that a query language takes for conditions, and other values that are no texts."""
    operand = st.sampled_from(["", ".*", "^.", None, True, 0, [], [""], {}])
    return st.dictionaries(st.sampled_from(OPERATORS), operand, min_size=1, max_size=2) | no_texts()
