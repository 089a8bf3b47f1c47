"""The form, its answer, and the way back. None of these is stored anywhere, sets a cookie or opens a session."""

import logging
from functools import wraps

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from enquiries import forgetting, limits, receiving, slips
from enquiries.consent import notice
from enquiries.forms import EnquiryForm, WithdrawalForm
from enquiries.models import Deed, Enquiry
from enquiries.reception import Reception, Standing, reception
from treatments.directory import readable
from treatments.origins import comes_from_elsewhere

LARGEST_BODY = 200_000
RETRY_AFTER = {429: "3600", 503: "120"}
logger = logging.getLogger(__name__)


def small_form(view):
    """A plain refusal of what no browser sends for these forms, before anything reads it."""

    @wraps(view)
    def checked(request, *args, **kwargs):
        if request.method != "POST":
            return view(request, *args, **kwargs)
        if request.content_type != "application/x-www-form-urlencoded":
            return HttpResponse("415 Send the form as a web page does.\n", status=415, content_type="text/plain")
        if len(request.body) > LARGEST_BODY:
            return HttpResponse("413 That is too much text.\n", status=413, content_type="text/plain")
        return view(request, *args, **kwargs)

    return checked


def form_page(view):
    """Never stored, kept out of error reports, and safe from odd bodies."""
    methods = require_http_methods(["GET", "HEAD", "POST"])
    return never_cache(methods(small_form(sensitive_post_parameters()(view))))


@form_page
def enquire(request):
    desk = reception(about=asked_about(request))
    if desk.standing is Standing.CLOSED and desk.answers:
        return show(request, desk, "enquiries/closed.html", status=200 if request.method != "POST" else 403)
    if request.method == "POST":
        return take(request, desk)
    if not desk.answers:
        return show(request, desk, "enquiries/down.html", status=503)
    words = notice(desk)
    chosen = request.GET.get("treatment", "")
    first = {"slip": slips.issue(words.version), "treatment": chosen if chosen in dict(desk.treatments) else ""}
    return ask(request, EnquiryForm(initial=first, desk=desk, notice=words))


def asked_about(request) -> str:
    given = request.POST if request.method == "POST" else request.GET
    return given.get("treatment", "")[:80]


@sensitive_variables()
def take(request, desk: Reception):
    form = EnquiryForm(request.POST, desk=desk, notice=notice(desk))
    if comes_from_elsewhere(request):
        form.add_error(None, ELSEWHERE)
        return ask(request, form, status=403)
    if not desk.answers:
        return ask(request, form, status=503)
    if not form.is_valid():
        return ask(request, form, status=422)
    try:
        enquiry = receiving.receive(arrival(request, form), desk, form.notice)
    except limits.TooMany:
        form.add_error(None, TOO_MANY)
        return ask(request, form, status=429)
    except DatabaseError as error:
        # Its own words can repeat the row: the log gets its name only.
        logger.error("An enquiry could not be saved: %s", type(error).__name__)
        return ask(request, form, status=503)
    return see_other(f"{reverse('enquire-thanks')}?r={slips.receipt(enquiry.key)}")


ELSEWHERE = "Your browser says that this came from another site. Please check it and send it again from here."
TOO_MANY = "Too many enquiries came from your network. Please try again in an hour."


def arrival(request, form: EnquiryForm) -> receiving.Arrival:
    """Of a form that is valid, and so has a slip of ours."""
    slip, suspicion = form.read_slip, ""
    assert slip is not None
    if form.is_from_robot:
        suspicion = "A field that people cannot see was filled in."
    elif slip.too_quick:
        suspicion = f"The form came back within {slips.TOO_QUICK} seconds."
    return receiving.Arrival(slip.key, form.words(), limits.address(request), suspicion)


