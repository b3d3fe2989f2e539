"""Made-up people: addresses that nobody owns, passwords nobody else uses, and what each holds towards the target."""

from __future__ import annotations

import itertools
import random
import secrets
import time
from dataclasses import dataclass, field

from faker import Faker

from contract.errors import NotTestable
from contract.secret import Secret
from contract.session import Session
from contract.targets.model import Profile
from suites.rig.derivation import made_up
from suites.rig.kept_passwords import password_of
from suites.rig.one_time_codes import code_at

NEAR_STEPS = 20  # time steps either way in which a wrong code is not right by chance
LEAST_SOUGHT = 12  # characters of a secret that is looked for in answers
MAIL_DOMAIN = "example.com"  # RFC 2606 section 3: reserved, and accepted by validators that refuse .test and .invalid


@dataclass
class Account:
    """
    One identity. Its session is a value that the api replaces after each answer.

    `username` is "" where it is made from the address. `otp` is the confirmed MFA secret, `last_step` the last time
    step whose code was given out, `backup_codes` the ones not yet used.
    """

    email: str
    password: Secret
    session: Session = field(default_factory=Session)
    user_id: str = ""
    username: str = ""
    otp: Secret | None = None
    last_step: int = 0
    backup_codes: list[Secret] = field(default_factory=list)

    def enrolled(self, session: Session) -> None:
        """Keep the secret and the backup codes that a set-up gave."""
        secret, codes = session.values.get("secret"), session.values.get("backupCodes", ())
        if not isinstance(secret, Secret) or not isinstance(codes, tuple):
            raise NotTestable("the set-up of the second factor gave no secret where the target file says")
        self.otp, self.last_step, self.backup_codes = secret, 0, list(codes)

    def code(self, profile: Profile, at_s: float, *, steps: int = 0) -> Secret:
        """Return the one-time code of the step at *at_s* (Unix time), moved by *steps*."""
        assert self.otp is not None, "this account has no second factor"
        return Secret(code_at(self.otp, profile, at_s, steps=steps))

    def wrong_codes(self, profile: Profile, at_s: float) -> list[str]:
        """Return codes that no step near *at_s* has: one beside the right one, and well-known ones."""
        digits = profile.code_digits
        near = [int(self.code(profile, at_s, steps=steps).reveal()) for steps in range(-NEAR_STEPS, NEAR_STEPS + 1)]
        beside = (number % 10**digits for number in itertools.count(near[NEAR_STEPS] + 1))
        wrong = [next(number for number in beside if number not in near), 0, int("1234567890"[:digits])]
        return [f"{number:0{digits}}" for number in wrong if number not in near]

    def unused_code(self, profile: Profile, at_s: float) -> Secret:
        """
        Return a code that the target accepts now and that this account has not been given before.

        Where the current step's code is spent, it is the next step's, which a window of one step accepts; without one,
        the next step is waited for.
        """
        step = int(at_s) // profile.code_step_s
        wanted = max(step, self.last_step + 1)
        self.last_step = wanted
        if wanted > step and not profile.code_window_steps:
            time.sleep(wanted * profile.code_step_s - at_s)
            return self.code(profile, float(wanted * profile.code_step_s))
        return self.code(profile, at_s, steps=wanted - step)


class People:
    """
    A seeded source of people for one worker.

    Names come from the seed, so that a run can be repeated; addresses also hold the run's id, so that the repetition
    meets no account of the first run. They are as *pattern* says, {id} being their own part, or at a reserved domain.
    `canaries` are what no answer has a reason to hold, each with what it is: the passwords made up here, the MFA
    secrets that were confirmed, the reset tokens that were mailed. With a *key*, a person's first password can be made
    again from it, by whoever removes the accounts after the run.
    """

    def __init__(self, seed: int, run: str, worker: str, *, pattern: str = "", key: bytes = b"") -> None:
        self._random = random.Random(f"{seed} {worker}")
        self._faker = Faker()
        self._faker.seed_instance(self._random.getrandbits(32))
        self._own = f"{worker}-{run}".lower()
        self._pattern = pattern
        self._key = key
        self._made = 0
        self.canaries: dict[str, str] = {}

    def email(self) -> str:
        """Return an address that this run has not used."""
        self._made += 1
        name = self._faker.first_name().lower().encode("ascii", "ignore").decode() or "someone"
        if self._pattern:
            return self._pattern.replace("{id}", f"{name}.{self._made}.{self._own}")
        return f"{name}.{self._made}@{self._own}.{MAIL_DOMAIN}"

    def made(self, email: str) -> bool:
        """Whether *email* is an address of this source, however it is spelt."""
        return self._own in email.lower()

    def password(self, profile: Profile) -> Secret:
        """
        Return a password within the profile's bounds that is on nobody's list of common ones.

        It has 32 characters at most, and some of every class: what a target asks for besides is a row of its own.
        """
        text = f"{self._faker.word()[:12]} {secrets.token_hex(8)}A7!"
        while len(text) < profile.password_min:
            text += f" {self._faker.word()}"
        return self._password(text[-profile.password_max :])

    def _password(self, text: str) -> Secret:
        password = Secret(made_up(text))
        self.never_shown(password, "a password")
        return password

    def never_shown(self, secret: Secret, what: str) -> None:
        """Have *secret*, which is *what*, looked for in every answer; a short one would be found by chance."""
        if len(secret.reveal()) >= LEAST_SOUGHT:
            self.canaries[secret.reveal()] = what

    def stranger(self) -> str:
        """Return an address of the same shape as the others that is never registered."""
        return self.email()

    def person(self, profile: Profile) -> Account:
        """Return somebody who is not registered yet."""
        email = self.email()
        kept = self._password(password_of(self._key, email, profile)) if self._key else None
        return Account(email, kept or self.password(profile))

    def chance(self) -> random.Random:
        """Return the seeded source of chance, for checks that choose."""
        return self._random
