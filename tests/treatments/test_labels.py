"""Differences, histories and hints call each field as the form does where it is edited."""

import pytest

from tests.factories import make_concern, make_picture, make_treatment, place_picture
from treatments import content
from treatments.difference import differences
from treatments.labels import label
from treatments.models import compose, drafts
from treatments.parts import fields_of


def columns(model, shape):
    """Every field of a page and of its parts, with the column of the form."""
    for field in fields_of(shape):
        column = model._meta.get_field(field.name)
        if field.name == "price":
            yield from columns(column.related_model, content.Price)
        elif field.name in drafts.PARTS.get(shape, {}):
            yield from columns(column.related_model, drafts.PARTS[shape][field.name])
        else:
            yield shape.__name__, field.name, column


def test_each_field_is_called_as_its_form_calls_it():
    found = [column for model, shape in drafts.SHAPES.items() for column in columns(model, shape)]

    wrong = {
        (kind, name): label(name, kind)
        for kind, name, column in found
        if label(name, kind).lower() != str(column.verbose_name).lower()
    }
    assert wrong == {} and len(found) > 100


@pytest.mark.django_db
def test_no_name_of_a_field_a_place_or_a_file_is_shown_raw():
    treatment, other = make_treatment(), make_treatment("chemical-peel")
    before = compose(treatment)
    treatment.alternatives.create(other=other)
    treatment.comparison.create(attribute="goes-in", text="Nothing at all.")
    treatment.side_effects.create(name_plain="Redness", band="common", onset_hours_min=2)
    treatment.indications.create(concern=make_concern(), name="Dull skin", evidence="some")
    place_picture(treatment, picture := make_picture(), anchor="what-it-is")
    placed = compose(treatment)
    treatment.pictures.update(picture=make_picture("Another"), anchor="how-it-works")

    found = [*differences(before, placed), *differences(placed, compose(treatment))]
    told = "\n".join("\n".join(change[:3]) for change in found)

    assert "Comparison › What goes in" in told and "Starts after hours, earliest: 2" in told
    assert "What it is\nHow it works" in told and "Chemical peel" in told
    for raw in ("_", "goes-in", "what-it-is", "dull-skin", "chemical-peel", "Onset", picture.key):
        assert raw not in told
