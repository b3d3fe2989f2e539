"""The words that a test may ask for, from target, api and account to the faults and variants that it may need."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from contract.answers import Answer
from contract.targets.model import Target
from suites.rig.api import Api
from suites.rig.breakable import Breakable, Breakables, recovers
from suites.rig.clock import Clock
from suites.rig.identities import Account
from suites.rig.judging import not_exercised
from suites.rig.logs import Logs
from suites.rig.minting import Mint
from suites.rig.outbox import Outbox
from suites.rig.run.begin import PLUGIN
from suites.rig.run.plugin import Worker
from suites.rig.spread import spread


@pytest.fixture
def worker(request: pytest.FixtureRequest) -> Worker:
    """Return this process' part of the run, the preflight behind it."""
    plugin = request.config.pluginmanager.get_plugin(PLUGIN)
    assert isinstance(plugin, Worker), "no conformance run was begun"
    plugin.preflight(request.session)
    return plugin


@pytest.fixture
def api(worker: Worker, request: pytest.FixtureRequest) -> Api:
    """Return the voice on this worker's ordinary instance."""
    return worded(worker.state.api(), request)


@pytest.fixture
def target(api: Api) -> Target:
    """Return the target as this instance has it."""
    return api.target


@pytest.fixture
def account(api: Api) -> Account:
    """Return a new account, signed in."""
    return api.fresh_account()


@pytest.fixture
def admin(worker: Worker) -> Account:
    """Return an account with the admin's role, signed in."""
    worker.need("admin")
    return worker.state.admin()


@pytest.fixture
def clock(worker: Worker, request: pytest.FixtureRequest) -> Clock:
    """Return a clock that can be moved, and an api on the instance whose clock it is."""
    worker.need("clock")
    clock = worker.state.clock()
    worded(clock.api, request)
    return clock


@pytest.fixture
def mint(worker: Worker) -> Mint:
    """Return what signs tokens for this worker's ordinary instance."""
    worker.need("signing-key")
    return worker.state.mint()


@pytest.fixture
def outbox(worker: Worker, request: pytest.FixtureRequest) -> Outbox:
    """Return the mails of this worker's ordinary instance, or of the one whose clock the test moves."""
    worker.need("outbox")
    state = worker.state
    return state.outbox(state.api_apart() if "clock" in request.fixturenames else state.api())


@pytest.fixture
def tls(worker: Worker, request: pytest.FixtureRequest) -> Api:
    """Return the voice on a TLS endpoint."""
    worker.need("tls")
    return worded(worker.state.api_on(worker.state.launcher.secure()), request)


@pytest.fixture
def limited(worker: Worker, request: pytest.FixtureRequest) -> Api:
    """Return the voice on an instance that one source may be throttled on, with low limits where the file says how."""
    instance = worker.state.launcher.limited()
    if instance is None:
        not_exercised("needs [variants.low-limits] and a start line: it would throttle the rest of the run")
    return worded(worker.state.api_on(instance), request)


@pytest.fixture
def limited_outbox(worker: Worker, limited: Api) -> Outbox | None:
    """Return the mails of that instance, None where there is no outbox."""
    return worker.state.outbox(limited) if "outbox" in limited.target.facilities else None


@pytest.fixture
def logs(worker: Worker) -> Logs:
    """Return what this worker's ordinary instance logs."""
    worker.need("logs")
    return Logs(worker.state.launcher.main(), worker.state.urls)


@pytest.fixture
def faults(worker: Worker, request: pytest.FixtureRequest) -> Iterator[Breakables]:
    """Return what can be broken: `faults.on("database")`; afterwards wait until all that was broken works again."""
    worker.need("faults")
    witnesses: dict[int, tuple[Api, Account]] = {}

    def find(dependency: str, variant: str) -> Breakable | None:
        found = worker.state.breakable(dependency, variant)
        if found is not None and id(found.api) not in witnesses:
            worded(found.api, request)
            witnesses[id(found.api)] = found.api, found.api.shared_account()
        return found

    yield Breakables(find)
    if worker.state.outages:
        for api, witness in witnesses.values():
            # That a target does not recover is for one requirement to say, not for all that come after it.
            if not recovers(api, witness):
                worker.state.give_up(api)


@pytest.fixture
def variant(worker: Worker, request: pytest.FixtureRequest) -> Callable[[str], Api]:
    """Return what gives the voice on the instance of `[variants.NAME]`; a test that asks for none there ends."""

    def voice(name: str) -> Api:
        found = worker.state.variant(name)
        if found is None:
            not_exercised(f"needs [variants.{name}] in the target file, and a start line")
        return worded(found, request)

    return voice


@pytest.fixture
def answers(worker: Worker) -> list[Answer]:
    """Return one answer of each common kind."""
    return spread(worker.state.api())


def worded(api: Api, request: pytest.FixtureRequest) -> Api:
    """Let *api* wait out a 429, unless the test is about them."""
    api.patient = request.node.get_closest_marker("impatient") is None
    return api
