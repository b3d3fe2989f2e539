"""What arrivals are served from: nothing single-use is used twice, and what runs out says so."""

from __future__ import annotations

import gevent
import pytest

from contract.secret import Secret
from contract.session import Session
from contract.targets.model import Profile
from load.pools import Accounts, Exhausted, Sessions, share
from suites.rig.identities import Account

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON_S = 1_800_000_000.0


def people(count: int, *, otp: bool) -> list[Account]:
    """Return accounts, with a second factor or without."""
    return [
        Account(f"a{number}@example.com", Secret("correct horse"), otp=Secret(SEED) if otp else None)
        for number in range(count)
    ]


def test_accounts_come_round_in_turn():
    """The one used longest ago is next, so that no account meets its throttle before all have."""
    pool = Accounts(Profile())
    pool.waiting.extend(people(3, otp=False))

    assert [pool.take(NOON_S).email for _ in range(4)] == [f"a{n}@example.com" for n in (0, 1, 2, 0)]


def test_a_code_is_never_used_twice():
    """A used code is refused, and the target would be blamed for it."""
    pool, profile = Accounts(Profile()), Profile()
    pool.waiting.extend(people(2, otp=True))
    used = set()
    for _ in range(4):  # this time step's code and the next one's, which the window accepts, for each of two
        account = pool.take(NOON_S)
        code = account.unused_code(profile, NOON_S).reveal()
        assert (account.email, code) not in used
        used.add((account.email, code))

    with pytest.raises(Exhausted, match="all 2 accounts are used up for this time step of 30 s"):
        pool.take(NOON_S)
    assert pool.take(NOON_S + profile.code_step_s).email == "a0@example.com"


def test_a_session_in_use_is_waited_for_and_a_lost_one_is_not():
    """Two arrivals with one refresh token would be a replay, which ends the session."""
    pool = Sessions()
    pool.add(Session(refresh_token=Secret("first-refresh-token")))
    taken = pool.take()
    waiting = gevent.spawn(pool.take)
    gevent.sleep(0)
    assert not waiting.ready()

    renewed = Session(refresh_token=Secret("second-refresh-token"))
    pool.give_back(renewed)

    assert waiting.get(timeout=5) is renewed and taken is not renewed
    also = gevent.spawn(pool.take)
    gevent.sleep(0)
    pool.give_back(None)
    with pytest.raises(Exhausted, match="all 1 were refused or not answered"):
        also.get(timeout=5)


def test_every_process_has_prepared_accounts_of_its_own():
    """One account in two processes would be refreshed and locked by both."""
    everybody = people(7, otp=False)
    shares = [share(everybody, index, 3) for index in range(3)]

    assert sorted(each.email for part in shares for each in part) == sorted(each.email for each in everybody)
    assert [len(part) for part in shares] == [3, 2, 2]
