"""A draft or an old revision in the public template: for staff alone, never stored, never indexed."""

from collections.abc import Callable

from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from treatments import content, views

DRAFT = "Preview of a draft: patients do not see this."
FACES: dict[type, tuple[str, Callable[..., dict]]] = {
    content.TreatmentPage: ("treatments/treatment.html", views.treatment_context),
    content.ConcernPage: ("concerns/concern.html", views.concern_context),
    content.SitePagePage: ("pages/page.html", views.site_page_context),
}


def as_patients_see(request, page: content.Page, *, review=None, as_of=None, **shown):
    """`shown` is what a preview adds: where to go back to, the edit links, what is wrong; `as_of`, another day."""
    template, context_of = FACES[type(page)]
    signed = {} if isinstance(page, content.SitePage) else {"review": review}
    context = (
        context_of(page, **(signed if as_of is None else as_of))
        | {"public_template": template, "preview": DRAFT}
        | shown
    )
    response = render(request, "admin/preview.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    add_never_cache_headers(response)
    return response
