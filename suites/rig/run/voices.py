"""Whom a run speaks with in one process: the target's instances, the voice on each, and what each may be asked by."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from contract.answers import Answer
from contract.errors import NotTestable
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
from suites.rig.launch import Instance, Launcher
from suites.rig.mailboxes import SharedSink
from suites.rig.minting import Mint
from suites.rig.outbox import Outbox
from suites.rig.prepared import Prepared
from suites.rig.run.means import control_of, mint_of, named_admin, outbox_of


class Voices:
    """
    The voices on the instances of one target, the people who speak, and the journal of their accounts.

    `received` is told each answer. `exchanges` are the answers since the current test began, `moves` how far the clock
    was moved before which of them, `outages` when which dependency was broken; `skew_s` is how far the target's clock
    is ahead of ours.
    """

    def __init__(
        self,
        target: Target,
        received: Callable[[Answer], None],
        *,
        folder: Path,
        worker: str,
        seed: int,
        options: str,
        courtesy: Courtesy | None = None,
    ) -> None:
        self.launcher = Launcher(target, options=options, journal=folder / "faults.jsonl")
        key = key_of(folder) if target.removal and not target.start else b""
        self.people = People(seed, folder.name[-6:], worker, pattern=target.email_pattern, key=key)
        self.journal = Journal(folder / "accounts.jsonl")
        self.exchanges: list[Answer] = []
        self.moves: list[tuple[int, float]] = []
        self.outages: list[Outage] = []
        self.skew_s = 0.0
        accounts = target.facilities.get("accounts", {}).get("accounts", ())
        self._prepared = Prepared(accounts, folder / "prepared") if accounts else None
        for account in accounts:
            self.people.never_shown(account.password, "a password")
        listen = target.facilities.get("outbox", {}).get("listen")
        self._sink = SharedSink(listen, folder.name) if listen else None
        self._courtesy = courtesy
        self._received = received
        self._apis: dict[int, Api] = {}
        self._admins: dict[int, Account] = {}

    def close(self) -> None:
        """Close every connection and end every instance."""
        for api in self._apis.values():
            api.close()
        self.launcher.close()
        if self._sink is not None:
            self._sink.close()

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
            api = Api(instance.target, self.people, self.journal, self._received, courtesy=self._courtesy)
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

    def voice_of(self, answer: Answer) -> Api:
        """Return the voice that *answer* was an answer to."""
        apis = [each for each in self._apis.values() if answer.request.url.startswith(each.target.base_url)]
        return apis[0] if apis else self.api()

    def revive(self) -> None:
        """Start every ended instance again. Raises TargetGone where that fails."""
        for instance in self.launcher.instances():
            if not instance.alive():
                self._forget(instance)
                self.launcher.restart(instance)
