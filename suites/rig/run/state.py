"""What one process of a run holds: the target's instances, the people, the voice, and what was received."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from contract.answers import Answer, Kind, Request
from contract.classify import classify
from contract.errors import ContractViolation, NotTestable
from contract.secret import Secret
from contract.session import Session
from contract.targets.model import Target
from suites.rig.api import Api
from suites.rig.breakable import Breakable
from suites.rig.clock import Clock, by_shell
from suites.rig.courtesy import Courtesy
from suites.rig.dependencies import ServiceMissing
from suites.rig.errands import Errands
from suites.rig.faults import Outage
from suites.rig.identities import Account, People
from suites.rig.journal import Journal
from suites.rig.kept_passwords import key_of
from suites.rig.launch import Instance, Launcher, TargetGone
from suites.rig.mailboxes import SharedSink
from suites.rig.minting import Mint
from suites.rig.outbox import Outbox
from suites.rig.passive import PassiveJudge
from suites.rig.preflight import preflight
from suites.rig.prepared import Prepared
from suites.rig.run.means import control_of, mint_of, named_admin, outbox_of
from suites.rig.skew import skew

LOOK_AGAIN_S = 10.0
GUESSES = frozenset({"loginUser", "verifyMfa"})


class State:
    """
    Everything of one conformance run in one process: an xdist worker, or the only one.

    `exchanges` are the answers received since the current test began, `moves` how far the clock was moved before which
    of them, `outages` when which dependency was broken; `preflight_failure` is set once the first walk failed, and then
    nothing that depends on it is tried. `skew_s` is how far the target's clock was ahead of ours on that walk.
    """

    def __init__(
        self,
        target: Target,
        *,
        folder: Path,
        worker: str,
        seed: int,
        options: str,
        passive_rows: frozenset[str],
        on_violation: Callable[[str, ContractViolation], None],
        courtesy: Courtesy | None = None,
    ) -> None:
        self._courtesy = courtesy
        self.launcher = Launcher(target, options=options, journal=folder / "faults.jsonl")
        key = key_of(folder) if target.removal and not target.start else b""
        self.people = People(seed, folder.name[-6:], worker, pattern=target.email_pattern, key=key)
        accounts = target.facilities.get("accounts", {}).get("accounts", ())
        self._prepared = Prepared(accounts, folder / "prepared") if accounts else None
        self.journal = Journal(folder / "accounts.jsonl")
        self.passive = PassiveJudge(target, passive_rows, self.people.canaries)
        self.exchanges: list[Answer] = []
        self.moves: list[tuple[int, float]] = []
        self.outages: list[Outage] = []
        self.urls: set[str] = set()
        self.failures = 0
        self.skew_s = 0.0
        self.preflight_failure: ContractViolation | None = None
        self._on_violation = on_violation
        self._walked = False
        listen = target.facilities.get("outbox", {}).get("listen")
        self._sink = SharedSink(listen, folder.name) if listen else None
        self._apis: dict[int, Api] = {}
        self._admins: dict[int, Account] = {}

    def close(self) -> None:
        """Close every connection and end every instance."""
        for api in self._apis.values():
            api.close()
        self.launcher.close()
        if self._sink is not None:
            self._sink.close()

    # -- voices

    def api(self) -> Api:
        """Return the voice on this worker's ordinary instance. Raises TargetGone."""
        return self.api_on(self.launcher.main())

    def api_apart(self) -> Api:
        """Return the voice on the instance whose clock is moved; the ordinary one where the target is deployed."""
        return self.api_on(self.launcher.apart())

    def variant(self, name: str) -> Api | None:
        """Return the voice on the instance with the settings of `[variants.NAME]`, or None where there are none."""
        instance = self.launcher.variant(name)
        return self.api_on(instance) if instance else None

    def api_on(self, instance: Instance) -> Api:
        """Return the voice on *instance*."""
        if id(instance) not in self._apis:
            api = Api(instance.target, self.people, self.journal, self.received, courtesy=self._courtesy)
            api.clock_offset_s = self.skew_s
            api.errands = Errands(
                instance.target,
                lambda email, count, words: self.outbox(api).words(email, count=count, words=words),
                lambda: self.admin().session,
                self._prepared,
            )
            self._apis[id(instance)] = api
        return self._apis[id(instance)]

    def clock(self) -> Clock:
        """
        Return a clock that can be moved, by `[facilities.clock]`.

        Raises:
            NotTestable: the facility is declared and does not work.
        """
        api = self.api_apart()
        table = api.target.facilities["clock"]
        shell = table["driver"] == "shell"
        move = by_shell(table) if shell else control_of(self.launcher.apart(), table).advance

        def moved(seconds: float) -> None:
            move(seconds)
            self.moves.append((len(self.exchanges), seconds))

        return Clock(api, moved)

    def admin(self) -> Account:
        """
        Return an account with the admin's role, signed in on the ordinary instance.

        Raises:
            NotTestable: the facility is declared and does not work.
        """
        instance = self.launcher.main()
        if id(instance) not in self._admins:
            make = partial(self._new_admin, instance)
            self._admins[id(instance)] = self.api_on(instance).found(make)
        return self._admins[id(instance)]

    def _new_admin(self, instance: Instance) -> Account:
        api, table = self.api_on(instance), instance.target.facilities["admin"]
        if "token" in table:
            return Account("", Secret(""), Session(access_token=table["token"]))
        if table["driver"] != "control":
            admin = named_admin(table)
        else:
            admin = api.people.person(api.target.profile)
            self.journal.intended(api.target.base_url, admin.email)
            control_of(instance, table).make_account(admin.email, admin.password, role="admin")
        api.sign_in(admin)
        return admin

    def mint(self) -> Mint:
        """
        Return what signs tokens for the ordinary instance, by `[facilities.signing-key]`. Raises NotTestable where it
        does not work.
        """
        return mint_of(self.launcher.main())

    def outbox(self, api: Api) -> Outbox:
        """
        Return the mails of the instance that *api* speaks to, by `[facilities.outbox]`.

        Raises:
            NotTestable: the facility is declared and does not work.
        """
        instance = next(each for each in self.launcher.instances() if self._apis.get(id(each)) is api)
        return outbox_of(instance, self._sink)

    def breakable(self, name: str, variant: str = "") -> Breakable | None:
        """
        Return the dependency *name* of the instance started with `[variants.VARIANT]`; without *variant*, of the first
        instance that has it: those of the variants, since they are made for it, then the ordinary one. One whose
        dependencies are not installed here is passed over for the next. None where none has it.

        Raises:
            NotTestable: the facility is declared and does not work.
            ServiceMissing: what every such instance depends on is not installed here.
        """
        file = self.launcher.file
        of_variants = {key: each.facilities for key, each in file.variants.items() if file.start}
        missing: ServiceMissing | None = None
        for key, facilities in {**of_variants, "": file.facilities}.items():
            if name in facilities.get("faults", {}).get("dependencies", {}) and variant in ("", key):
                try:
                    instance = self.launcher.variant(key) if key else self.launcher.main()
                except ServiceMissing as why:
                    missing = why
                    continue
                assert instance is not None
                return Breakable(name, self.api_on(instance), self.launcher.faults(instance), self.outages, self.outbox)
        if missing is not None:
            raise missing
        return None

    def give_up(self, api: Api) -> None:
        """
        End the instance that *api* speaks to, since it stays broken: the next test gets a new one.

        Raises:
            NotTestable: it is not ours to start anew.
        """
        if not self.launcher.file.start:
            raise NotTestable(f"{api.target.name} does not work again after the repair of what was broken")
        instance = next(each for each in self.launcher.instances() if self._apis.get(id(each)) is api)
        self._forget(instance)
        self.launcher.discard(instance)

    def _forget(self, instance: Instance) -> None:
        if (api := self._apis.pop(id(instance), None)) is not None:
            api.close()
        self._admins.pop(id(instance), None)

    def begin(self) -> None:
        """Forget what the test before received."""
        self.exchanges.clear()
        self.moves.clear()
        self.outages.clear()

    def voice_of(self, answer: Answer) -> Api:
        """Return the voice that *answer* was an answer to."""
        apis = [each for each in self._apis.values() if answer.request.url.startswith(each.target.base_url)]
        return apis[0] if apis else self.api()

    # -- what is received

    def received(self, answer: Answer) -> None:
        """Keep *answer*, and judge what must hold on every answer."""
        self.exchanges.append(answer)
        self.urls.add(answer.request.url)
        if answer.request.operation in GUESSES and answer.status:
            kind = classify(self.launcher.file, answer.request.operation, answer)
            self.failures += kind is Kind.REFUSED_CREDENTIALS
        for requirement, violation in self.passive.violations(answer):
            self._on_violation(requirement, violation)

    def walk_first(self) -> None:
        """
        Do the preflight, once in this process.

        Raises:
            TargetGone: nothing answers.
            ContractViolation: what every check builds on does not work; the first time, and never again.
        """
        if not self._walked:
            self._walked = True
            if self._sink is not None:
                with contextlib.suppress(NotTestable):  # whoever wants a mail is told
                    self._sink.serve()
            try:
                preflight(self.api())
            except ContractViolation as violation:
                self.preflight_failure = violation
                raise
            self.skew_s = skew(self.exchanges)
            for api in self._apis.values():
                api.clock_offset_s += self.skew_s

    # -- whether it still lives

    def died(self) -> bool:
        """
        Whether the target went away during the test: a process ended, or a deployed target answers nothing any more.

        Raises:
            TargetGone: a deployed target stays silent.
        """
        if any(not instance.alive() for instance in self.launcher.instances()):
            return True
        if self.launcher.file.start or not any(answer.status == 0 for answer in self.exchanges):
            return False
        api = self.api()
        request = Request("GET", api.target.base_url)
        deadline = time.monotonic() + LOOK_AGAIN_S
        while not api.answers(request):
            if time.monotonic() > deadline:
                fault = next(answer.fault for answer in reversed(self.exchanges) if not answer.status)
                raise TargetGone(f"{api.target.name}: {api.target.base_url} went away: {fault}")
            time.sleep(0.5)
        return False

    def revive(self) -> None:
        """Start every ended instance again. Raises TargetGone where that fails."""
        for instance in self.launcher.instances():
            if not instance.alive():
                self._forget(instance)
                self.launcher.restart(instance)
