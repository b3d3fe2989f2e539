"""
django-allauth's headless API for apps, as its documentation sets it up, unmodified, behind gunicorn and on SQLite.

    python server.py --port 8000 --data FOLDER --mail HOST:PORT --secret SECRET

Settings are those of `django-admin startproject` for production. Beside allauth's own defaults: accounts by address, a
code by mail before they are active, an honest answer for a known address, and no limits for each source address.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from django.contrib.auth.hashers import PBKDF2PasswordHasher

FOLDER, MAIL, SECRET = "ALLAUTH_DATA", "ALLAUTH_MAIL", "ALLAUTH_SECRET"
VALIDATORS = "UserAttributeSimilarity MinimumLength CommonPassword NumericPassword".split()


class QuickHasher(PBKDF2PasswordHasher):
    """Django's own, with fewer rounds than in production: a run checks some hundred passwords."""

    iterations = 1_000


def configure() -> None:
    """Set Django up, by what the environment says."""
    import django
    from django.conf import settings

    host, _, port = os.environ[MAIL].rpartition(":")
    settings.configure(
        SECRET_KEY=os.environ[SECRET],
        DEBUG=False,
        ALLOWED_HOSTS=["127.0.0.1", "localhost"],
        ROOT_URLCONF="server",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "allauth",
            "allauth.account",
            "allauth.mfa",
            "allauth.headless",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
            }
        ],
        AUTHENTICATION_BACKENDS=[
            "django.contrib.auth.backends.ModelBackend",
            "allauth.account.auth_backends.AuthenticationBackend",
        ],
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(os.environ[FOLDER]) / "users.sqlite"}
        },
        PASSWORD_HASHERS=["server.QuickHasher"],
        AUTH_PASSWORD_VALIDATORS=[
            {"NAME": f"django.contrib.auth.password_validation.{name}Validator"} for name in VALIDATORS
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        EMAIL_HOST=host,
        EMAIL_PORT=int(port),
        EMAIL_TIMEOUT=5,
        DEFAULT_FROM_EMAIL="auth@example.com",
        ACCOUNT_LOGIN_METHODS={"email"},
        ACCOUNT_SIGNUP_FIELDS=["email*", "password1*"],
        ACCOUNT_EMAIL_VERIFICATION="mandatory",
        ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED=True,
        ACCOUNT_PREVENT_ENUMERATION=False,
        ACCOUNT_RATE_LIMITS={
            **dict.fromkeys(["signup", "login", "confirm_email", "reset_password", "reset_password_from_key"]),
            "change_password": None,
            "login_failed": "5/300s/key",
        },
        MFA_SUPPORTED_TYPES=["totp", "recovery_codes"],
        MFA_TOTP_TOLERANCE=1,
        MFA_REAUTHENTICATION_REQUIRED=False,  # else a set-up takes the password as well, which its operation has not
        HEADLESS_ONLY=True,
        HEADLESS_CLIENTS=("app",),
        HEADLESS_FRONTEND_URLS={
            "account_confirm_email": "https://app.example.com/verify/{key}",
            "account_reset_password": "https://app.example.com/forgotten",
            "account_reset_password_from_key": "https://app.example.com/reset/{key}",
            "account_signup": "https://app.example.com/signup",
        },
    )
    django.setup()


def main() -> None:
    """Make the tables, and become the server."""
    parser = argparse.ArgumentParser(description="django-allauth headless, stock")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--mail", required=True, help="HOST:PORT of an SMTP server")
    parser.add_argument("--secret", required=True, help="Django's SECRET_KEY")
    given = parser.parse_args()
    os.environ |= {FOLDER: str(given.data), MAIL: given.mail, SECRET: given.secret}
    configure()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    listen = ["--bind", f"127.0.0.1:{given.port}", "--threads", "8", "--no-control-socket", "--access-logfile", "-"]
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # one log for all
    os.chdir(Path(__file__).parent)
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *listen, "server:application"])


if __name__ == "__main__":
    main()
else:
    configure()
    from django.core.wsgi import get_wsgi_application
    from django.urls import include, path

    urlpatterns = [path("accounts/", include("allauth.urls")), path("_allauth/", include("allauth.headless.urls"))]
    application = get_wsgi_application()
