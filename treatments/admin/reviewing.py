"""Sending a page to a doctor, the links that were sent, the remarks that came back; signing inside the admin."""

import datetime
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from cosma.accounts import prove_second_factor
from treatments import content, review_views, states
from treatments.admin import attention, publishing
from treatments.admin.own_pages import OwnPages
from treatments.admin.places import change_url, edit_links
from treatments.fingerprint import fingerprint
from treatments.labels import spoken
from treatments.models import Practitioner, Remark, ReviewLink, Revision, SignOff, SitePage, compose, freeze
from treatments.models.publishing import lock
from treatments.models.review_links import LINK_LASTS, refuse_unfit, send_for_review, standing_remarks
from treatments.models.signing import valid_signature

DAYS = [(3, "3 days"), (7, "1 week"), (14, "2 weeks"), (30, "30 days")]
WORDS = {
    "sent": "Sent, not opened",
    "opened": "Opened",
    "signed": "Signed",
    "returned": "Returned with remarks",
    "revoked": "Called off",
    "expired": "Not answered in time",
}
WHOLE = "The page as a whole"
ALREADY_BACK = "There is no signature of yours to take back here."
CANNOT_SIGN = "Your account belongs to no doctor's record. A manager can link it under Practitioners."


class SendForm(forms.Form):
    practitioner = forms.ModelChoiceField(
        Practitioner.objects.exclude(email="").exclude(registration_number=""), label="Doctor", empty_label="Choose"
    )
    days = forms.TypedChoiceField(choices=DAYS, coerce=int, initial=LINK_LASTS.days, label="The link works for")
    note = forms.CharField(
        required=False, max_length=200, label="Note for colleagues", help_text="Only staff read it. May stay empty."
    )


class Returned(NamedTuple):
    """A doctor's remark and where to answer it."""

    place: str
    remark: Remark
    url: str


