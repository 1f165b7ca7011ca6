"""A site in Django, in one file; manage.py of any other will do."""
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.urls import path

settings.configure(
    DEBUG=True,
    ALLOWED_HOSTS=["localhost", "127.0.0.1"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="only for development",
)

PAGE = """<!doctype html>
<script src="http://localhost:5678/reload.js"></script>
<h1>First</h1>
"""

urlpatterns = [path("", lambda request: HttpResponse(PAGE))]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
