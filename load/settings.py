"""What a run was asked to do: locust's options and ours, resolved into a target, a profile, budgets. No locust here."""

from __future__ import annotations

import math
import os
import random
from argparse import ArgumentTypeError
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from contract.consent import granted, hosts_of, is_loopback
from contract.errors import BindingError
from contract.known_failures import read_file
from contract.targets.accounts import accounts_file
from contract.targets.model import KnownFailure, PreparedAccount, Target
from contract.targets.read import resolve
from contract.targets.spots import Source, Spot, Wrong
from load import budgets, profiles
from load.budgets import Budget
from load.prepare import Needs
from load.profiles import Profile

REFERENCE = "reference"
RESPONDER = Path(__file__).with_name("responder.toml")  # hashes nothing
MOST_USERS = 400
SPARE_NAMES = 1.2  # a Poisson spread may bring more than are expected
MOST_SESSIONS = 200
ACCOUNTS_FOR_S = 1.0  # seconds of logins until an account comes round again
SESSIONS_FOR_S = 4.0  # seconds of refreshes that may be in flight before an arrival has to wait for a session
FEWEST, SEARCH_ACCOUNTS = 10, 100


def positive(text: str) -> float:
    """Read a number above 0. Raises ArgumentTypeError, which ends the command with 2 and its line."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < math.inf:
        raise ArgumentTypeError(f"{text}: nothing would be sent. Give arrivals a second, above 0.")
    return number


OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("--load-profile", {"default": "login", "help": "what to ask for: see load/profiles.toml"}),
    ("--load-profiles", {"default": "", "help": "a file with further profiles"}),
    ("--load-budgets", {"default": "", "help": "a file with budgets, in place of load/budgets.toml"}),
    ("--load-rate", {"type": positive, "default": 0.0, "help": "scale the profile to this many arrivals a second"}),
    ("--load-accounts", {"default": "", "help": "a CSV file of accounts: email or username, password, totp_secret"}),
    ("--load-pool", {"type": int, "default": 0, "help": "how many accounts and sessions are prepared"}),
    ("--load-check-every", {"type": int, "default": 100, "help": "check one answer in so many fully"}),
    (
        "--load-calibrate",
        {"default": "once", "choices": ("once", "no"), "help": "measure this machine, where no run has yet"},
    ),
    ("--load-out", {"default": "", "help": "the folder of the results (default: a new one in reports/out)"}),
    ("--target", {"default": "", "help": "a target file, a shipped target's name, or a URL (default: the reference)"}),
    ("--target-options", {"default": "", "help": "appended to the start line of a target that is started here"}),
    (
        "--consent",
        {"action": "append", "default": [], "help": "the host of a shared target that may be put under load"},
    ),
    ("--known-failures", {"default": "", "help": "a file with further [[known_failure]] entries"}),
    ("--seed", {"type": int, "default": 0, "help": "the seed of the arrivals (default: chosen, and printed)"}),
    ("--max-rate", {"type": float, "default": 2000.0, "help": "refuse to ask for more arrivals a second than this"}),
    ("--max-time", {"type": float, "default": 3600.0, "help": "end after so many seconds, whatever the profile says"}),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """One run, resolved. `users` is the cap of requests in flight; `out` is "" for a new folder."""

    target: Target
    profile: Profile
    budgets: Mapping[str, Budget]
    known: tuple[KnownFailure, ...]
    accounts: tuple[PreparedAccount, ...]
    seed: int
    users: int
    pool: int
    check_every: int
    max_rate: float
    max_time_s: float
    out: str

    @property
    def hashes_here(self) -> bool:
        """Whether the target hashes passwords on the cores of this machine, as far as is known."""
        here = all(is_loopback(host) for host in hosts_of(self.target))
        return here and (not self.target.source or self.target.source.resolve() != RESPONDER)

    def needs(self, of: int) -> Needs:
        """Return how much each of *of* processes prepares, so that no throttle and no single use is in the way."""
        profile, schedules = self.target.profile, self.profile.operations
        logins, refreshes = schedules.get("loginUser"), schedules.get("refreshToken")
        names = schedules.get("registerUser")
        accounts = 0
        if logins:
            least = SEARCH_ACCOUNTS if self.profile.search else FEWEST
            accounts = max(math.ceil(logins.peak_per_s * ACCOUNTS_FOR_S), least)
            if profile.login_counts == "attempts" and profile.login_scope == "account":
                accounts = max(accounts, math.ceil(logins.expected * 1.1 / max(profile.login_limit - 1, 1)))
        sessions = 0
        if refreshes:
            sessions = min(max(math.ceil(refreshes.peak_per_s * SESSIONS_FOR_S), FEWEST), MOST_SESSIONS)
            sessions = MOST_SESSIONS if self.profile.search else sessions
        return Needs(
            accounts=math.ceil((self.pool or accounts) / of) if logins else 0,
            sessions=math.ceil((self.pool or sessions) / of) if refreshes else 0,
            names=math.ceil((names.expected * SPARE_NAMES + FEWEST) / of) if names else 0,
        )

    def notes(self) -> list[str]:
        """Return what a reader has to know about how the numbers came about."""
        said = []
        if not self.target.transport.verify:
            said.append("TLS certificates are not verified: the target file says verify = false")
        profile, logins = self.target.profile, self.profile.operations.get("loginUser")
        if logins and profile.login_scope == "address" and profile.login_counts == "attempts":
            said.append(
                f"the target counts logins for each address ({profile.login_limit} in {profile.login_window_s} s): "
                "from one machine this run cannot help but be throttled"
            )
        if self.profile.model == "closed":
            said.append("closed model: latency is service time, and hides what a stall kept from being sent")
        return said


def settle(options: Mapping[str, Any], *, environ: Mapping[str, str] = os.environ) -> Settings:
    """
    Resolve the options, by their names in locust's namespace.

    Raises:
        BindingError: one of them is wrong, or asks for what may not be done; one line each.
    """
    target = resolve(options["target"] or options.get("host") or REFERENCE, environ=environ)
    said = options["target_options"]
    if said and not target.start:
        raise BindingError(f"--target-options={said}: {target.name} is not started here; it has no start line.")
    profile = _profile(options)
    budgeted = _path(options["load_budgets"])
    limits = budgets.load(budgeted)
    budgets.check_complete(limits, profile.operations, profile.name, budgeted)
    known = (*target.known_failures, *(read_file(Path(options["known_failures"])) if options["known_failures"] else ()))
    _may_be_loaded(target, profile, options)
    lacking = [name for name in profile.operations if name not in target.operations]
    if lacking:
        raise BindingError(*(f"{target.name}: there is no [operations.{name}] to put under load." for name in lacking))
    users = int(options.get("num_users") or 0) or profile.users or _users(profile, target)
    return Settings(
        target=target,
        profile=profile,
        budgets=limits,
        known=known,
        accounts=accounts_of(target, options["load_accounts"]),
        seed=options["seed"] or random.SystemRandom().randrange(1, 1_000_000),
        users=users,
        pool=options["load_pool"],
        check_every=max(options["load_check_every"], 1),
        max_rate=options["max_rate"],
        max_time_s=options["max_time"],
        out=options["load_out"],
    )


def _profile(options: Mapping[str, Any]) -> Profile:
    found = profiles.named(options["load_profile"], profiles.load(_path(options["load_profiles"])))
    rate, time_s = options["load_rate"], options.get("run_time")
    found = found.scaled(peak_per_s=rate or None, duration_s=float(time_s) if time_s else None)
    if found.duration_s > options["max_time"] and not found.search:
        found = found.scaled(duration_s=options["max_time"])
    return found


def _may_be_loaded(target: Target, profile: Profile, options: Mapping[str, Any]) -> None:
    if not granted(target, [each for each in options["consent"] if each]):
        named = " ".join(f"--consent={host}" for host in hosts_of(target))
        raise BindingError(f"{target.name} is shared with others: a load run needs {named}.")
    if profile.peak_per_s > options["max_rate"] and not profile.search:
        raise BindingError(
            f"--load-profile={profile.name} asks for {profile.peak_per_s:g} arrivals a second, more than "
            f"--max-rate={options['max_rate']:g} allows."
        )
    polite = target.transport.rate_per_s
    if polite and profile.peak_per_s > polite:
        raise BindingError(
            f"{target.name}: its file allows {polite:g} requests a second ([transport] rate_per_s), and "
            f"--load-profile={profile.name} asks for {profile.peak_per_s:g}."
        )


def _users(profile: Profile, target: Target) -> int:
    """Enough that a stall shorter than a request's time limit never finds all of them busy, within reason."""
    if profile.search:  # nobody knows yet how far it goes
        return MOST_USERS
    return min(max(math.ceil(profile.peak_per_s * target.transport.timeout_s), 20), MOST_USERS)


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def accounts_of(target: Target, text: str) -> tuple[PreparedAccount, ...]:
    """Return the prepared accounts of the CSV file *text*, or those of the target file. Raises BindingError."""
    if not text:
        return tuple(target.facilities.get("accounts", {}).get("accounts", ()))
    source = Source(f"--load-accounts={text}", Path.cwd(), {}, lambda _: "", {})
    try:
        found = accounts_file(text, Spot(source))
    except Wrong as why:
        raise BindingError(f"--load-accounts={text}: {why}") from None
    if source.problems:
        raise BindingError(*source.problems)
    return found


def with_address(settings: Settings, base_url: str) -> Settings:
    """Return the settings with the address of an instance that was started."""
    return replace(settings, target=replace(settings.target, base_url=base_url))
