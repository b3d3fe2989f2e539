"""
djoser with simplejwt on Django, as their documentation sets them up, unmodified, behind gunicorn and on SQLite.

    python server.py --port 8000 --data FOLDER --mail HOST:PORT --secret SECRET

Settings are those of `django-admin startproject` for production. Beside the packages' defaults it chooses what their
documentation offers: passwords typed twice, activation by mail, refresh tokens that are exchanged and then blacklisted.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import timedelta
from pathlib import Path

from django.contrib.auth.hashers import PBKDF2PasswordHasher

FOLDER, MAIL, SECRET = "DJOSER_DATA", "DJOSER_MAIL", "DJOSER_SECRET"
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
            "rest_framework",
            "rest_framework_simplejwt.token_blacklist",
            "djoser",
            "drf_spectacular",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
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
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
            "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
        },
        SIMPLE_JWT={
            "AUTH_HEADER_TYPES": ("JWT",),
            "ACCESS_TOKEN_LIFETIME": timedelta(minutes=5),
            "REFRESH_TOKEN_LIFETIME": timedelta(days=1),
            "ROTATE_REFRESH_TOKENS": True,
            "BLACKLIST_AFTER_ROTATION": True,
        },
        DJOSER={
            "USER_CREATE_PASSWORD_RETYPE": True,
            "SEND_ACTIVATION_EMAIL": True,
            "ACTIVATION_URL": "activate/{uid}/{token}",
            "PASSWORD_RESET_CONFIRM_URL": "reset/{uid}/{token}",
            "EMAIL_FRONTEND_PROTOCOL": "https",
            "EMAIL_FRONTEND_DOMAIN": "app.example.com",
            "EMAIL_FRONTEND_SITE_NAME": "Example",
        },
        SPECTACULAR_SETTINGS={"TITLE": "djoser", "VERSION": "2"},
    )
    django.setup()


def main() -> None:
    """Make the tables, and become the server."""
    parser = argparse.ArgumentParser(description="djoser, stock")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--mail", required=True, help="HOST:PORT of an SMTP server")
    parser.add_argument("--secret", required=True, help="signs every token")
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
    from drf_spectacular.views import SpectacularJSONAPIView

    urlpatterns = [
        path("auth/", include("djoser.urls")),
        path("auth/", include("djoser.urls.jwt")),
        path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    ]
    application = get_wsgi_application()
