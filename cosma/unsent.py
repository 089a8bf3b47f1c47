"""What staff send too late, after their login has ended or begun anew in another tab: it is kept for another try."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache


def can_be_kept(request) -> bool:
    """Only from a page of ours: whoever was led here by another site is offered no button. Never a password."""
    return (
        request.method == "POST"
        and request.path.startswith(reverse("admin:index"))
        and request.headers.get("Sec-Fetch-Site") == "same-origin"
        and not any("password" in name for name in request.POST)
        and not request.FILES
    )


@never_cache
def kept(request):
    sent = [(name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"]
    return render(request, "admin/kept.html", {"title": "Nothing is saved yet", "sent": sent}, status=403)