class ReviewViews(OwnPages):
    """The doctor's part, for everything that a doctor signs."""

    def get_urls(self):
        return [*(self.own_path(name, getattr(self, name)) for name in ("review", "sign")), *super().get_urls()]

    def signable(self, request, object_id: str):
        subject = self.get_object(request, unquote(object_id))
        if subject is None or isinstance(subject, SitePage):
            raise Http404
        if not self.has_view_permission(request, subject) or not request.user.has_perm("treatments.view_revision"):
            raise PermissionDenied
        return subject

    def review(self, request, object_id):
        """What was sent to whom and what came of it; the form sends the draft as it stands."""
        subject = self.signable(request, object_id)
        form = SendForm(request.POST if "send" in request.POST else None, label_suffix="")
        if request.method == "POST":
            if "withdraw" in request.POST:
                return self.take_back(request, subject)
            if not request.user.has_perm(attention.SEND):
                raise PermissionDenied
            if self.act(request, subject, form):
                return redirect(self.own_url("review", subject.pk))
        return TemplateResponse(request, "admin/review.html", self.review_context(request, subject, form))

    def act(self, request, subject, form) -> bool:
        if "revoke" in request.POST:
            key = request.POST["revoke"]
            links = ReviewLink.objects.of(subject).filter(pk=key if key.isascii() and key.isdigit() else 0)
            done = links.revoke(at=timezone.now())
            told = "The link no longer works." if done else "That link was not open any more."
            self.message_user(request, told, messages.SUCCESS if done else messages.WARNING)
            return True
        return form.is_valid() and self.send(request, subject, form)

    def take_back(self, request, subject):
        """A doctor's own signature, and nobody else's."""
        if not request.user.has_perm(attention.SIGN):
            raise PermissionDenied
        key = request.POST["withdraw"]
        with transaction.atomic():
            own = own_signatures(subject, request.user).select_for_update(of=("self",))
            signature = own.filter(pk=key if key.isascii() and key.isdigit() else 0).first()
            if signature:
                signature.withdraw(note=request.POST.get("why", "")[: review_views.LONGEST_REMARK].strip())
                self.log_change(request, subject, "Took a signature back.")
        told = "You took your signature back. Your name is gone from the page." if signature else ALREADY_BACK
        self.message_user(request, told, messages.SUCCESS if signature else messages.WARNING)
        return redirect(self.own_url("review", subject.pk))

    def send(self, request, subject, form) -> bool:
        doctor = form.cleaned_data["practitioner"]
        try:
            link = self.frozen_and_sent(request, subject, form.cleaned_data)
        except publishing.Moved:
            sentence = "The draft was changed, or sent already, after you opened this page. Look again."
            self.message_user(request, sentence, messages.ERROR)
            return False
        except ValidationError as error:
            form.add_error("practitioner", error)
            return False
        sentence = f"Revision {link.revision.number} is on its way to {doctor}."
        if not settings.MAIL_IS_SENT:
            sentence += " This copy of the site sends no mail: the message waits in the outbox."
        self.message_user(request, sentence, messages.SUCCESS)
        self.log_change(request, subject, f"Sent revision {link.revision.number} to {doctor}.")
        return True

    @transaction.atomic
    def frozen_and_sent(self, request, subject, answers: dict) -> ReviewLink:
        """A draft that is the newest revision already is not frozen again."""
        lock(subject)
        page = compose(subject)
        if publishing.seen_and_sent(subject, page) != request.POST.get("seen"):
            raise publishing.Moved
        if publishing.complaints(subject, page):
            raise ValidationError("The draft is not complete: mend what is named above first.")
        latest = Revision.objects.of(subject).order_by("-number").first()
        if latest is None or latest.snapshot != content.encode(page):
            latest = freeze(subject, by=request.user, note=answers["note"])
        lasts = datetime.timedelta(days=answers["days"])
        return send_for_review(latest, answers["practitioner"], by=request.user, lasts=lasts)

    def review_context(self, request, subject, form) -> dict[str, Any]:
        page, now = compose(subject), timezone.now()
        links = ReviewLink.objects.of(subject).select_related(
            "practitioner", "revision", "created_by", "sign_off__withdrawal"
        )
        names = headings(subject)
        for link in (rows := list(links.prefetch_related("remarks"))):
            link.words, link.is_still_open = WORDS[link.state(at=now)], link.is_open(at=now)
            link.remarked = [(place_name(remark, names), remark) for remark in link.remarks.all()]
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Doctor's review of {subject}",
            "subject": subject,
            "back_url": change_url(subject),
            "marks": attention.marks(subject, request.user),
            "links": rows,
            "returned": returned(subject),
            "form": form,
            "doctors": form.fields["practitioner"].queryset.exists(),
            "seen": publishing.seen_and_sent(subject, page),
            "complaints": publishing.complaints(subject, page),
            "review": publishing.reviewed(fingerprint(page)),
            "may_send": request.user.has_perm(attention.SEND),
            "own_signatures": own_signatures(subject, request.user) if request.user.has_perm(attention.SIGN) else (),
            "sign_url": self.own_url("sign", subject.pk) if self.waits_for(request.user, subject) else "",
        }

    def waits_for(self, user, subject) -> bool:
        return attention.is_doctor(user) and to_sign(subject, user)[0] is not None

    def sign(self, request, object_id):
        """The doctor's page inside the admin: the same words, remarks and rules, and a code from the app."""
        subject = self.signable(request, object_id)
        if not request.user.has_perm(attention.SIGN):
            raise PermissionDenied
        link, problem = to_sign(subject, request.user)
        if link is None:
            self.message_user(request, problem, messages.WARNING)
            return redirect(self.own_url("review", subject.pk))
        error = ""
        if request.method == "POST":
            try:
                self.answer(request, link)
                return redirect(self.own_url("review", subject.pk))
            except ValidationError as refused:
                error = refused.messages[0]
        return self.doctors_page(request, link, error=error)

    def answer(self, request, link: ReviewLink) -> None:
        """Signs or returns, or raises ValidationError, in words."""
        if request.POST.get("revision") != str(link.revision_id):
            raise ValidationError("Another version of this page is to be signed now: read it first.")
        if request.POST.get("action") == "return":
            remarks = review_views.typed_remarks(request.POST)
            if not remarks:
                raise ValidationError("Write at least one remark: the editor needs to know why.")
            self.keep(link)
            link.give_back(remarks)
            self.message_user(request, "Your remarks are with the editors.", messages.SUCCESS)
            return
        if not request.POST.get("read"):
            raise ValidationError("Tick the box to say that you have read the page.")
        refuse_unfit(link.revision, link.practitioner, by_mail=False)
        prove_second_factor(request.user, request.POST.get("code", "")[:20])
        with transaction.atomic():
            self.keep(link)
            remarks = request.POST.get("remarks", "")[: review_views.LONGEST_REMARK].strip()
            link.seal(rendered_text=review_views.rendered_text(link.revision), remarks=remarks)
        self.log_change(request, link.revision.subject, f"Signed revision {link.revision.number}.")
        self.message_user(request, "You signed these words. Your name stands under them.", messages.SUCCESS)

    def keep(self, link: ReviewLink) -> None:
        """One that was made for this page alone is written down with its answer."""
        if link._state.adding:
            link.save()

    def doctors_page(self, request, link: ReviewLink, *, error: str):
        limit = review_views.LONGEST_REMARK
        context = review_views.page_context(link.revision) | {
            "review_link": link,
            "margin": "review/_remark.html",
            "form_url": request.path,
            "by_mail": False,
            "typed": {name: value[:limit] for name, value in request.POST.items()},
            "error": error,
            "differences": review_views.differences_for(link.revision),
            "noindex": True,
            "canonical_url": "",
        }
        template = review_views.TEMPLATES[link.revision.kind]
        response = render(request, template, context, status=422 if error else 200)
        add_never_cache_headers(response)
        return response


