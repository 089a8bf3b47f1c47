"""A live revision that this release cannot read, after a step back to it or after damage, does not lock staff out."""

import pytest
from django.core.cache import cache
from django.core.management import call_command

from tests.factories import make_concern, make_doctor, make_site_page, make_treatment, publish
from tests.shelf import shelved
from tests.staff.people import Form
from treatments import site_report
from treatments.models import Revision, Treatment, compose
from treatments.models.guards import lifted
from treatments.models.standing import KEPT

NEWER = '{"schema": 999, "name": "Needling", "words_of_tomorrow": []}'


@shelved
def pages():
    needling = make_treatment()
    publish(needling, signed_by=make_doctor())
    other = make_treatment("peeling")
    other.alternatives.create(other=needling)
    found = [needling, other, make_concern(), make_site_page()]
    for page in found[1:]:
        publish(page)
    return found


@pytest.fixture(autouse=True)
def unreadable(pages):
    for page in (pages[0], *pages[2:]):
        with lifted("a newer release froze it"):
            Revision.objects.of(page).update(snapshot=NEWER)
    for kept in (KEPT, site_report.KEPT, cache):
        kept.clear()


def test_every_list_and_form_still_opens(pages, manager):
    kinds = [page._meta.model_name for page in pages]
    paths = ["/admin/", "/admin/treatments/linkcheck/", *(f"/admin/treatments/{kind}/" for kind in set(kinds))]
    for kind, page in zip(kinds, pages, strict=True):
        paths += [f"/admin/treatments/{kind}/{page.pk}/{name}/" for name in ("change", "preview", "publish")]

    assert {path: manager.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_what_stands_beside_it_can_still_be_published(pages, manager):
    needling, peeling, *_ = pages
    needling.alternatives.create(other=peeling)
    Treatment.objects.filter(pk=peeling.pk).update(name="Another peeling")

    assert manager.get(f"/admin/treatments/treatment/{peeling.pk}/publish/").status_code == 200


def test_it_is_named_and_publishing_the_draft_again_mends_it(pages, manager, client, capsys):
    needling = pages[0]
    with pytest.raises(SystemExit):
        call_command("check_content")
    assert capsys.readouterr().out.count("cannot read what was published") == 3
    assert "cannot read what was published" in manager.get("/admin/treatments/linkcheck/").content.decode()

    address = f"/admin/treatments/treatment/{needling.pk}/publish/"
    form = Form(manager.get(address))
    assert manager.post(address, form.values).status_code == 302

    assert client.get("/treatments/needling/").status_code == 200
    assert [column.slug for column in compose(Treatment.objects.get(slug="peeling")).beside] == ["needling"]


def test_a_doctor_still_has_to_sign_what_goes_over_it(pages, manager, settings):
    settings.PUBLISH_UNREVIEWED = False
    needling = pages[0]
    Treatment.objects.filter(pk=needling.pk).update(heading="Other medical words")
    address = f"/admin/treatments/treatment/{needling.pk}/publish/"

    page = manager.post(address, Form(manager.get(address)).values)

    assert page.status_code == 200
    assert Revision.objects.of(needling).count() == 1
