"""The reference's control port: moving its clock, minting tokens, making admins, reading mails."""

from __future__ import annotations

from typing import Any

import httpx

from contract.errors import NotTestable
from contract.secret import Secret
from suites.rig.derivation import minted

TIMEOUT_S = 10.0


class Control:
    """The control port at *url*, opened by the secret that was made when its server started."""

    def __init__(self, url: str, secret: Secret) -> None:
        self._url = url.rstrip("/")
        self._headers = {"X-Control-Secret": secret.reveal()}

    def advance(self, seconds: float) -> None:
        """Move the server's clock forward."""
        self._do("POST", "/clock", {"advanceSeconds": seconds})

    def make_account(self, email: str, password: Secret, *, role: str) -> None:
        """Make an account with the role "user" or "admin"."""
        self._do("POST", "/accounts", {"email": email, "password": password.reveal(), "role": role})

    def mint(self, claims: object, *, header: dict[str, Any] | None = None, key: str = "signing") -> Secret:
        """Return a token with *claims*, signed as access tokens are, or (key "other") by a key nobody publishes."""
        body = {"claims": claims, "header": header or {}, "key": key}
        return Secret(minted(str(self._do("POST", "/tokens", body)["token"]), key))

    def mails(self, recipient: str) -> list[dict[str, str]]:
        """Return the mails to *recipient*, the oldest first: subject, text, and link and token if there are any."""
        return list(self._do("GET", "/outbox", query={"recipient": recipient})["mails"])

    def _do(self, method: str, path: str, body: Any = None, *, query: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            with httpx.Client(trust_env=False, timeout=TIMEOUT_S) as client:
                said = client.request(method, self._url + path, json=body, params=query, headers=self._headers)
        except httpx.HTTPError as why:
            raise NotTestable(f"the control port at {self._url} does not answer: {why}") from None
        if said.status_code != 200:
            raise NotTestable(f"the control port refused {method} {path}: {said.status_code} {said.text[:200]}")
        document: dict[str, Any] = said.json()
        return document
