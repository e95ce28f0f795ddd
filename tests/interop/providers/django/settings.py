"""A Django site with django-oauth-toolkit. The environment has what differs between runs."""

import os
from pathlib import Path

FOLDER = Path(os.environ["INTEROP_FOLDER"])
KEYS = [key.read_text() for key in sorted(FOLDER.glob("key-*.pem"), reverse=True)]

SECRET_KEY = "of one run on this machine"
DEBUG = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "static/"
LOGIN_URL = "/admin/login/"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "db.sqlite3"}}
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "oauth2_provider",
]
# The middleware and the templates of `django-admin startproject`.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
OAUTH2_PROVIDER = {
    "OIDC_ENABLED": True,
    "OIDC_RSA_PRIVATE_KEY": KEYS[0],
    "OIDC_RSA_PRIVATE_KEYS_INACTIVE": KEYS[1:],
    "OIDC_ISS_ENDPOINT": os.environ["INTEROP_ISSUER"],
    "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
    "SCOPES": {"openid": "OpenID Connect", "profile": "profile", "email": "email", "introspection": "introspection"},
    # Pages of this machine are on http.
    "ALLOWED_SCHEMES": ["https", "http"],
    "ROTATE_REFRESH_TOKEN": os.environ["INTEROP_ROTATES"] == "1",
}
