"""What belongs to the site and not to a treatment: robots, health, errors."""

import sys
from functools import cache

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from cosma import unsent
from cosma.pagestore import public_page

DATABASE_IS_DOWN = (OperationalError, InterfaceError)
TRAINERS = (
    "Amazonbot",
    "Applebot-Extended",
    "Bytespider",
    "CCBot",
    "ClaudeBot",
    "Google-Extended",
    "GPTBot",
    "Meta-ExternalAgent",
)
ANSWERERS = (
    "ChatGPT-User",
    "Claude-SearchBot",
    "Claude-User",
    "DuckAssistBot",
    "OAI-SearchBot",
    "PerplexityBot",
    "Perplexity-User",
)
BARRED = {"all": (), "answers": TRAINERS, "none": TRAINERS + ANSWERERS}
"""Crawlers of assistants by the setting ASSISTANTS, under the names that their makers publish."""


@require_safe
@cache_control(public=True, max_age=86400)
def icon(request, name):
    """Where browsers and readers of feeds look that read no page first."""
    return redirect(static(f"img/{name}.png"))


@public_page
def robots(request):
    """Bars no address: a page that must not be listed says so itself, and has to be read for that."""
    barred = BARRED[settings.ASSISTANTS]
    lines = [f"User-agent: {name}" for name in barred]
    lines += ["Disallow: /", ""] if barred else []
    lines += ["User-agent: *", "Disallow:"]
    if not settings.STAGING:
        lines += ["", f"Sitemap: {settings.SITE_URL}/sitemap.xml"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def healthz(request):
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request):
    """Database, migrations and storage are usable."""
    faults = [fault for fault in (database_fault(), storage_fault()) if fault]
    return HttpResponse(
        "".join(f"{fault}\n" for fault in faults) or "ready\n",
        status=503 if faults else 200,
        content_type="text/plain",
    )


def database_fault() -> str | None:
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return "the database does not answer"
    return "migrations are missing: run manage.py migrate" if behind else None


def storage_fault() -> str | None:
    probe = settings.VAR_DIR / ".ready"
    try:
        probe.touch()
    except OSError:
        return "the folder VAR_DIR cannot be written"
    return None


def error_page(status: int, heading: str, text: str):
    draw = drawn_error.__wrapped__ if settings.DEBUG else drawn_error
    return HttpResponse(draw(status, heading, text), status=status)


@cache
def drawn_error(status: int, heading: str, text: str) -> str:
    """It says the same to everybody, so it is drawn once."""
    return render_to_string("error.html", error_context(status, heading, text))


def error_context(status: int, heading: str, text: str) -> dict:
    return {"heading": heading, "text": text, "status": status, "organisation_name": ""}


def bad_request(request, exception=None):
    return error_page(
        400,
        "That request cannot be read",
        "Something in the address or the form is not as it should be.",
    )


def forbidden(request, exception=None):
    return error_page(403, "This page is not open to you", "Ask a manager if you think it should be.")


def csrf_failure(request, reason=""):
    if unsent.can_be_kept(request):
        return unsent.kept(request)
    return error_page(403, "The form was open for too long", "Go back, load the page again and send it once more.")


def not_found(request, exception=None):
    """With the words of the address to search for."""
    context = error_context(404, "Page not found", "The address may be mistyped, or the page has moved.")
    return render(request, "error.html", context, status=404)


def unavailable(request):
    """The database does not answer. Published pages are still served; this is for the rest."""
    response = error_page(
        503,
        "This part of the site is being repaired",
        "Please try again in a few minutes. Pages about treatments can still be read.",
    )
    response["Retry-After"] = "60"
    response["Cache-Control"] = "no-store"
    return response


def server_error(request):
    """Also asked for what middleware ran into, the database among it: other middleware is not told of that."""
    if isinstance(sys.exc_info()[1], DATABASE_IS_DOWN):
        return unavailable(request)
    return error_page(
        500,
        "Something went wrong",
        "The fault is ours, not yours. Please try again in a few minutes.",
    )
