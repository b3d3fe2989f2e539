"""
django-oauth-toolkit as its documentation sets it up, unmodified, behind gunicorn and on SQLite.

    python server.py --port 8000 --data FOLDER --accounts CSV --client ID:SECRET --secret SECRET [--tls CERT KEY]

Settings are those of `django-admin startproject` for production. Beside the package's defaults it chooses what its
documentation offers: OpenID Connect, for the endpoint that says who is signed in; refresh tokens that expire, that stay
good for some seconds after they were exchanged, and whose reuse later than that ends the session; one prefix for each
tenant in front of the package's paths. Nobody can register: the accounts are those of the CSV file.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from pathlib import Path

from django.contrib.auth.hashers import PBKDF2PasswordHasher

FOLDER, SECRET, KEY = "OAUTH_DATA", "OAUTH_SECRET", "OAUTH_KEY"
VALIDATORS = "UserAttributeSimilarity MinimumLength CommonPassword NumericPassword".split()


class QuickHasher(PBKDF2PasswordHasher):
    """Django's own, with fewer rounds than in production: a run checks some hundred passwords."""

    iterations = 1_000


def configure() -> None:
    """Set Django up, by what the environment says."""
    import django
    from django.conf import settings

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
            "oauth2_provider",
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
        PASSWORD_HASHERS=[f"{__name__}.QuickHasher"],
        AUTH_PASSWORD_VALIDATORS=[
            {"NAME": f"django.contrib.auth.password_validation.{name}Validator"} for name in VALIDATORS
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_ISS_ENDPOINT": "https://id.example.com/o",  # one for all tenants, whose paths differ
            "OIDC_RSA_PRIVATE_KEY": os.environ[KEY],
            "SCOPES": {"openid": "Who you are", "read": "Reading scope", "write": "Writing scope"},
            "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
            "REFRESH_TOKEN_EXPIRE_SECONDS": 86400,
            "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 2,
            "REFRESH_TOKEN_REUSE_PROTECTION": True,
        },
    )
    django.setup()


def fill(accounts: Path, client_id: str, client_secret: str) -> None:
    """Make the tables, the users of the file *accounts*, and the client that may ask for their tokens."""
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from oauth2_provider.models import Application

    call_command("migrate", verbosity=0)
    with accounts.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    User.objects.bulk_create(
        User(username=row["username"], email=row["email"], password=make_password(row["password"])) for row in rows
    )
    Application.objects.create(
        client_id=client_id,
        client_secret=client_secret,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_PASSWORD,
        algorithm=Application.RS256_ALGORITHM,
        name="The client of the tests",
    )


def main() -> None:
    """Make what is to be there, and become the server."""
    parser = argparse.ArgumentParser(description="django-oauth-toolkit, stock")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--accounts", type=Path, required=True, help="CSV: username, email, password")
    parser.add_argument("--client", required=True, help="ID:SECRET of the client")
    parser.add_argument("--secret", required=True, help="Django's SECRET_KEY")
    parser.add_argument("--tls", type=Path, nargs=2, default=(), help="certificate and key, to listen for https")
    given = parser.parse_args()
    from jwcrypto.jwk import JWK

    key = JWK.generate(kty="RSA", size=2048).export_to_pem(private_key=True, password=None).decode()
    os.environ |= {FOLDER: str(given.data), SECRET: given.secret, KEY: key}
    configure()
    fill(given.accounts, *given.client.split(":", 1))
    listen = ["--bind", f"127.0.0.1:{given.port}", "--threads", "8", "--no-control-socket", "--access-logfile", "-"]
    for option, file in zip(("--certfile", "--keyfile"), given.tls, strict=False):
        listen += [option, str(file)]
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # one log for all
    os.chdir(Path(__file__).parent)
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *listen, "server:application"])


if __name__ == "__main__":
    main()
else:
    configure()
    from django.core.wsgi import get_wsgi_application
    from django.urls import include, path

    urlpatterns = [path("<slug:tenant>/o/", include("oauth2_provider.urls"))]
    application = get_wsgi_application()
