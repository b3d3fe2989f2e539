"""Planted defects: login."""

from __future__ import annotations

from typing import Any

from reference_impl.defects import Defect

BCRYPT_BYTES = 72


def _no_token_type(sound: Any) -> Any:
    async def signed_in(*args: Any) -> dict[str, Any]:
        return {name: value for name, value in (await sound(*args)).items() if name != "tokenType"}

    return signed_in


def _raising(sound: Any) -> Any:
    async def password_matches(*args: Any) -> bool:
        if not await sound(*args):
            raise RuntimeError("mismatch")
        return True

    return password_matches


def _cut(sound: Any) -> Any:
    def normalised(password: str) -> str:
        text: str = sound(password)
        return text.encode()[:BCRYPT_BYTES].decode("utf-8", "ignore")

    return normalised


DEFECTS = (
    Defect(
        "LOGIN-01",
        "a login's answer has no token type",
        red=("LOGIN-01",),
        seams={"sessions:signed_in": _no_token_type},
    ),
    Defect(
        "LOGIN-02",
        "the password verifier raises what the handler does not catch: 500",
        red=("LOGIN-02", "LOGIN-03", "LOGIN-04", "ABUSE-01", "ABUSE-05", "ABUSE-08", "ABUSE-10"),
        seams={"login:password_matches": _raising},
    ),
    Defect(
        "LOGIN-03",
        "passwords are cut to 72 bytes before they are hashed",
        red=("LOGIN-03",),
        seams={"passwords:normalised": _cut},
    ),
)