def ask(request, form, *, status: int = 200):
    """The form, with all that was typed."""
    return show(
        request,
        form.desk,
        "enquiries/enquire.html",
        status=status,
        form=form,
        notice=form.notice,
        down=status == 503,
        faults=form.faults if form.is_bound else [],
    )


def show(request, desk: Reception, template: str, *, status: int = 200, **context):
    """Not through treatments.views.head, which asks the database."""
    frame = {
        "organisation_name": desk.name or "The clinic",
        "noindex": True,
        "desk": desk,
        "house": desk.house,
        "telephone": readable(desk.contact_phone) if desk.contact_phone else "",
    }
    response = render(request, template, {**frame, **context}, status=status)
    if status in RETRY_AFTER:
        response.headers["Retry-After"] = RETRY_AFTER[status]
    return response


def see_other(address: str) -> HttpResponse:
    """So that reloading the answer does not send the form again."""
    return HttpResponse(status=303, headers={"Location": address})


@require_safe
@never_cache
def thanks(request):
    """The receipt in the address proves that the enquiry is kept, even while the database cannot show its number."""
    key = slips.read_receipt(request.GET.get("r", ""))
    reference, desk = "", reception()
    if key and desk.answers:
        reference = Enquiry.objects.filter(key=key).values_list("reference", flat=True).first() or ""
    response = show(
        request, desk, "enquiries/thanks.html", received=bool(key), reference=reference, mail=settings.MAIL_IS_SENT
    )
    # The next page need not know this address.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@form_page
def withdraw(request):
    desk = reception()
    if request.method == "POST":
        return take_back(request, desk)
    if not desk.answers:
        return show(request, desk, "enquiries/down.html", status=503)
    return ask_withdrawal(request, desk, WithdrawalForm(initial={"slip": slips.issue()}))


@sensitive_variables()
def take_back(request, desk: Reception):
    form = WithdrawalForm(request.POST)
    if comes_from_elsewhere(request):
        form.add_error(None, ELSEWHERE)
        return ask_withdrawal(request, desk, form, status=403)
    if not desk.answers:
        return ask_withdrawal(request, desk, form, status=503)
    if not form.is_valid():
        return ask_withdrawal(request, desk, form, status=422)
    try:
        return withdrawn_or_told_why(request, desk, form)
    except DatabaseError as error:
        logger.error("An enquiry could not be withdrawn: %s", type(error).__name__)
        return ask_withdrawal(request, desk, form, status=503)


def withdrawn_or_told_why(request, desk: Reception, form: WithdrawalForm):
    where = limits.digest("withdrawal", limits.address(request))
    if limits.count(where, limits.HOUR) >= limits.WITHDRAWALS:
        form.add_error(None, "Too many tries from your network. Please try again in an hour.")
        return ask_withdrawal(request, desk, form, status=429)
    limits.record(where)
    reference, contact = form.cleaned_data["reference"], form.cleaned_data["contact"]
    done = limits.digest("withdrawn", f"{form.slip_key} {reference} {contact}")
    if forgetting.erase(named_by(reference, contact), by=None, what=Deed.WITHDRAWN):
        limits.record(done)
    elif not limits.count(done, limits.DAY):  # else the button was pressed twice
        form.add_error(None, NOT_FOUND)
        return ask_withdrawal(request, desk, form, status=422)
    return see_other(reverse("enquire-withdrawn"))


NOT_FOUND = (
    "We have no enquiry with this reference number and this contact. Please check both. It may be deleted already."
)


def named_by(reference: str, contact: str):
    """Only who knows both the number and the contact may delete it."""
    return forgetting.of_contact(contact).filter(reference=forgetting.as_reference(reference))


def ask_withdrawal(request, desk: Reception, form, *, status: int = 200):
    faults = form.faults if form.is_bound else []
    return show(request, desk, "enquiries/withdraw.html", status=status, form=form, faults=faults, down=status == 503)


@require_safe
@never_cache
def withdrawn(request):
    return show(request, reception(), "enquiries/withdrawn.html")
