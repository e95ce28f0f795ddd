"""The addresses of the site: Django's own pages for the sign-in, and django-oauth-toolkit below /o/."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("admin/", admin.site.urls), path("o/", include("oauth2_provider.urls"))]
