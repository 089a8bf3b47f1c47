"""What belongs to the site and not to a treatment: robots, health, errors."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
def robots(request):
    lines = ["User-agent: *", "Disallow:" if not settings.STAGING else "Disallow: /"]
    if not settings.STAGING:
        lines += ["", f"Sitemap: {settings.SITE_URL}/sitemap.xml"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


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
    except DatabaseError:
        return "the database does not answer"
    return "migrations are missing: run manage.py migrate" if behind else None


def storage_fault() -> str | None:
    probe = settings.VAR_DIR / ".ready"
    try:
        probe.touch()
    except OSError:
        return "the folder VAR_DIR cannot be written"
    return None


def error_page(request, status: int, heading: str, text: str):
    context = {"heading": heading, "text": text, "status": status, "organisation_name": ""}
    return render(request, "error.html", context, status=status)


def bad_request(request, exception=None):
    return error_page(
        request,
        400,
        "That request cannot be read",
        "Something in the address or the form is not as it should be.",
    )


def forbidden(request, exception=None):
    return error_page(request, 403, "This page is not open to you", "Ask a manager if you think it should be.")


def csrf_failure(request, reason=""):
    return error_page(
        request, 403, "The form was open for too long", "Go back, load the page again and send it once more."
    )


def not_found(request, exception=None):
    return error_page(request, 404, "Page not found", "The address may be mistyped, or the page has moved.")


def server_error(request):
    return error_page(
        request,
        500,
        "Something went wrong",
        "The fault is ours, not yours. Please try again in a few minutes.",
    )
