"""
fastapi-users as its documentation sets it up, unmodified: its routers for auth, register, reset, verify and users.

    python server.py --port 8000 --data FOLDER --mail HOST:PORT --secret SECRET

The only thing of ours is the mail: the hooks that the documentation leaves empty send it, in the background.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import smtplib
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from email.message import EmailMessage
from pathlib import Path

import uvicorn
from fastapi import Depends, FastAPI, Request
from fastapi_users import BaseUserManager, FastAPIUsers, UUIDIDMixin, schemas
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy
from fastapi_users.password import PasswordHelper
from fastapi_users_db_sqlalchemy import SQLAlchemyBaseUserTableUUID, SQLAlchemyUserDatabase
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

LIFETIME_S = 3600
MAIL_TIMEOUT_S = 10
QUICK = PasswordHelper(PasswordHash((Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1),)))
"""The package's own, with less work than in production: a run checks some hundred passwords."""


class Base(DeclarativeBase):
    """The tables."""


class User(SQLAlchemyBaseUserTableUUID, Base):
    """One user, with the columns of the package."""


class UserRead(schemas.BaseUser[uuid.UUID]):
    """A user as answers show it."""


class UserCreate(schemas.BaseUserCreate):
    """What a registration sends."""


class UserUpdate(schemas.BaseUserUpdate):
    """What a user may change."""


def application(database: Path, secret: str, post: Callable[[str, str], None]) -> FastAPI:
    """Return the application; *post* mails a text to an address."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{database}")
    make_session = async_sessionmaker(engine, expire_on_commit=False)
    background: set[asyncio.Task[None]] = set()

    def mail(to: str, text: str) -> None:
        task = asyncio.create_task(asyncio.to_thread(post, to, text))
        background.add(task)
        task.add_done_callback(background.discard)

    class UserManager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
        reset_password_token_secret = secret
        verification_token_secret = secret

        async def on_after_forgot_password(self, user: User, token: str, _: Request | None = None) -> None:
            mail(user.email, f"Reset your password: https://app.example.com/reset?token={token}")

        async def on_after_request_verify(self, user: User, token: str, _: Request | None = None) -> None:
            mail(user.email, f"Verify your address: https://app.example.com/verify?token={token}")

    async def user_manager() -> AsyncIterator[UserManager]:
        async with make_session() as session:
            yield UserManager(SQLAlchemyUserDatabase(session, User), QUICK)

    @contextlib.asynccontextmanager
    async def tables(_: FastAPI) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        yield
        await engine.dispose()

    def strategy() -> JWTStrategy:
        return JWTStrategy(secret=secret, lifetime_seconds=LIFETIME_S)

    bearer = AuthenticationBackend("jwt", BearerTransport(tokenUrl="auth/jwt/login"), strategy)
    users = FastAPIUsers[User, uuid.UUID](user_manager, [bearer])
    app = FastAPI(lifespan=tables)
    app.include_router(users.get_auth_router(bearer), prefix="/auth/jwt", tags=["auth"])
    app.include_router(users.get_register_router(UserRead, UserCreate), prefix="/auth", tags=["auth"])
    app.include_router(users.get_reset_password_router(), prefix="/auth", tags=["auth"])
    app.include_router(users.get_verify_router(UserRead), prefix="/auth", tags=["auth"])
    app.include_router(users.get_users_router(UserRead, UserUpdate), prefix="/users", tags=["users"])

    @app.get("/authenticated-route")
    async def authenticated_route(user: User = Depends(users.current_user(active=True))) -> dict[str, str]:  # noqa: B008
        return {"message": f"Hello {user.email}!"}

    return app


def posting(address: str) -> Callable[[str, str], None]:
    """Return what hands a mail to the SMTP server at *address*, HOST:PORT."""
    host, _, port = address.rpartition(":")

    def post(to: str, text: str) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "auth@example.com", to, "Your account"
        message.set_content(text)
        with smtplib.SMTP(host, int(port), timeout=MAIL_TIMEOUT_S) as server:
            server.send_message(message)

    return post


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description="fastapi-users, stock")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--mail", required=True, help="HOST:PORT of an SMTP server")
    parser.add_argument("--secret", required=True, help="signs every token")
    given = parser.parse_args()
    app = application(given.data / "users.sqlite", given.secret, posting(given.mail))
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # one log for all
    uvicorn.run(app, host="127.0.0.1", port=given.port)


if __name__ == "__main__":
    main()
