"""Takes the steps that a person took with curl: each finding's shell lines, on a server started for them alone."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contract.targets.model import Target
from contract.targets.read import resolve
from suites.rig.launch import Instance, Launcher, TargetGone
from suites.rig.outbox import text_of
from suites.rig.processes import free_port
from suites.targets.verified import FOLDER, Finding, Verified

BLOCK_TIMEOUT_S = 60
LOOK_EVERY_S = 0.05


def repeat(name: str, verified: Verified) -> int:
    """Take the steps of every finding of *verified*; print what does not show, and return 1 where anything does not."""
    target = resolve(name, environ=os.environ)
    launcher = Launcher(target)
    wrong = 0
    try:
        instance = launcher.main()
        with mails_of(instance) as mails:
            for finding in verified.findings:
                missing, output = shown(target_of(instance), verified.before, finding, mails)
                wrong += bool(missing)
                if missing:
                    print(f"{name}: {finding.requirement} does not show: {missing!r} is not in\n{output}")
    except TargetGone as gone:
        print(gone)
        return 6
    finally:
        launcher.close()
    print(f"{name}: {len(verified.findings) - wrong} of {len(verified.findings)} findings show by hand", flush=True)
    return int(bool(wrong))


def target_of(instance: Instance) -> Target:
    """Return the target as *instance* has it."""
    return instance.target


def shown(target: Target, before: str, finding: Finding, mails: Path) -> tuple[str, str]:
    """
    Run the lines of *finding*; return the first text that they should have printed and did not, "" for none, and all
    that they printed.

    The shell has $API, the base URL; $EMAIL and $PASSWORD of nobody yet; $MAILS, a folder with a file for each mail;
    and $PYTHON and a free $PORT for who starts the target once more, in another way. It is in `suites/targets`.
    """
    words = {
        "API": target.base_url,
        "EMAIL": f"hand-{secrets.token_hex(4)}@example.com",
        "PASSWORD": f"correct horse {secrets.token_hex(4)} A7!",
        "MAILS": str(mails),
        "PYTHON": sys.executable,
        "PORT": str(free_port()),
    }
    done = subprocess.run(
        ["bash", "-c", f"{before}\n{finding.curl}"],
        cwd=FOLDER,
        env={**os.environ, **words},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=BLOCK_TIMEOUT_S,
    )
    output = done.stdout.decode("utf-8", "replace")
    rest = output
    for text in finding.prints:
        wanted = text.replace("$PASSWORD", words["PASSWORD"]).replace("$EMAIL", words["EMAIL"])
        _, there, rest = rest.partition(wanted)
        if not there:
            return wanted, output
    return "", output


@contextmanager
def mails_of(instance: Instance) -> Iterator[Path]:
    """Have the mails of *instance* written into a folder, as plain text, as they come."""
    sinks = instance.surroundings.sinks if instance.surroundings else []
    over = threading.Event()
    with tempfile.TemporaryDirectory(prefix="authproof-mails-") as folder:

        def write() -> None:
            written = 0
            while sinks and not over.wait(LOOK_EVERY_S):
                for mail in sinks[0].messages[written:]:
                    draft = Path(folder) / f".{written}"
                    draft.write_text("\n".join([*mail.recipients, text_of(mail), ""]), encoding="utf-8")
                    draft.rename(Path(folder) / f"{written:04}.txt")
                    written += 1

        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        try:
            yield Path(folder)
        finally:
            over.set()
            writer.join()
