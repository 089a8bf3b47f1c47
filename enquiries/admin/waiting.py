"""Who waits for an answer, on the first page of the staff."""

from django.contrib import admin

from enquiries.models import Enquiry, State
from enquiries.reception import Standing, reception


def panel(request) -> tuple[str, dict] | None:
    if not request.user.has_perm("enquiries.view_enquiry"):
        return None
    desk, waiting = reception(), Enquiry.objects.waiting()
    return "admin/enquiries/_waiting.html", {
        "new": waiting.filter(state=State.NEW).count(),
        "mine": waiting.filter(assigned_to=request.user).count(),
        "missing": desk.missing,
        "closed": desk.standing is Standing.CLOSED,
        "may_open": request.user.has_perm("treatments.change_organisation"),
    }


admin.site.panels.append(panel)  # type: ignore[attr-defined]
