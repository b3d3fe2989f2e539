"""
Checks: functions that take an answer and return it, or raise ContractViolation.

Each says in its docstring what passes and which source says so. A check that one test alone needs is an assert there.
"""

from contract.checks.bodies import media_type_matches, problem_details
from contract.checks.caching import no_store, not_cacheable
from contract.checks.challenge import Challenge, challenge, parse_challenges
from contract.checks.cookies import cookie_flags
from contract.checks.cors import cors_grant, no_cors_grant
from contract.checks.headers import allow, hsts, security_headers
from contract.checks.identifiers import request_id
from contract.checks.internals import no_internals
from contract.checks.lifetimes import expires_as_announced
from contract.checks.pairs import alike
from contract.checks.rate_limit import agreeing, quotas
from contract.checks.retry import retry_after
from contract.checks.secrets import no_canary, no_stored_secret
from contract.checks.status import status

__all__ = [
    "Challenge",
    "agreeing",
    "alike",
    "allow",
    "challenge",
    "cookie_flags",
    "cors_grant",
    "expires_as_announced",
    "hsts",
    "media_type_matches",
    "no_canary",
    "no_cors_grant",
    "no_internals",
    "no_store",
    "no_stored_secret",
    "not_cacheable",
    "parse_challenges",
    "problem_details",
    "quotas",
    "request_id",
    "retry_after",
    "security_headers",
    "status",
]
