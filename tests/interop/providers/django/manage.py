"""Prepares the site, or does what an administrator does: `manage.py setup JSON`, `end USER`, `enable USER 0|1`."""

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

import django  # noqa: E402

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.core.management import call_command  # noqa: E402
from oauth2_provider.models import get_application_model, get_refresh_token_model  # noqa: E402


def setup(text):
    """Makes the tables, people, who may use the page of the sign-in, and applications."""
    what = json.loads(text)
    call_command("migrate", verbosity=0)
    for name in what["people"]:
        get_user_model().objects.create_user(
            name, f"{name}@example.com", f"{name}-password", is_staff=True, is_superuser=True
        )
    for application in what["applications"]:
        get_application_model().objects.create(**application)
    print({user.username: user.pk for user in get_user_model().objects.all()})


def end(name):
    """Revokes the tokens of a person, as the action of the admin page does, and ends every session."""
    for token in get_refresh_token_model().objects.filter(user__username=name):
        token.revoke()
    Session.objects.all().delete()


def enable(name, is_enabled):
    """Clears or sets *Active* of a person."""
    get_user_model().objects.filter(username=name).update(is_active=is_enabled == "1")


if __name__ == "__main__":
    {"setup": setup, "end": end, "enable": enable}[sys.argv[1]](*sys.argv[2:])
