"""What goes with a page going live or off the site at a time: mail, link picture, stored pages.

Going live never waits for any of it (`Revision.objects.live` decides), so it may come late, twice or not at all.
"""

import logging

from django.db import transaction

from outbox.models import Mail
from treatments import indexnow, link_pictures
from treatments.models import FollowUp, Organisation, Publication, Revision
from treatments.models.stamps import move_page
from treatments.reminding import PLAN_MAIL

logger = logging.getLogger(__name__)


def due(*, at) -> list[tuple[Publication, str]]:
    """Oldest first, so that the stored page of the last one is made last."""
    events = FollowUp.Event
    begun = Publication.objects.begun(at=at).exclude(follow_ups__event=events.BEGUN)
    ended = Publication.objects.not_cancelled().filter(live_until__lte=at).exclude(follow_ups__event=events.ENDED)
    found = [(row.live_from, row.pk, row, events.BEGUN) for row in begun.select_related("revision")]
    found += [(row.live_until, row.pk, row, events.ENDED) for row in ended.select_related("revision")]
    return [(row, event) for _, _, row, event in sorted(found, key=lambda one: one[:2])]


def follow_up(publication: Publication, event: str, *, at) -> bool:
    """False if another process was quicker."""
    with transaction.atomic():
        row, new = FollowUp.objects.get_or_create(publication=publication, event=event, defaults={"at": at})
        if not new:
            return False
        move_page(publication.revision)
        if is_news(publication, event):
            Mail.objects.put(PLAN_MAIL, row.pk)
        if event == FollowUp.Event.BEGUN or not is_replaced(publication):
            indexnow.announce(row)
    draw_link_picture(publication, at=at)
    return True


def is_news(publication: Publication, event: str) -> bool:
    """What somebody did just now is none to them; nor is the end of a page that another revision follows."""
    if event == FollowUp.Event.BEGUN:
        return bool(publication.made_at and publication.made_at < publication.live_from)
    return not is_replaced(publication)


def is_replaced(publication: Publication) -> bool:
    """Another revision of the page went live in the moment in which it ended."""
    others = Publication.objects.of(publication.revision.subject).not_cancelled()
    return others.filter(live_from=publication.live_until).exists()


def draw_link_picture(publication: Publication, *, at) -> None:
    """So that the first person who shares the page need not wait; without it, it is drawn when it is asked for."""
    live = Revision.objects.live(at=at).filter(pk=publication.revision_id, treatment__isnull=False).first()
    if live is None:
        return
    organisation = Organisation.objects.values_list("name", flat=True).first() or "The clinic"
    picture = link_pictures.of(live.page, organisation)
    try:
        link_pictures.ready(link_pictures.file_name(live.slug, picture), picture)
    except OSError:
        logger.warning("The link picture of %s could not be kept", live.slug)
