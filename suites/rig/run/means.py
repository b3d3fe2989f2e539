"""What the tester has beside the API of one instance, by `[facilities]`: control port, mails, a key, a named admin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contract.errors import NotTestable
from contract.secret import Secret
from suites.rig.control import Control
from suites.rig.identities import Account
from suites.rig.launch import Instance
from suites.rig.mailboxes import Mailbox, SharedSink, of_control, of_maildir, of_mailpit, of_sink
from suites.rig.minting import Mint, by_key
from suites.rig.outbox import WAIT_S, Outbox


def control_of(instance: Instance, table: Mapping[str, Any]) -> Control:
    """Return the way to the control port that *table* names, or that *instance* announced. Raises NotTestable."""
    said = instance.announced.get("control")
    if "url" in table:
        return Control(str(table["url"]), table["secret"])
    if not isinstance(said, Mapping):
        raise NotTestable(f"{instance.target.name}: its start line says nothing of a control port; add --control")
    return Control(str(said["url"]), Secret(str(said["secret"])))


def mint_of(instance: Instance) -> Mint:
    """Return what signs tokens for *instance*. Raises NotTestable."""
    table = instance.target.facilities["signing-key"]
    if table["driver"] != "control":
        return Mint(by_key(table))
    port = control_of(instance, table)
    return Mint(lambda claims, header: port.mint(claims, header=header))


def outbox_of(instance: Instance, sink: SharedSink | None) -> Outbox:
    """Return the mails of *instance*; *sink* is the SMTP server of the run, where it has one. Raises NotTestable."""
    table, reset = instance.target.facilities["outbox"], instance.target.operations.get("confirmPasswordReset")
    words = {word for step in reset.steps for word in step.send} if reset else ()
    box = _mailbox(instance, sink, table)
    return Outbox(box, table.get("capture", {}), table.get("wait_s", WAIT_S), words=words)


def named_admin(table: Mapping[str, Any]) -> Account:
    """Return the account that [facilities.admin] names, not signed in yet."""
    name = table.get("username", "")
    return Account(table.get("email", name), table["password"], username=name, otp=table.get("totp_secret"))


def _mailbox(instance: Instance, sink: SharedSink | None, table: Mapping[str, Any]) -> Mailbox:
    if table["driver"] == "maildir":
        return of_maildir(table["folder"])
    if table["driver"] == "mailpit":
        return of_mailpit(table["url"], table.get("auth"))
    if table["driver"] == "control":
        return of_control(control_of(instance, table))
    if sink is not None:
        return sink.mailbox()
    if instance.surroundings is not None and instance.surroundings.sinks:
        return of_sink(instance.surroundings.sinks[0])
    raise NotTestable("[facilities.outbox] needs listen: where the target sends its mail to")
