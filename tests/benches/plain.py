"""A Django project with one page of 28 kB behind Django's own per-site cache: what one gets without a page store."""

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.template import engines
from django.urls import path

settings.configure(
    SECRET_KEY="for-a-bench-alone",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    CACHES={
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": os.environ["BENCH_FOLDER"],
        }
    },
    MIDDLEWARE=[
        "django.middleware.cache.UpdateCacheMiddleware",
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.gzip.GZipMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.cache.FetchFromCacheMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)
django.setup()

ROWS = [{"name": f"Row {number}", "text": "Plain words for a page. " * 3} for number in range(250)]
TEMPLATE = (
    "<!doctype html><title>A page</title><table>{% for row in rows %}"
    "<tr><td>{{ row.name }}<td>{{ row.text }}{% endfor %}</table>"
)


def page(request):
    return HttpResponse(engines["django"].from_string(TEMPLATE).render({"rows": ROWS}))


urlpatterns = [path("page/", page)]
application = get_wsgi_application()
