"""Real dependencies of a real server, broken and repaired: it says 503, says which, and recovers without a restart."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from contract.errors import NotTestable
from contract.outages import FaultKind, Reply
from contract.targets.read import SHIPPED, read
from suites.rig import dependencies
from suites.rig.dependencies import ServiceMissing
from suites.rig.faults import Faults
from suites.rig.launch import Instance, Launcher
from suites.selftest.reference import DEADLINE_S, PASSWORD

KIND = FaultKind
RECOVERY_S = 5.0
"""What the reference promises; measured from the end of the repair, so that a slow machine takes none of it."""
USERS = 20


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    target = read(SHIPPED / "reference/target.toml", environ={})
    journal = tmp_path_factory.mktemp("run") / "faults.jsonl"
    options = "--hash-memory-kib 64 --hash-passes 1 --login-limit 0 --database-timeout-s 1.5"
    made = Launcher(target, options=options, journal=journal)
    yield made
    made.close()


class Broken:
    """A started variant, spoken to over HTTP, and what breaks the dependency it was started for."""

    def __init__(self, instance: Instance, faults: Faults) -> None:
        self.instance = instance
        self.faults = faults
        self.client = httpx.Client(base_url=instance.target.base_url, trust_env=False, timeout=DEADLINE_S)
        self.email = "ada@example.com"
        self.client.post("/auth/register", json={"email": self.email, "password": PASSWORD})

    def ready(self) -> tuple[int, dict[str, str]]:
        """Return readiness: its status, and the cause of what is down by name."""
        said = self.client.get("/health/ready")
        down = {each["name"]: each["cause"] for each in said.json()["dependencies"] if each["status"] == "down"}
        return said.status_code, down

    def login(self, password: str = PASSWORD) -> int:
        """Return the status of a login."""
        said = self.client.post("/auth/login", json={"email": self.email, "password": password})
        return said.status_code

    def recovers(self) -> bool:
        """Whether it is ready, and lets in, within the time it promises."""
        began = time.monotonic()
        while (self.ready(), self.login()) != ((200, {}), 200):
            if time.monotonic() - began > RECOVERY_S:
                return False
            time.sleep(0.02)
        return True


@pytest.fixture(scope="module")
def variant(launcher: Launcher) -> Iterator[dict[str, Broken]]:
    """The started variants by name, each started when it is first asked for."""

    class Started(dict[str, Broken]):
        def __missing__(self, name: str) -> Broken:
            instance = launcher.variant(name)
            assert instance is not None
            self[name] = Broken(instance, launcher.faults(instance))
            return self[name]

    started = Started()
    yield started
    for each in started.values():
        each.client.close()


DATABASE = {
    KIND.REFUSED: "unreachable",
    KIND.RESET: "unreachable",
    KIND.CUT: "unreachable",
    KIND.SILENT: "timeout",
    KIND.FULL: "timeout",
    KIND.TRUNCATED: "unreachable",
    KIND.DRIP: "timeout",
    KIND.SLOW: "timeout",
    KIND.GARBLED: "unreachable",
    KIND.WRONG_CREDENTIALS: "authentication",
    KIND.DOWN: "unreachable",
}
IDENTITY = {
    KIND.REFUSED: "unreachable",
    KIND.CUT: "unreachable",
    KIND.SILENT: "timeout",
    KIND.GARBLED: "unreachable",
    KIND.WRONG_CREDENTIALS: "authentication",
    KIND.DOWN: "unreachable",
}
MAIL = {KIND.TRUNCATED: "senseless-answer", KIND.FULL: "timeout", KIND.DOWN: "unreachable"}
OUTAGES = [
    *(("postgres", "database", kind, cause) for kind, cause in DATABASE.items()),
    *(("upstream", "identity-service", kind, cause) for kind, cause in IDENTITY.items()),
    *(("upstream", "mail", kind, cause) for kind, cause in MAIL.items()),
]


@pytest.mark.parametrize(("name", "dependency", "kind", "cause"), OUTAGES, ids=[f"{o[1]}-{o[2]}" for o in OUTAGES])
def test_readiness_names_what_is_broken_and_all_is_well_soon_after_the_repair(
    variant: dict[str, Broken], name: str, dependency: str, kind: FaultKind, cause: str
) -> None:
    server = variant[name]
    assert server.instance.process is not None
    process = server.instance.process.pid
    assert server.recovers()

    with server.faults.broken(dependency, kind):
        assert server.ready() == (503, {dependency: cause})

    assert server.recovers()
    assert server.instance.alive()
    assert server.instance.process.pid == process


def test_a_database_that_restarts_is_found_again(variant: dict[str, Broken]) -> None:
    server = variant["postgres"]
    assert server.recovers()

    with server.faults.broken("database", KIND.DOWN):
        pass

    assert server.login() in (200, 503)
    assert server.recovers()


def test_an_identity_service_speaks_in_the_words_of_the_target_file(variant: dict[str, Broken]) -> None:
    server = variant["upstream"]
    assert server.recovers()
    refusals = server.faults.replies("identity-service", "refuses-user")
    assert len(refusals) == 5

    for reply in refusals:
        with server.faults.broken("identity-service", KIND.CANNED, reply=reply) as outage:
            assert server.login() == 401
            assert outage.connections() == 1
    for reply in server.faults.replies("identity-service", "refuses-service"):
        with server.faults.broken("identity-service", KIND.CANNED, reply=reply):
            assert server.login() == 503
    with server.faults.broken("identity-service", KIND.CANNED, reply=Reply(200, "<html>", "text/html")):
        assert server.login() == 503

    assert server.recovers()


def test_an_outage_amid_logins_is_answered_503_and_nothing_hangs(variant: dict[str, Broken]) -> None:
    server = variant["postgres"]
    assert server.recovers()
    over = False

    def logs_in(user: int) -> list[int]:
        statuses = []
        while not over:
            statuses.append(server.login(PASSWORD if user % 4 else "not the password"))
        return statuses

    with ThreadPoolExecutor(USERS) as threads:
        users = [threads.submit(logs_in, user) for user in range(USERS)]
        try:
            for kind in (KIND.RESET, KIND.DOWN):
                time.sleep(0.2)
                with server.faults.broken("database", kind):
                    time.sleep(0.2)
            time.sleep(0.2)
        finally:
            over = True
        seen = [Counter(user.result(DEADLINE_S)) for user in users]

    assert {status for user, statuses in enumerate(seen) if user % 4 for status in statuses} == {200, 503}
    assert {status for user, statuses in enumerate(seen) if not user % 4 for status in statuses} == {401, 503}
    assert server.recovers()


def test_what_the_target_knows_of_its_database_is_made_up_for_the_run(variant: dict[str, Broken]) -> None:
    """A leak of host, port, user or database can then be told from anything that is in every answer."""
    words = variant["postgres"].instance.words

    assert words["database"].startswith("postgresql://role_")
    assert words["database"].count(variant["postgres"].faults.addresses["database"]) == 1


def test_a_service_that_is_not_installed_is_said(launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dependencies, "carried_binaries", lambda: (_ for _ in ()).throw(NotTestable("no PostgreSQL")))

    with pytest.raises(ServiceMissing, match="no PostgreSQL"):
        Launcher(launcher.file, journal=launcher.journal).variant("postgres")


def test_a_dependency_that_does_not_start_is_said(tmp_path: Path) -> None:
    target = read(SHIPPED / "reference/target.toml", environ={})
    upstream = target.variants["upstream"]
    table = upstream.facilities["faults"]
    start = "{python} -c 'raise SystemExit(\"no licence on {port}\")'"
    table["dependencies"]["identity-service"]["start"] = start

    with pytest.raises(NotTestable) as refusal:
        Launcher(target, journal=tmp_path / "faults.jsonl").variant("upstream")

    head, _, said = str(refusal.value).partition(": ")
    assert head.startswith("[facilities.faults] identity-service.start did not listen on port ")
    assert said.startswith("no licence on ")
