"""
Flask-Security as the back end of a single-page application, as its documentation sets it up, unmodified, behind
gunicorn and on SQLite.

    python server.py --port 8000 --data FOLDER --mail HOST:PORT --secret SECRET

Sessions are Flask's own: a signed cookie. Settings are those of the documentation's pages on single-page applications
and on two factors. Beside them: answers that do not tell known addresses from unknown ones, SameSite on the session's
cookie as the quick start has it, and the package's default that a login needs its CSRF token too. `/api/me` is what
such an application adds by itself: an endpoint of its own behind the package's decorator.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from flask import Flask, jsonify
from flask_mail import Mail
from flask_security import Security, SQLAlchemyUserDatastore, auth_required, current_user
from flask_security.models import fsqla_v2
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

FOLDER, MAIL, SECRET = "FLASK_SECURITY_DATA", "FLASK_SECURITY_MAIL", "FLASK_SECURITY_SECRET"
QUICK = {"argon2__time_cost": 1, "argon2__memory_cost": 64}  # a run checks some hundred passwords
db = SQLAlchemy()
fsqla_v2.FsModels.set_db_info(db)


class Role(db.Model, fsqla_v2.FsRoleMixin):
    """A role, with the package's own columns."""


class User(db.Model, fsqla_v2.FsUserMixin):
    """A user, with the package's own columns."""


def settings() -> dict[str, object]:
    """Return what Flask, its extensions and Flask-Security are told, by what the environment says."""
    host, _, port = os.environ[MAIL].rpartition(":")
    return {
        "SECRET_KEY": os.environ[SECRET],
        "SESSION_COOKIE_SAMESITE": "Strict",
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{Path(os.environ[FOLDER]) / 'users.sqlite'}",
        "MAIL_SERVER": host,
        "MAIL_PORT": int(port),
        "MAIL_DEFAULT_SENDER": "auth@example.com",
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "SECURITY_CSRF_PROTECT_MECHANISMS": ["session", "basic"],
        "SECURITY_CSRF_COOKIE_NAME": "XSRF-TOKEN",
        "SECURITY_URL_PREFIX": "/api/accounts",
        "SECURITY_FLASH_MESSAGES": False,
        "SECURITY_REDIRECT_BEHAVIOR": "spa",
        "SECURITY_POST_CONFIRM_VIEW": "/confirmed",
        "SECURITY_CONFIRM_ERROR_VIEW": "/confirm-error",
        "SECURITY_RESET_VIEW": "/reset-password",
        "SECURITY_RESET_ERROR_VIEW": "/reset-password-error",
        "SECURITY_LOGIN_ERROR_VIEW": "/login-error",
        "SECURITY_PASSWORD_SALT": f"salt of {os.environ[SECRET]}",
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": QUICK,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},  # the domain of made-up people takes no mail
        "SECURITY_HASHING_SCHEMES": ["hex_sha256"],  # of what a mailed link holds; the usual one takes half a second
        "SECURITY_REGISTERABLE": True,
        "SECURITY_CONFIRMABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_TRACKABLE": True,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TOTP_SECRETS": {"1": os.environ[SECRET]},
        "SECURITY_TOTP_ISSUER": "flask-security",
    }


def main() -> None:
    """Make the tables, and become the server."""
    parser = argparse.ArgumentParser(description="Flask-Security behind a single-page application, stock")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--mail", required=True, help="HOST:PORT of an SMTP server")
    parser.add_argument("--secret", required=True, help="signs sessions and what is mailed")
    given = parser.parse_args()
    os.environ |= {FOLDER: str(given.data.resolve()), MAIL: given.mail, SECRET: given.secret}
    listen = ["--bind", f"127.0.0.1:{given.port}", "--threads", "8", "--no-control-socket", "--access-logfile", "-"]
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # one log for all
    os.chdir(Path(__file__).parent)
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *listen, "server:application"])


if __name__ == "__main__":
    main()
else:
    application = Flask(__name__)
    application.config.from_mapping(settings())
    db.init_app(application)
    Mail(application)
    CSRFProtect(application)
    Security(application, SQLAlchemyUserDatastore(db, User, Role))
    with application.app_context():
        db.create_all()

    @application.get("/api/me")
    @auth_required("session")
    def me() -> object:
        """Return who is signed in."""
        answer = jsonify(id=current_user.id, email=current_user.email)
        answer.cache_control.no_store = True
        return answer
