"""What a target file says, as values. It may rename; it may not redefine what an RFC demands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from contract.answers import Kind
from contract.secret import Secret

if TYPE_CHECKING:
    from contract.filling.values import Described

Encoding = Literal["json", "form", "multipart", "none"]

OPERATIONS = frozenset(
    "registerUser loginUser refreshToken logoutUser getCurrentUser updateCurrentUser changePassword getUser listUsers "
    "updateUser setupMfa verifyMfaSetup verifyMfa disableMfa requestPasswordReset confirmPasswordReset getLiveness "
    "getReadiness".split()
)
"""The operationIds of the contract."""

FEATURES = frozenset(
    "registration login profile profile-update password-change refresh logout user-records admin mfa backup-codes "
    "reset liveness readiness throttle cors request-id jwt cookies upstream".split()
)
"""What a target may claim. `jwt`: its access tokens are JWTs. `upstream`: another service checks its credentials."""

FACILITIES = frozenset("admin accounts outbox faults clock signing-key published-key logs tls".split())
"""What the tester may have; each is a table `[facilities.NAME]`."""


@dataclass(frozen=True, slots=True)
class Step:
    """
    One request of a flow.

    A place is written "/json/pointer" (body member; a form field is "/name"), "header:NAME", "cookie:NAME",
    "query:NAME" or "path:NAME". `send` maps contract words (email, password, refreshToken, code, ...) and captured
    values to a place, or to several where a word is repeated (a password and its confirmation); `fixed` maps places to
    constants; `capture` maps contract words (accessToken, refreshToken, sessionToken, csrf, userId, secret, ...) to
    places of the answer. Constants and headers that came from the environment or a command are secrets. `then` names
    the kinds of this step's answer on which the flow goes on to the next step; any other kind ends it.
    """

    method: str
    path: str
    encoding: Encoding = "json"
    send: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    capture: Mapping[str, str] = field(default_factory=dict)
    auth: Literal["session", "none"] = "none"
    then: frozenset[Kind] = frozenset({Kind.ACCEPTED, Kind.PENDING, Kind.CHALLENGED})


@dataclass(frozen=True, slots=True)
class Operation:
    """How the target spells one operation of the contract: its steps, the last of which is the one judged."""

    id: str
    steps: tuple[Step, ...]

    @property
    def is_oauth2_token_endpoint(self) -> bool:
        """Whether a refusal by 400 `invalid_grant` is right here. Source: RFC 6749 section 5.2."""
        return any("/grant_type" in step.fixed or "/grant_type" in step.send.values() for step in self.steps)


@dataclass(frozen=True, slots=True)
class PreparedAccount:
    """One account that exists before the run; `email` or `username` may be "", not both."""

    email: str
    password: Secret
    username: str = ""
    totp_secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class Errand:
    """
    What the tester must do about an account outside the contract: activate a new one, or remove one after the run.

    `by` says whose session the steps use: "mail" is nobody's, and the steps send what the outbox found in the mail.
    """

    by: Literal["mail", "admin", "self"]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """
    When an answer is of `kind`: every condition that is given holds.

    `status` lists numbers; `at` with `equals` compares the value at a place ("/pointer", "header:NAME",
    "cookie:NAME"), with `matches` looks in that value, as text, for a regular expression; `has` and `lacks` ask whether
    a place has a value.
    """

    kind: Kind
    status: tuple[int, ...] = ()
    at: str = ""
    equals: Any = None
    matches: str = ""
    has: str = ""
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Scheme:
    """
    Where the access token goes: a header ("Authorization" with a word before the token), a cookie, or nowhere ("").

    `renew` maps contract words to places of *any* answer, whatever the operation: there a token may be renewed.
    """

    place: str = "header:Authorization"
    prefix: str = "Bearer "
    csrf: str = ""
    """Place of the CSRF token on requests that change state, "" for none."""
    csrf_from: str = ""
    """Path whose GET gives a CSRF token to who has none yet, by what `renew` says."""
    renew: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """The choices that the catalogue leaves open; times in seconds, lengths in code points."""

    duplicate_registration: Literal["conflict", "neutral"] | int = "conflict"
    refused_refresh: tuple[int, ...] = (401,)
    forbidden: Literal["forbidden", "hidden"] = "forbidden"
    refresh_replay: str = "strict"
    password_min: int = 15
    password_max: int = 128
    service_name: str = ""
    """What users know the service by, "" where nobody said: no password may be made of it."""
    login_limit: int = 5
    login_window_s: int = 900
    login_counts: Literal["failures", "attempts"] = "failures"
    login_scope: Literal["account", "address"] = "account"
    throttle_status: tuple[int, ...] = (429,)
    code_limit: int = 5
    code_window_s: int = 900
    access_lifetime_s: int = 3600
    refresh_lifetime_s: int = 2_592_000
    session_lifetime_s: int = 7_776_000
    challenge_lifetime_s: int = 600
    reset_lifetime_s: int = 86_400
    lifetime_unit: Literal["s", "ms"] = "s"
    code_digits: int = 6
    code_step_s: int = 30
    code_window_steps: int = 1
    code_algorithm: Literal["SHA1", "SHA256", "SHA512"] = "SHA1"
    reauthentication_s: int = 0
    """Seconds after a login for which its session is proof enough to change the second factor."""
    dependency_budget_s: float = 10.0
    body_limit_bytes: int = 65_536
    allowed_origin: str = ""
    asvs_level: Literal[1, 2, 3] = 3
    project_rules: bool = False
    security_headers: Literal["target", "gateway"] = "target"
    role_change_s: int = 0
    """Seconds within which a changed role is in force."""
    timing_bound_ms: float = 10.0
    """By how much the median times of answers about known and unknown accounts may differ."""
    source_limit: int = 100
    """After how many requests of one source registration, reset, refresh and logins of many accounts are throttled."""
    password_check: Literal["local", "upstream"] = "local"
    """Who can tell a wrong password during an outage of the upstream service."""
    upstream_attempts: int = 1
    """How often one login may call the upstream service."""
    public_paths: tuple[str, ...] = ()
    """Pages for tools and people that are public on purpose: "/docs", "/metrics"."""


@dataclass(frozen=True, slots=True)
class Transport:
    """How to reach the target; `verify = false` is said in every summary. `proxy_auth` is "user:password"."""

    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    client_key_passphrase: Secret | None = None
    proxy: str = ""
    proxy_auth: Secret | None = None
    verify: bool = True
    headers: Mapping[str, Secret] = field(default_factory=dict)
    rate_per_s: float | None = None
    registrations_per_min: float | None = None
    timeout_s: float = 15.0


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """
    One excused failure, scoped so that it hides no regression.

    `operation` is an operationId or "*"; `actual` a kind or a status as text.
    """

    requirement: str
    operation: str
    actual: str
    reason: str
    owner: str
    until: date


@dataclass(frozen=True, slots=True)
class Variant:
    """
    Other settings of a target that has a `start` line: `[variants.NAME]`, for rows that need short lifetimes, low
    limits, TLS or production mode.

    `options` takes the place of {options} in the start line; `profile` and `facilities` replace what they name.
    """

    options: str = ""
    base_url: str = ""
    profile: Mapping[str, Any] = field(default_factory=dict)
    facilities: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """
    One API under test.

    `document` is the OpenAPI document in force: the contract's own where `speaks_contract`, else the target's own, or
    None. `start` is the command that starts an instance, with {port} and {dir} to be filled; "" where it is deployed.
    `facilities` maps a facility's name to its table as validated; `contract.targets.facilities` says what is in each.
    """

    name: str
    base_url: str
    source: Path | None = None
    start: str = ""
    environment: str = "staging"
    speaks_contract: bool = True
    document: Path | None = None
    features: frozenset[str] = FEATURES
    operations: Mapping[str, Operation] = field(default_factory=dict)
    answers: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    scheme: Scheme = Scheme()
    profile: Profile = Profile()
    facilities: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    transport: Transport = Transport()
    variants: Mapping[str, Variant] = field(default_factory=dict)
    known_failures: tuple[KnownFailure, ...] = ()
    register_extra: Mapping[str, Any] = field(default_factory=dict)
    """Further required members of a registration: place to a constant, or to a Faker provider as "faker:NAME"."""
    described: Mapping[str, Mapping[str, Described]] = field(default_factory=dict)
    """Those that the document demands beside them: by request line ("POST /users") and place."""
    unfilled: tuple[str, ...] = ()
    """A line for each of those for which nothing can be made up."""
    email_pattern: str = ""
    """Addresses of new accounts, with {id} for what makes each its own; "" leaves them to the rig."""
    username_pattern: str = ""
    activation: Errand | None = None
    removal: Errand | None = None
