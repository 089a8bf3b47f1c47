"""A doctor's page behind a link: read, compare, remark, sign or return. No account, no cookie."""

import re
from html import unescape

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import strip_tags
from django.views.decorators.http import require_http_methods

from treatments import difference, views
from treatments.models import Revision, SignOff
from treatments.models.review_links import ReviewLink, WrongCode
from treatments.origins import comes_from_elsewhere

LONGEST_REMARK = 5000
BLOCK_ENDS = re.compile(r"</(p|h\d|li|tr|th|td|dd|dt|text|title|desc)>")
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
ASK_FIRST = "Press “Send me a code” first, then type the code here."
ASK_AGAIN = "Type the code from our second message."
TEMPLATES = {"treatment": "treatments/treatment.html", "concern": "concerns/concern.html"}


def private(view):
    """Not stored, not indexed, and its address is told to no other page: it holds the token."""

    def wrapped(request, token):
        link = ReviewLink.objects.by_token(token)
        if link is None:
            raise Http404
        if request.method == "POST" and comes_from_elsewhere(request):
            raise PermissionDenied
        response = view(request, link)
        for name, value in PRIVATE.items():
            response[name] = value
        return response

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
@private
def review(request, link: ReviewLink):
    """Only a POST changes anything: mail scanners follow links."""
    if not link.is_open(at=timezone.now()) or link.has_moved_on():
        return closed(request, link)
    if request.method != "POST":
        if request.method == "GET":
            link.note_opening()
        return reading(request, link)
    action = ACTIONS.get(request.POST.get("action", ""))
    return action(request, link) if action else reading(request, link)


def reading(request, link: ReviewLink, *, error: str = "", notice: str = "", status: int = 200):
    """The page as patients will see it, with what changed and a place for remarks. What was typed stays."""
    context = page_context(link.revision)
    typed = {name: value[:LONGEST_REMARK] for name, value in request.POST.items()}
    context |= {
        "link": link,
        "review_link": link,
        "margin": "review/_remark.html",
        "form_url": link.get_absolute_url(),
        "by_mail": True,
        "read_now": patients_read(link.revision),
        "typed": typed,
        "error": error,
        "notice": notice,
        "differences": differences_for(link.revision),
        "noindex": True,
        "canonical_url": "",
    }
    return render(request, TEMPLATES[link.revision.kind], context, status=status)


def page_context(revision: Revision) -> dict:
    context = views.treatment_context if revision.kind == "treatment" else views.concern_context
    return context(revision.page)


def patients_read(revision: Revision) -> bool:
    """These very medical words, whichever revision brought them."""
    live = Revision.objects.of(revision.subject).live(at=timezone.now())
    return live.filter(fingerprint=revision.fingerprint).exists()


def differences_for(revision: Revision) -> list | None:
    """Against the words that were signed last; nothing to compare with where none ever were."""
    signed = Revision.objects.of(revision.subject).filter(number__lt=revision.number, sign_offs__isnull=False)
    last = signed.order_by("-number").first()
    return difference.differences(last.page, revision.page) if last else None


def send_code(request, link: ReviewLink):
    try:
        link.send_code()
    except WrongCode as error:
        return reading(request, link, error=error.messages[0], status=422)
    return reading(request, link, notice="We sent you a code in a second message. It works for 30 minutes.")


def sign(request, link: ReviewLink):
    if not request.POST.get("read"):
        return reading(request, link, error="Tick the box to say that you have read the page.", status=422)
    if not request.POST.get("code", "").strip():
        return reading(request, link, error=ASK_AGAIN if link.codes_sent else ASK_FIRST, status=422)
    try:
        link.sign(
            typed_code=request.POST.get("code", "")[:20],
            rendered_text=rendered_text(link.revision),
            remarks=request.POST.get("remarks", "")[:LONGEST_REMARK].strip(),
        )
    except WrongCode as error:
        return reading(request, link, error=error.messages[0], status=422)
    except ValidationError as error:
        return reading(request, link, error=error.messages[0], status=409)
    return HttpResponseRedirect(link.get_absolute_url())


