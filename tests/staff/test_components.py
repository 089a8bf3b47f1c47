import pytest
from django.test import Client

from tests.reader import tree
from tests.staff.people import staff_client
from treatments import anatomy, layout, specimen

ADDRESS = "/admin/components/"


def test_the_specimen_fills_every_place_that_typed_parts_have():
    page = specimen.page()

    assert [anchor for anchor, extra in layout.EXTRAS.items() if not extra.parts(page)] == []
    assert {chapter.id for chapter in layout.chapters(page)} <= {group.id for group in anatomy.GROUPS}


def test_staff_see_the_components_as_patients_get_them(editor):
    answer = editor.get(ADDRESS)

    page = tree(answer.content)
    classes = {name for element in page.all() for name in element["class"].split()}
    assert {"callout-do", "callout-do-not", "care-emergency", "care-urgent", "figure", "scale", "steps"} <= classes
    assert {"evidence-good", "evidence-none-found", "people", "costs", "contents", "sources", "field-wrong"} <= classes
    assert {"picture", "compare", "sheet", "ticks", "ruled"} <= classes
    assert "no-store" in answer.headers["Cache-Control"] and "noindex" in answer.headers["X-Robots-Tag"]
    ids = [element["id"] for element in page.all() if element["id"]]
    assert len(ids) == len(set(ids))
    assert "The price is being checked" in page.text and "date not given by the clinic" in page.text


@pytest.mark.parametrize("role", ["reviewer", "desk", "manager"])
def test_all_staff_may_look(role):
    assert staff_client(role).get(ADDRESS).status_code == 200


def test_nobody_else_may():
    assert Client().get(ADDRESS).status_code == 302
