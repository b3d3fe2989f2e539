"""Where the mails of one instance come in, by `[facilities.outbox]`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from contract.errors import NotTestable
from suites.rig.control import Control
from suites.rig.launch import Instance
from suites.rig.mailboxes import Mailbox, SharedSink, of_control, of_maildir, of_mailpit, of_sink


def mailbox(
    table: Mapping[str, Any], instance: Instance, sink: SharedSink | None, control: Callable[[], Control]
) -> Mailbox:
    """
    Return the mailbox of *instance*: by its *table*, the run's shared *sink*, its *control* port or its own sink.

    Raises:
        NotTestable: nothing says where the target sends its mail to.
    """
    if table["driver"] == "maildir":
        return of_maildir(table["folder"])
    if table["driver"] == "mailpit":
        return of_mailpit(table["url"], table.get("auth"))
    if table["driver"] == "control":
        return of_control(control())
    if sink is not None:
        return sink.mailbox()
    if instance.surroundings is not None and instance.surroundings.sinks:
        return of_sink(instance.surroundings.sinks[0])
    raise NotTestable("[facilities.outbox] needs listen: where the target sends its mail to")
