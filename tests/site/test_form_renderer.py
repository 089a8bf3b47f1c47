"""Fields that are drawn without a template are those of Django to the letter."""

import pytest
from django import forms
from django.contrib.admin.helpers import Fieldline
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe

from cosma.form_renderer import INPUTS, QuickForms, drawn_line
from tests.reader import tree

CHOICES = [("", "No <one>"), (7, "a & b"), ("0", mark_safe("<b>x</b>"))]
GROUPS = [("", "None"), ("<Others>", CHOICES)]
WIDGETS = [
    *(forms.TextInput(), forms.NumberInput(attrs={"min": 1, "class": "place"}), forms.HiddenInput()),
    *(forms.EmailInput(), forms.PasswordInput(render_value=True), forms.DateInput(format="%Y-%m-%d")),
    *(forms.CheckboxInput(), forms.Textarea(attrs={"rows": 4}), forms.URLInput()),
    *(forms.Select(choices=CHOICES), forms.RadioSelect(choices=CHOICES), forms.RadioSelect({"class": "a"}, CHOICES)),
    *(forms.Select(choices=[]), forms.Select(choices=GROUPS), forms.RadioSelect(choices=GROUPS)),
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


class Asked(forms.Form):
    name = forms.CharField(label="<b>Name</b>", help_text="<i>Yours</i>")
    agree = forms.BooleanField(label="I agree")
    when = forms.ChoiceField(label="When", choices=[("a", "A")], widget=forms.RadioSelect)
    key = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_line_says_the_label_the_fault_and_the_help_of_each_field():
    drawn = tree(drawn_line(Fieldline(Asked({}), ["name", "agree", "when"])))

    name, agree, when = (box for box in drawn.all("div") if box["class"].startswith("fieldBox"))
    for box in (name, agree, when):
        assert box["class"].endswith(" errors") and "This field is required." in box.text
    assert name.one("label")["for"] == name.one("input")["id"] == "id_name"
    assert name.one("label").text == "<b>Name</b>"
    (helping,) = (one for one in name.all("div") if one["class"] == "help")
    assert helping.text == "<i>Yours</i>" and helping["id"] in name.one("input")["aria-describedby"].split()
    assert agree.one("label").text == "I agree"
    assert when.one("legend").text == "When"


def test_a_line_of_hidden_fields_is_hidden():
    assert drawn_line(Fieldline(Asked(), ["key"])).startswith('<div class="form-row hidden">')
    assert drawn_line(Fieldline(Asked(), ["key", "name"])).startswith('<div class="form-row">')
