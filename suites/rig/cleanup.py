"""`python -m suites cleanup RUN`: removes the accounts that a run has left on a deployed target, and proves it."""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from contract.answers import Kind
from contract.consent import polite
from contract.errors import BindingError, NotTestable
from contract.results.exit_code import ExitCode
from contract.results.folder import OUT
from contract.secret import Secret
from contract.targets.model import Target
from contract.targets.read import resolve
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.journal import Made, read_journal
from suites.rig.judging import described
from suites.rig.kept_passwords import key_file, password_of
from suites.rig.launch import TargetGone
from suites.rig.outbox import asked_for_reset
from suites.rig.run.state import State

JOURNAL = "accounts.jsonl"
OPENS = (Kind.ACCEPTED, Kind.CHALLENGED, Kind.PENDING)
"""Kinds of a login's answer that only an account with that password gets."""


class Fate(StrEnum):
    """What became of an account."""

    REMOVED = "removed"
    UNPROVEN = "removed, not proven"
    ABSENT = "never confirmed"
    GONE = "gone before"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Told:
    """The fate of one account, and how that is known or why it is so."""

    fate: Fate
    why: str


def main(arguments: Sequence[str]) -> int:
    """
    Remove what the run named in *arguments* has left; return 0, 1 where an account is left, 6 where nothing answers.

    Raises:
        BindingError: there is no such run, its target cannot be told, or the target file does not say how to remove.
    """
    parser = argparse.ArgumentParser(
        prog="python -m suites cleanup",
        description="Remove the accounts that a run has left on a deployed target, as [registration.removal] of its "
        "target file says; a login proves that each is gone. It can be repeated, and works after a killed run.",
    )
    parser.add_argument("run", metavar="RUN", help="a run's folder, or its name in reports/out: latest, 20261127-...")
    parser.add_argument("--target", default="", metavar="X", help="the target (default: the run's own --target)")
    given = parser.parse_args(arguments)
    folder = folder_of(given.run)
    accounts = read_journal(folder / JOURNAL) if (folder / JOURNAL).exists() else []
    target = polite(resolve(given.target or target_of(folder), environ=os.environ))
    if not accounts:
        print(f"{folder}: the run made no account")
        return int(ExitCode.GREEN)
    if target.start:
        print(f"{folder}: its {len(accounts)} accounts went with the instances of {target.name} that the run started")
        return int(ExitCode.GREEN)
    if target.removal is None:
        raise BindingError(
            f"{target.source or target.name}: has no [registration.removal], so nobody can tell how to remove the "
            f"{len(accounts)} accounts of {folder / JOURNAL}. 'python -m contract template' shows one."
        )
    try:
        fates = removed(folder, target, accounts)
    except TargetGone as gone:
        print(gone)
        return int(ExitCode.UNREACHABLE)
    print(", ".join(f"{count} {fate}" for fate, count in sorted(fates.items())))
    if fates[Fate.LEFT]:
        return int(ExitCode.RED)
    key_file(folder).unlink(missing_ok=True)  # nothing is left that it could open
    return int(ExitCode.GREEN)


def folder_of(run: str) -> Path:
    """Return the folder of *run*, a path or a name. Raises BindingError."""
    for folder in (Path(run), OUT / run):
        if (folder / "run.jsonl").exists() or (folder / JOURNAL).exists():
            return folder.resolve()
    raise BindingError(f"{run}: there is no such run. Name a folder of {OUT}, such as {OUT / 'latest'}.")


def target_of(folder: Path) -> str:
    """Return what `--target=` of the run in *folder* was. Raises BindingError."""
    try:
        argv = json.loads((folder / "run.jsonl").read_text("utf-8").partition("\n")[0])["argv"]
    except (OSError, ValueError, KeyError, TypeError):
        raise BindingError(f"{folder}: its run.jsonl does not say which target it was; give --target=FILE.") from None
    named = [each.removeprefix("--target=") for each in argv if str(each).startswith("--target=")]
    return named[-1] if named else "reference"


