"""Telling search engines that take part in IndexNow that a page is new, changed in earnest, or gone.

Off until INDEXNOW_KEY is set. The key stands at /indexnow.txt, which is how they know that it is us.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from outbox.kinds import Ping, kind
from outbox.models import Mail
from treatments.models import FollowUp, Publication

ENDPOINT = "https://api.indexnow.org/indexnow"
PING = "indexnow"


def announce(follow_up: FollowUp) -> None:
    """Puts it in the outbox; what is no news to a reader is none to a search engine."""
    publication = follow_up.publication
    ended = follow_up.event == FollowUp.Event.ENDED
    if settings.INDEXNOW_KEY and not settings.STAGING and (ended or publication.significant or is_first(publication)):
        Mail.objects.put(PING, follow_up.pk)


def is_first(publication: Publication) -> bool:
    return not Publication.objects.of(publication.revision.subject).filter(live_from__lt=publication.live_from).exists()


@kind(PING, web=True)
def ping(key: str) -> Ping | None:
    follow_up = FollowUp.objects.select_related("publication__revision").filter(pk=key).first()
    if follow_up is None or not settings.INDEXNOW_KEY or timezone.now() < follow_up.publication.live_from:
        return None
    url = settings.SITE_URL + follow_up.publication.revision.subject.get_absolute_url()
    data = {
        "host": urlsplit(settings.SITE_URL).netloc,
        "key": settings.INDEXNOW_KEY,
        "keyLocation": f"{settings.SITE_URL}/indexnow.txt",
        "urlList": [url],
    }
    return Ping(ENDPOINT, data)


@require_safe
def key_file(request):
    if not settings.INDEXNOW_KEY:
        raise Http404
    return HttpResponse(f"{settings.INDEXNOW_KEY}\n", content_type="text/plain; charset=utf-8")
