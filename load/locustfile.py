"""
Load profiles for locust: `locust -f load/locustfile.py --headless --load-profile=login --target=staging.toml`.

Everything that a locust user knows works as it does elsewhere: the web interface, --headless, --csv, --html,
--processes, --master and --worker, locust.conf. `-u` caps what is in flight at once, `-t` stretches the profile; the
rate is the profile's. The exit code is the verdict: 0 met, 1 missed, 2 usage, 3 invalid, 6 unreachable.
"""

from __future__ import annotations

import logging
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import gevent
import locust.stats
from locust import events
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.runners import WorkerRunner

from contract.errors import BindingError
from contract.results.folder import OUT
from load import machine
from load.calibrate import calibrate
from load.conductor import Conductor
from load.latency import three_digits
from load.openuser import OpenUser
from load.settings import OPTIONS, Settings, settle
from load.worker import OVER, READY, REPORT, Worker
from suites.rig.launch import Launcher

ROOT = Path(__file__).parents[1]
MARGIN_S = 5.0
CALIBRATING_STEP_S, CALIBRATING_S = 2.0, 20.0

locust.stats.bucket_response_time = three_digits


class AuthUser(OpenUser):
    """One class for every profile: what it does is the next arrival's business."""


class Lead:
    """The leading process: one conductor for each test that is started, one target for all of them."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.conductor: Conductor | None = None
        self.launcher: Launcher | None = None
        self.leading: gevent.Greenlet | None = None
        options = environment.parsed_options
        assert options is not None
        self.headless = bool(options.headless)
        self.settings = self._settings()
        options.run_time = None  # the profile was stretched to it, and ends by itself, with nothing in flight
        options.num_users = self.settings.users
        options.spawn_rate = self.settings.users
        if self.headless and not options.print_stats:
            options.only_summary = True  # our own line every few seconds takes the place of locust's tables
        self.machine = machine.remembered(ROOT / OUT)
        if self.machine is None and self.headless and options.load_calibrate == "once":
            logging.info("measuring this machine, once: python -m load calibrate")
            self.machine = calibrate(ROOT / OUT, step_s=CALIBRATING_STEP_S, within_s=CALIBRATING_S)
        if not self.settings.target.start:
            environment.host = self.settings.target.base_url
        runner = environment.runner
        assert runner is not None
        runner.register_message(READY, self._pass_on("heard_ready"))
        runner.register_message(OVER, self._pass_on("heard_over"))
        runner.register_message(REPORT, self._pass_on("heard_report"))
        environment.events.test_start.add_listener(self._begin)
        environment.events.spawning_complete.add_listener(self._spawned)
        environment.events.worker_report.add_listener(self._reported)
        environment.events.test_stop.add_listener(self._stopped)
        environment.events.quitting.add_listener(self._quitting)
        environment.events.quit.add_listener(self._quit)

    def _settings(self) -> Settings:
        options = vars(self.environment.parsed_options)
        said = settle(options)
        self.environment.stop_timeout = max(
            self.environment.stop_timeout or 0.0, said.target.transport.timeout_s + MARGIN_S
        )
        return said

    def _begin(self, environment: Environment, **_: Any) -> None:
        """A test is started: from the web interface its options may have changed."""
        if not self.headless:
            environment.web_ui._cancel_run_time_timer()  # type: ignore[union-attr]  # as for run_time above
            self.conductor = None
            try:
                self.settings = replace(self._settings(), users=environment.runner.target_user_count)
            except BindingError as why:
                logging.error("\n".join(why.problems))
                return
        settings = self.settings
        if self.launcher is None or self.launcher.file != settings.target:
            self._close()
            options = vars(environment.parsed_options)["target_options"]
            self.launcher = Launcher(settings.target, options=options)
        calibrated = self.machine or machine.hashing()
        self.conductor = Conductor(environment, settings, self.launcher, ROOT, calibrated)
        self.leading = gevent.spawn(self._conduct, self.conductor)

    def _conduct(self, conductor: Conductor) -> None:
        conductor.conduct()
        runner = self.environment.runner
        assert runner is not None
        if self.headless:
            runner.quit()
        else:
            self._tell(conductor)
            runner.stop()

    def _spawned(self, user_count: int) -> None:  # noqa: ARG002 - locust names it
        if self.conductor is not None:
            self.conductor.spawned.set()
        elif self.environment.runner is not None:  # the options were wrong, and that was said
            gevent.spawn(self.environment.runner.stop)

    def _reported(self, client_id: str, data: dict[str, Any]) -> None:  # noqa: ARG002 - locust names it
        if self.conductor is not None and "authproof" in data:
            self.conductor.heard_report(data["authproof"])

    def _pass_on(self, method: str) -> Any:
        def heard(environment: Environment, msg: Any, **_: Any) -> None:  # noqa: ARG001 - locust names them
            if self.conductor is not None:
                getattr(self.conductor, method)(msg.data)

        return heard

    def _stopped(self, environment: Environment) -> None:  # noqa: ARG002 - locust names it
        """Somebody pressed Stop, or the run is over and stopped itself."""
        if self.conductor is not None and self.conductor.code is None:
            self.conductor.interrupt()
            if self.leading is not None:
                self.leading.kill(block=False)
            if not self.headless:
                self._tell(self.conductor)

    def _quitting(self, environment: Environment) -> None:
        """Judge what there is, if nobody has; the verdict is the exit code of the process."""
        if self.conductor is not None:
            self.conductor.interrupt()
            environment.process_exit_code = self.conductor.code
        elif self.headless:
            environment.process_exit_code = 3
        self._close()

    def _quit(self, exit_code: int) -> None:  # noqa: ARG002 - locust names it
        if self.conductor is not None and self.headless:
            self._tell(self.conductor)  # after locust's own tables

    @staticmethod
    def _tell(conductor: Conductor) -> None:
        print("\n".join(["", *conductor.run.lines, f"results in {conductor.folder}"]), file=sys.stderr, flush=True)

    def _close(self) -> None:
        if self.launcher is not None:
            self.launcher.close()
            self.launcher = None


@events.init_command_line_parser.add_listener
def add_options(parser: LocustArgumentParser) -> None:
    """Add ours to locust's; they reach the workers, the web interface and locust.conf like its own."""
    for name, said in OPTIONS:
        parser.add_argument(name, **said)


@events.init.add_listener
def begin(environment: Environment, **_: Any) -> None:
    """Set up the leading process, the generating one, or both in one."""
    try:
        if not isinstance(environment.runner, WorkerRunner):
            environment.authproof = Lead(environment)  # type: ignore[attr-defined]
    except BindingError as why:
        print("\n".join(f"load: {each}" for each in why.problems), file=sys.stderr)
        sys.exit(2)
    if not hasattr(environment.runner, "clients"):
        Worker(environment)
    else:
        environment.process_exit_code = None
