"""Fields that are drawn without a template are those of Django to the letter."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe

from cosma.form_renderer import INPUTS, QuickForms

WIDGETS = [
    *(forms.TextInput(), forms.NumberInput(attrs={"min": 1, "class": "place"}), forms.HiddenInput()),
    *(forms.EmailInput(), forms.PasswordInput(render_value=True), forms.DateInput(format="%Y-%m-%d")),
    *(forms.CheckboxInput(), forms.Textarea(attrs={"rows": 4}), forms.URLInput()),
]
VALUES = [None, "", "0", 0, 7, True, "a < b & 'c' \"d\"", "two\nlines", mark_safe("<b>x</b>"), "é 🙂"]
ATTRIBUTES = {"id": "id_x", "required": True, "disabled": False, "aria-label": "\"<script>'", "maxlength": 300}


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
def test_a_field_is_drawn_as_django_draws_it(widget):
    for value in VALUES:
        for attributes in ({}, ATTRIBUTES):
            given = [widget.render("x", value, attributes, made) for made in (QuickForms(), DjangoTemplates())]
            assert given[0] == given[1], (value, attributes)


def test_the_templates_that_are_passed_over_exist():
    for name in INPUTS:
        assert QuickForms().get_template(name)
