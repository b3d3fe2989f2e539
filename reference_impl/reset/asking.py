"""Asking for a reset mail, answered alike and at the same cost whether or not there is such an account."""

from __future__ import annotations

from dataclasses import dataclass

from reference_impl import accounts, opaque, throttle
from reference_impl.mail import Mail
from reference_impl.operations import Answer, Request, operation
from reference_impl.service import Service
from reference_impl.settings import Settings
from reference_impl.store import Transaction

NOBODY = ""
MESSAGE = "If there is an account for this address, a mail is on its way."


@dataclass(frozen=True, slots=True)
class Letter:
    """A token to be mailed, and to whom."""

    recipient: str
    token: str


@operation("requestPasswordReset")
async def request_password_reset(service: Service, request: Request) -> Answer:
    """Store a token and answer; the mail goes out afterwards, so that no outage of mail can be seen from here."""
    letter = await service.store.write(prepare, service, request.body["email"], request.source)
    if letter is not None:
        post(service, letter)
    return Answer(202, {"message": MESSAGE})


def prepare(tx: Transaction, service: Service, email: str, source: str) -> Letter | None:
    """
    Store a token for the account of *email*, or for nobody; return what is to be mailed, if anything.

    Both cases run the same statements. Mails beyond the limit of one account, known or not, are silently not sent.

    Raises:
        Problem: 429 where *source* asks too often.
    """
    settings, now = service.settings, service.clock.now()
    throttle.count(tx, "reset", source, settings.source_reset_limit, window_s=settings.source_window_s, now=now)
    identifier = accounts.identifier(email)
    asked = throttle.tally(tx, "reset-mail", identifier, settings.source_window_s, now)["count"]
    user = accounts.by_email(tx, email)
    known = user is not None and not user["disabled"]
    token = opaque.new()
    store_token(tx, token, user["user_id"] if user and known else NOBODY, now, settings.reset_lifetime_s)
    within_limit = not settings.reset_mail_limit or asked <= settings.reset_mail_limit
    return Letter(user["email"], token) if user and known and within_limit else None


def store_token(tx: Transaction, token: str, user_id: str, now: float, lifetime_s: float) -> None:
    """Store the hash of *token*, and forget tokens of anybody that have expired."""
    tx.execute("DELETE FROM reset_tokens WHERE expires_at <= ?", now)
    tx.execute(
        "INSERT INTO reset_tokens (token_hash, user_id, expires_at) VALUES (?, ?, ?)",
        opaque.digest(token),
        user_id,
        now + lifetime_s,
    )


def post(service: Service, letter: Letter) -> None:
    """Send *letter* in the background."""
    mail = Mail(letter.recipient, subject(service.settings), text(service.settings, letter.token))
    service.background.start("mail", lambda: service.mailer.send(mail))


def subject(settings: Settings) -> str:
    """Return the subject of the mail."""
    return f"{settings.service_name}: set a new password"


def text(settings: Settings, token: str) -> str:
    """Return the text of the mail."""
    return (
        f"Somebody, probably you, asked for a new password at {settings.service_name}.\n\n"
        f"Set it here, within {max(1, settings.reset_lifetime_s // 60)} minutes:\n\n"
        f"{link(settings, token)}\n\n"
        "If it was not you, there is nothing to do: your password stays as it is.\n"
    )


def link(settings: Settings, token: str) -> str:
    """
    Return the address that the mail points at: from the configuration, whatever host the request named.

    The token is in the fragment, which browsers send to no server and in no Referer field.
    """
    return f"{settings.public_url.rstrip('/')}/reset-password#token={token}"