def removed(folder: Path, target: Target, accounts: Sequence[Made]) -> Counter[Fate]:
    """Remove each of *accounts*, saying what became of it; return how many had which fate. Raises TargetGone."""
    state = State(
        target,
        folder=folder,
        worker="cleanup",
        seed=0,
        options="",
        passive_rows=frozenset(),
        on_violation=lambda *_: None,
    )
    key = key_file(folder).read_bytes() if key_file(folder).exists() else b""
    fates: Counter[Fate] = Counter()
    try:
        api = state.api()
        for made in accounts:
            told = _fate(state, api, made, key, run=folder.name)
            if told.fate in (Fate.REMOVED, Fate.UNPROVEN):
                state.journal.removed(made.target, made.email)
            fates[told.fate] += 1
            print(f"{made.email}: {told.fate}: {told.why}", flush=True)
    finally:
        state.close()
    return fates


def _fate(state: State, api: Api, made: Made, key: bytes, *, run: str) -> Told:
    if made.removed:
        return Told(Fate.GONE, "an earlier cleanup removed it")
    if made.target != api.target.base_url:
        return Told(Fate.LEFT, f"it is at {made.target}; give the --target= that says so")
    if run[-6:].lower() not in made.email.lower():
        return Told(
            Fate.LEFT, "its address does not hold the run's id, so it may be somebody else's; remove it by hand"
        )
    password = Secret(password_of(key, made.email, api.target.profile) if key else "no key, so no password")
    account = Account(made.email, password, user_id=made.user_id)
    try:
        before = _opened(state, api, account, made)
        return _removed(state, api, account, made, before)
    except NotTestable as why:
        return Told(Fate.LEFT, str(why))


def _opened(state: State, api: Api, account: Account, made: Made) -> Kind:
    """Log in; where the password is another by now and mail can be read, by a new one. Return the login's kind."""
    outcome = api.login(account)
    if outcome.kind is Kind.NO_ANSWER:
        raise TargetGone(f"{api.target.name}: {api.target.base_url}: {outcome.answer.fault}")
    mailed = {"reset", "login"} <= api.target.features and "outbox" in api.target.facilities
    if outcome.kind is Kind.REFUSED_CREDENTIALS and made.confirmed and mailed:
        new = api.people.password(api.target.profile)
        words = asked_for_reset(api, state.outbox(api), account)
        if api.call("confirmPasswordReset", newPassword=new, **words).kind is Kind.ACCEPTED:
            account.password = new
            outcome = api.login(account)
    return outcome.kind


def _removed(state: State, api: Api, account: Account, made: Made, before: Kind) -> Told:
    errand = api.target.removal
    assert errand is not None
    if errand.by == "self" and before is not Kind.ACCEPTED:
        if not made.confirmed and before not in OPENS:
            return Told(Fate.ABSENT, f"nobody wrote down that it was made, and a login is {before}")
        return Told(Fate.LEFT, f"it removes itself, and its login is {before}{_advice(before)}")
    if errand.by == "admin" and not made.user_id and any("userId" in step.send for step in errand.steps):
        fate = Fate.ABSENT if not made.confirmed and before not in OPENS else Fate.LEFT
        return Told(fate, f"the admin removes by userId, which no answer has said; a login is {before}")
    if words := api.errands.mailed_for_removal():
        api.errands.has_read(made.email, len(state.outbox(api).telling(made.email, words)))
    inputs = {"email": made.email, "password": account.password}
    inputs |= {"userId": account.user_id} if account.user_id else {}
    done = api.errands.remove(api.run, account.session, **inputs)
    if done.kind is not Kind.ACCEPTED:
        absent = not made.confirmed and before not in OPENS
        said = f"[registration.removal] was {done.kind} ({described(done.answer)})"
        return Told(Fate.ABSENT if absent else Fate.LEFT, said)
    after = api.login(account)
    if after.kind in OPENS:
        return Told(Fate.LEFT, f"the removal was accepted, and yet a login is {after.kind}")
    if before not in OPENS or after.kind in (Kind.THROTTLED, Kind.UNAVAILABLE, Kind.NO_ANSWER):
        return Told(Fate.UNPROVEN, f"the removal was accepted; a login was {before} before and is {after.kind}")
    return Told(Fate.REMOVED, f"a login was {before} before, and is {after.kind} now")


def _advice(kind: Kind) -> str:
    if kind is Kind.CHALLENGED:
        return ": only the run had its second factor"
    if kind is Kind.THROTTLED:
        return "; try again once that has passed"
    return ": its password is another one by now" if kind is Kind.REFUSED_CREDENTIALS else ""
