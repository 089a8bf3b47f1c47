"""What a search result and a chat show of each page."""

import io
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from PIL import Image

from tests.factories import make_concern, make_organisation, make_treatment, publish
from tests.reader import Element, read
from tests.seo.test_structured_data import public_addresses
from treatments import link_pictures

pytestmark = pytest.mark.django_db


def metas(page: Element) -> dict[str, str]:
    return {meta["property"] or meta["name"]: meta["content"] for meta in page.all("meta") if meta["content"]}


def title(page: Element) -> str:
    return page.one("head").one("title").text


def test_shipped_titles_and_descriptions_are_unique_and_of_the_right_length(client, shipped):
    pages = {path: read(client, path) for path in public_addresses()}
    listed = {path: page for path, page in pages.items() if "robots" not in metas(page)}

    titles = {path: title(page) for path, page in listed.items()}
    descriptions = {path: metas(page)["description"] for path, page in listed.items()}

    assert len(listed) == 4 + 14
    assert {path: text for path, text in titles.items() if not 50 <= len(text) <= 60} == {}
    assert {path: text for path, text in descriptions.items() if not 110 <= len(text) <= 160} == {}
    assert len(set(titles.values())) == len(set(descriptions.values())) == len(listed)


def test_fields_make_a_good_title_and_description_where_staff_wrote_none(client):
    treatment = make_treatment(evidence="some", summary="Small needles go into the skin of the face.")
    treatment.contraindications.create(name_plain="you are ill", severity="wait", origin="clinic")
    treatment.side_effects.create(name_plain="Redness")
    publish(treatment)
    publish(make_concern(summary="Skin that looks tired or uneven, on some days more than on others."))

    for path, name in {"/treatments/needling/": "Needling", "/concerns/dull-skin/": "Dull skin"}.items():
        page = read(client, path)
        assert title(page).startswith(f"{name}: ")
        assert 50 <= len(title(page)) <= 60
        assert 110 <= len(metas(page)["description"]) <= 160


def test_a_chat_gets_a_card_with_a_picture(client, shipped):
    found = metas(read(client, "/treatments/mesotherapy/"))

    assert found["og:type"] == "article"
    assert found["og:title"] == title(read(client, "/treatments/mesotherapy/"))
    assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630")
    assert found["og:image:alt"] == "Mesotherapy: key facts"
    assert found["twitter:card"] == "summary_large_image"
    assert found["og:url"] == f"{settings.SITE_URL}/treatments/mesotherapy/"


def test_every_public_page_says_its_one_address(client, shipped):
    for path in public_addresses():
        links = [link for link in read(client, path).all("link") if link["rel"] == "canonical"]
        assert [link["href"] for link in links] == [settings.SITE_URL + path]


@pytest.fixture
def var(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path


def picture_path(client) -> str:
    return urlsplit(metas(read(client, "/treatments/needling/"))["og:image"]).path


def test_the_picture_is_drawn_when_it_is_asked_for_and_kept(client, var):
    publish(make_treatment(sessions_min=2, sessions_max=3))

    path = picture_path(client)
    kept = var / "media" / "link" / path.rpartition("/")[2]
    assert not kept.exists()
    answer = client.get(path)

    body = b"".join(answer.streaming_content)
    assert (answer["Content-Type"], kept.read_bytes()) == ("image/png", body)
    assert Image.open(io.BytesIO(body)).size == (1200, 630)
    assert len(body) < 40_000
    assert "immutable" in answer["Cache-Control"]
    assert [file.name for file in kept.parent.iterdir()] == [kept.name]


def test_another_fact_is_another_picture_and_old_links_still_show_one(client, var):
    treatment = make_treatment(sessions_min=2, sessions_max=3)
    publish(treatment)
    before = picture_path(client)
    type(treatment).objects.update(sessions_max=5)
    treatment.refresh_from_db()
    publish(treatment)

    after, answer = picture_path(client), client.get(before)

    assert after != before
    assert (answer.status_code, answer["Location"]) == (301, after)


def test_nobody_can_have_other_pictures_drawn(client, var):
    publish(make_treatment())

    assert client.get("/media/link/needling-0000.png").status_code == 301
    assert client.get("/media/link/unknown-0000.png").status_code == 404
    assert not (var / "media").exists()


def test_a_price_is_not_drawn():
    from treatments import content

    page = content.TreatmentPage(
        schema=1,
        slug="x",
        name="X",
        heading="X",
        summary="X",
        procedure_type="percutaneous",
        price=content.Price(min=1, max=2),
    )
    assert not any("₹" in value for _, value in link_pictures.of(page, "Clinic").rows)


@pytest.mark.parametrize("name", ["A", "W" * 80, "Laser and " * 8, "मेसोथेरेपी", "x\u2028y", "₹"])
def test_any_name_can_be_drawn(name):
    picture = link_pictures.LinkPicture(name, (("Course", name),), (0.5, 9.0), name)

    assert Image.open(io.BytesIO(link_pictures.drawn(picture))).size == (1200, 630)


def test_the_page_without_an_organisation_still_has_a_head(client):
    publish(make_treatment())
    assert metas(read(client, "/treatments/needling/"))["og:site_name"] == "The clinic"
    make_organisation()
    assert metas(read(client, "/treatments/needling/"))["og:site_name"] == "Cosma Beauty"
