"""Sessions of one user beside another's: begun, exchanged, replayed and ended in any order."""

from __future__ import annotations

from dataclasses import dataclass, field

from contract.answers import Kind
from contract.session import Session
from suites.properties.machines.machine import Choice, Machine, step
from suites.rig.access_tokens import spellings
from suites.rig.api import Api
from suites.rig.judging import control, expect, never

MOST_SESSIONS = 4


@dataclass
class Family:
    """
    What the model knows of one session: what it holds now, what it held, and what has ended it, if anything.

    `since_s` is the target's time at which it got what it holds now.
    """

    name: str
    now: Session
    since_s: float
    spent: list[Session] = field(default_factory=list)
    ended: str = ""


class Sessions(Machine):
    """
    A spent refresh token stays spent; a replayed family and an ended session are dead; all others live.

    *judged* are the requirements that are looked at: SESS-02 (a spent token), SESS-03 (the family of a replayed one),
    SESS-07 and SESS-08 (the refresh and the access token of an ended session). What else comes out is another test's.
    """

    def __init__(self, api: Api, *judged: str) -> None:
        super().__init__(api)
        self.judged = frozenset(judged)
        self.account = api.fresh_account(signed_in=False)
        self.families: list[Family] = []

    def has(self, operation: str) -> bool:
        """Whether the target has *operation*."""
        return operation in self.api.target.operations

    def living(self) -> list[Family]:
        """Return the families that nothing has ended."""
        return [each for each in self.families if not each.ended]

    def ended_by(self, *causes: str) -> list[Family]:
        """Return the families that one of *causes* has ended."""
        return [each for each in self.families if each.ended in causes]

    @step(when=lambda self: len(self.families) < MOST_SESSIONS)
    def log_in(self, _: Choice) -> None:
        """Begin one more session."""
        name = f"session {len(self.families) + 1}"
        self.tell(f"log in: {name}")
        control(self.api.login(self.account))
        self.families.append(Family(name, self.account.session, self.api.now()))

    @step(when=lambda self: self.living() and self.has("refreshToken"), weight=2)
    def exchange(self, choice: Choice) -> None:
        """Exchange the refresh token that a living session holds."""
        family = choice.of(self.living())
        self.tell(f"exchange the refresh token of {family.name}")
        outcome = expect(self.api.refresh_with(family.now), Kind.ACCEPTED, because=f"the live token of {family.name}")
        if outcome.session.refresh_token != family.now.refresh_token:
            family.spent.append(family.now)
        family.now, family.since_s = outcome.session, self.api.now()

    @step(when=lambda self: self.judged & {"SESS-02", "SESS-03"} and self.replayable(), weight=2)
    def replay(self, choice: Choice) -> None:
        """Present a refresh token that was exchanged before."""
        family, spent = choice.of(self.replayable())
        self.tell(f"present refresh token {family.spent.index(spent) + 1} of {family.name} again")
        self.api.outlive_the_grace()
        outcome = self.api.refresh_with(spent)
        if "SESS-02" in self.judged:
            never(outcome, because=f"a spent refresh token of {family.name}")
        family.ended = family.ended or "a replay"

    def replayable(self) -> list[tuple[Family, Session]]:
        """Return each spent token with its family, but the newest where the profile lets it live on for a while."""
        newest = int(self.api.target.profile.refresh_replay == "until-successor-used")
        return [(each, token) for each in self.families for token in each.spent[: len(each.spent) - newest]]

    @step(when=lambda self: self.living() and self.has("logoutUser"))
    def log_out(self, choice: Choice) -> None:
        """End one session."""
        family = choice.of(self.living())
        self.tell(f"log out of {family.name}")
        control(self.api.call("logoutUser", family.now))
        family.ended = "a logout"

    @step(when=lambda self: "SESS-03" in self.judged and self.ended_by("a replay"), weight=2)
    def exchange_after_a_replay(self, choice: Choice) -> None:
        """Present the newest refresh token of a session one of whose old tokens was replayed."""
        self.refused_exchange(choice.of(self.ended_by("a replay")))

    @step(when=lambda self: "SESS-07" in self.judged and self.ended_by("a logout"), weight=2)
    def exchange_after_logout(self, choice: Choice) -> None:
        """Present the newest refresh token of a session that its user has ended."""
        self.refused_exchange(choice.of(self.ended_by("a logout")))

    def refused_exchange(self, family: Family) -> None:
        """Judge that the newest refresh token of *family*, which was ended, is refused."""
        self.tell(f"exchange the newest refresh token of {family.name}, which {family.ended} has ended")
        never(self.api.refresh_with(family.now), because=f"a token of {family.name}, ended by {family.ended}")

    def fresh(self) -> list[Family]:
        """Return the living families whose access token is young, however another machine has moved the clock."""
        oldest_s = self.api.now() - self.api.target.profile.access_lifetime_s / 2
        return [each for each in self.living() if each.since_s > oldest_s]

    @step(when=lambda self: self.fresh() and self.has("getCurrentUser"))
    def read_the_profile(self, choice: Choice) -> None:
        """Use the access token of a living session."""
        family = choice.of(self.fresh())
        self.tell(f"read the profile in {family.name}")
        expect(self.api.call("getCurrentUser", family.now), Kind.ACCEPTED, because=f"the token of {family.name}")

    @step(when=lambda self: "SESS-08" in self.judged and self.ended_by("a logout"), weight=2)
    def read_the_profile_after_logout(self, choice: Choice) -> None:
        """Use an access token of a session that its user has ended: the newest, or one from before an exchange."""
        family = choice.of(self.ended_by("a logout"))
        held = spellings(choice.of([family.now, *family.spent]))
        spelling = choice.of(sorted(held))
        self.tell(f"read the profile by {spelling} of {family.name}, which a logout has ended")
        outcome = self.api.call("getCurrentUser", held[spelling])
        never(outcome, because=f"{spelling} of {family.name}, after its logout")

    @step(when=lambda self: "SESS-03" in self.judged and self.has("getCurrentUser"))
    def another_user_is_untouched(self, _: Choice) -> None:
        """Use the access token of somebody else."""
        self.tell("read another user's profile with that user's token")
        bystander = self.api.shared_account()
        expect(self.api.as_(bystander, "getCurrentUser"), Kind.ACCEPTED, because="another user's token")
