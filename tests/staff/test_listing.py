"""Staff see how a page will look in search results and chats before they publish."""

import pytest

from tests.factories import make_concern, make_organisation, make_site_page, make_treatment, publish

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("make", [make_treatment, make_concern, make_site_page])
def test_a_page_shows_its_title_and_description_as_others_will(editor, make):
    page = make(search_title="A title of our own", search_description="")
    shown = editor.get(f"/admin/treatments/{type(page).__name__.lower()}/{page.pk}/change/").content.decode()

    assert shown.count('data-shows="title">A title of our own<') == 2
    assert 'data-title="A title of our own"' not in shown, "what stands there if the field is emptied"
    assert f"127.0.0.1:8000{page.get_absolute_url()}" in shown
    assert "img/share.png" in shown


def test_a_published_treatment_shows_the_picture_that_chats_show(editor, client):
    make_organisation()
    treatment = make_treatment()
    publish(treatment)
    shown = editor.get(f"/admin/treatments/treatment/{treatment.pk}/change/").content.decode()
    public = client.get("/treatments/needling/").content.decode()

    path = shown.partition('<img src="/media/link/')[2].partition('"')[0]
    assert f'property="og:image" content="http://127.0.0.1:8000/media/link/{path}"' in public