def to_sign(subject, user) -> tuple[ReviewLink | None, str]:
    """What this doctor is asked to sign: what was sent to them, or to a colleague, or what is live unsigned."""
    doctor = Practitioner.objects.filter(user=user).first()
    if doctor is None:
        return None, CANNOT_SIGN
    now = timezone.now()
    links = ReviewLink.objects.open(at=now).of(subject).select_related("practitioner", "revision")
    own = links.filter(practitioner=doctor).first()
    if own and not own.has_moved_on():
        return own, ""
    others = next((link.revision for link in links if not link.has_moved_on()), None)
    revision = others or publishing.live_revision(subject)
    if revision is None or (not others and not awaits_signature(revision, at=now)):
        return None, "Nothing waits for a signature here: an editor sends the page first."
    lasts = {"created_at": now, "expires_at": now + LINK_LASTS}
    return ReviewLink(revision=revision, practitioner=doctor, created_by=user, **lasts), ""


def awaits_signature(revision: Revision, *, at) -> bool:
    """A page that an earlier release froze is sent anew first: the doctor signs how this one words it."""
    return revision.page.schema == content.SCHEMA and not valid_signature(revision, at=at + states.soon())


def own_signatures(subject, user):
    """What this doctor has signed of the page and not taken back."""
    signed = SignOff.objects.standing().filter(practitioner__user=user)
    return signed.filter(revision__in=Revision.objects.of(subject)).select_related("revision")


def returned(subject) -> list[Returned]:
    """Remarks that wait for an answer, each with the way to the part it is about."""
    links, whole, names = edit_links(subject), change_url(subject), headings(subject)
    return [
        Returned(place_name(remark, names), remark, links.get(remark.place) or whole)
        for remark in standing_remarks(subject)
    ]


def headings(subject) -> dict[str, str]:
    """What patients read above each part, by its anchor."""
    parts = [*rows_of(subject, "sections", "heading"), *rows_of(subject, "questions", "question")]
    return {anchor: heading for anchor, heading in parts if heading}


def rows_of(subject, name: str, column: str):
    return getattr(subject, name).values_list("anchor", column) if hasattr(subject, name) else ()


def place_name(remark: Remark, names: dict[str, str]) -> str:
    return names.get(remark.place) or spoken(remark.place) or WHOLE


def by_place(subject) -> dict[str, list[Remark]]:
    found: dict[str, list[Remark]] = {}
    for remark in standing_remarks(subject):
        found.setdefault(remark.place, []).append(remark)
    return found
