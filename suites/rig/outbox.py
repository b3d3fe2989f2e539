"""What a target mails to its users: waited for, and read by the patterns of `[facilities.outbox]`."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote

from contract.errors import NotTestable
from contract.secret import Secret
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import control
from suites.rig.mail import Mail
from suites.rig.mailboxes import Mailbox

T = TypeVar("T")

WAIT_S = 10.0
LOOK_AGAIN_S = (0.02, 0.5)  # at first, and at most
RESET_TOKEN = "a reset token"
NO_TOKEN = "[facilities.outbox] capture has no pattern for 'token'"
PATTERNS = {"token": r"[?&#;]token=([^\s&#;\"'<>]+)"}
"""Where the target file says none: a link with the token as a parameter, in its query or its fragment."""


class Outbox:
    """
    The mails of one instance.

    *capture* maps contract words to patterns with one group, which find them in a mail; *wait_s* is how long a mail may
    take. A mail tells something if it tells every one of *words*; all that are captured, where none are given.
    """

    def __init__(
        self, mailbox: Mailbox, capture: Mapping[str, str], wait_s: float = WAIT_S, *, words: Collection[str] = ()
    ) -> None:
        self._mailbox = mailbox
        self._capture = {word: re.compile(pattern) for word, pattern in (capture or PATTERNS).items()}
        self._wait_s = wait_s
        self._wanted = frozenset(words) & self._capture.keys() or self._capture.keys()

    def mails(self, recipient: str) -> list[Mail]:
        """Return the mails to *recipient* so far, the oldest first."""
        return self._mailbox(recipient)

    def telling(self, recipient: str, words: Collection[str] = ()) -> list[dict[str, Secret]]:
        """Return what the mails to *recipient* say, for each mail that tells *words*."""
        return [self._words(mail) for mail in self._that_tell(recipient, words)]

    def words(self, recipient: str, *, count: int = 1, words: Collection[str] = ()) -> dict[str, Secret]:
        """
        Return, by contract word, what the *count*-th such mail says, waiting for it.

        Raises:
            NotTestable: it has not come in time.
        """
        told = self._waited(lambda: self.telling(recipient, words), count)
        if len(told) < count:
            what = " and ".join(sorted(words or self._wanted))
            raise NotTestable(
                f"[facilities.outbox] mail {count} to {recipient} that tells {what} has not come within "
                f"{self._wait_s:g} s: {len(self.mails(recipient))} came, of which {len(told)} do"
            )
        return told[count - 1]

    def come(self, recipient: str, *, count: int = 1) -> list[Mail]:
        """Return such mails, waiting until there are *count*; fewer where no more have come in time."""
        return self._waited(lambda: self._that_tell(recipient), count)

    def _waited(self, look: Callable[[], list[T]], count: int) -> list[T]:
        """Look again and again until there are *count*, or it has taken too long; return what there is then."""
        deadline, pause_s = time.monotonic() + self._wait_s, LOOK_AGAIN_S[0]
        while len(found := look()) < count and time.monotonic() <= deadline:
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, LOOK_AGAIN_S[1])
        return found

    def reaches(self, recipient: str, count: int) -> bool:
        """Whether *count* mails have come to *recipient*, or come within the time that one may take."""
        deadline = time.monotonic() + self._wait_s
        while len(self.mails(recipient)) < count:
            if time.monotonic() > deadline:
                return False
            time.sleep(LOOK_AGAIN_S[0])
        return True

    def token(self, recipient: str, *, count: int = 1) -> Secret:
        """Return the token in the *count*-th such mail, waiting for it. Raises NotTestable."""
        told = self.words(recipient, count=count)
        if "token" not in told:
            raise NotTestable(NO_TOKEN)
        return told["token"]

    def _that_tell(self, recipient: str, words: Collection[str] = ()) -> list[Mail]:
        wanted = frozenset(words) or self._wanted
        return [mail for mail in self.mails(recipient) if wanted <= self._words(mail).keys()]

    def _words(self, mail: Mail) -> dict[str, Secret]:
        text = text_of(mail)
        found = {word: match for word, pattern in self._capture.items() if (match := pattern.search(text))}
        return {word: Secret(unquote(match[1])) for word, match in found.items()}


def text_of(mail: Mail) -> str:
    """Return subject, plain text and HTML of *mail*, in which links stand as a browser reads them."""
    part = mail.message.get_body(("html",))
    page = html.unescape(str(part.get_content())) if part else ""
    return "\n".join([str(mail.message["Subject"] or ""), mail.text, page])


def asked_for_reset(api: Api, outbox: Outbox, account: Account) -> dict[str, Any]:
    """
    Ask for a new password of *account*; return what was mailed, as inputs of `confirmPasswordReset`.

    Raises:
        NotTestable: the target refused to, no mail came, or it tells no token.
    """
    before = len(outbox.telling(account.email))
    control(api.call("requestPasswordReset", email=account.email))
    return mailed_inputs(api, outbox, account, count=before + 1)


def mailed_inputs(api: Api, outbox: Outbox, account: Account, *, count: int) -> dict[str, Any]:
    """Return what the *count*-th mail to *account* told, as inputs of `confirmPasswordReset`. Raises NotTestable."""
    told = outbox.words(account.email, count=count)
    if "token" not in told:
        raise NotTestable(NO_TOKEN)
    api.people.never_shown(told["token"], RESET_TOKEN)
    sent = {word for step in api.target.operations["confirmPasswordReset"].steps for word in step.send}
    return {"email": account.email, **{word: value for word, value in told.items() if word in sent}}