def give_back(request, link: ReviewLink):
    remarks = typed_remarks(request.POST)
    if not remarks:
        return reading(request, link, error="Write at least one remark: the editor needs to know why.", status=422)
    try:
        link.give_back(remarks)
    except ValidationError as error:
        return reading(request, link, error=error.messages[0], status=409)
    return HttpResponseRedirect(link.get_absolute_url())


ACTIONS = {"code": send_code, "sign": sign, "return": give_back}


def typed_remarks(post) -> list[tuple[str, str]]:
    """By place: `remark-<anchor>` fields, and `remarks` for the page as a whole."""
    found = [
        (name.removeprefix("remark-")[:60], text.strip()[:LONGEST_REMARK])
        for name, text in post.items()
        if name.startswith("remark-")
    ]
    overall = post.get("remarks", "").strip()[:LONGEST_REMARK]
    return [(place, text) for place, text in [*found, ("", overall)] if text]


def closed(request, link: ReviewLink):
    """Why the link leads nowhere now, and where to go instead; after signing, the receipt."""
    if request.method == "POST" and request.POST.get("action") == "withdraw" and may_withdraw(link):
        assert link.sign_off is not None
        link.sign_off.withdraw(note=request.POST.get("remarks", "")[:LONGEST_REMARK].strip())
        return HttpResponseRedirect(link.get_absolute_url())
    context = views.head("", title="A page to sign", description="", indexable=False)
    pages, standing = signed_pages(link), may_withdraw(link)
    context |= {"link": link, "reason": reason(link), "pages": pages, "may_withdraw": standing}
    context |= {"to_come": standing and link.revision.fingerprint not in {page.fingerprint for page in pages}}
    context |= {"canonical_url": "", "newer": newer_link(link)}
    return render(request, "review/closed.html", context, status=200 if link.sign_off else 410)


def reason(link: ReviewLink) -> str:
    if link.sign_off:
        if link.sign_off.voided_by_release:
            return "voided"
        return "withdrawn" if hasattr(link.sign_off, "withdrawal") else "signed"
    if link.used_at:
        return "returned"
    if newer_link(link):
        return "newer"
    if link.revoked_at:
        return "revoked"
    return "moved" if link.is_open(at=timezone.now()) else "expired"


def may_withdraw(link: ReviewLink) -> bool:
    return reason(link) == "signed"


def newer_link(link: ReviewLink) -> ReviewLink | None:
    """Another open link of the same doctor for the same page; not for whoever got this one at an address of before."""
    if link.practitioner.identity_changes.filter(at__gt=link.created_at).exists():
        return None
    others = ReviewLink.objects.open(at=timezone.now()).filter(practitioner=link.practitioner, pk__gt=link.pk)
    return others.filter(revision__in=Revision.objects.of(link.revision.subject)).first()


def signed_pages(link: ReviewLink) -> list[Revision]:
    """The live pages that bear this doctor's name now. Shown only to someone who has signed with this link."""
    if link.sign_off is None:
        return []
    now = timezone.now()
    signed = SignOff.objects.valid(at=now).filter(practitioner=link.practitioner)
    live = Revision.objects.live(at=now).select_related("treatment", "concern").defer("snapshot")
    return list(live.filter(fingerprint__in=signed.values("fingerprint")))


def rendered_text(revision: Revision) -> str:
    """The page's words as they were shown, block by block, to be kept with the signature."""
    return words_of(TEMPLATES[revision.kind], page_context(revision))


def words_of(template: str, context: dict) -> str:
    html = render_to_string(template, context)
    main = html[html.index("<main") : html.index("</main>")]
    lines = (unescape(strip_tags(line)).strip() for line in BLOCK_ENDS.sub("\n", main).split("\n"))
    return "\n".join(line for line in lines if line)
