"""Draws the plain fields of forms without a template each: a treatment's form has 700 of them."""

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

PLAIN = ("checkbox", "date", "email", "hidden", "input", "number", "password", "tel", "text")
INPUTS = {f"django/forms/widgets/{kind}.html" for kind in PLAIN}
TEXTAREA = "django/forms/widgets/textarea.html"


class QuickForms(DjangoTemplates):
    """Gives to the letter what the templates of Django give."""

    def render(self, template_name, context, request=None):
        if template_name in INPUTS:
            return drawn_input(context["widget"])
        if template_name == TEXTAREA:
            return drawn_textarea(context["widget"])
        return super().render(template_name, context, request)


def drawn_input(widget: dict[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else format_html(' value="{}"', str(widget["value"]))
    named = 'input type="{}" name="{}"'
    return format_html(f"<{named}{{}}{{}}>", widget["type"], widget["name"], value, attributes(widget["attrs"]))


def drawn_textarea(widget: dict[str, Any]) -> SafeString:
    text = conditional_escape(widget["value"] or "")
    return format_html('<textarea name="{}"{}>\n{}</textarea>', widget["name"], attributes(widget["attrs"]), text)


def attributes(given: dict[str, Any]) -> SafeString:
    shown = [(name, value) for name, value in given.items() if value is not False]
    return format_html_join("", " {}{}", ((name, attribute_value(value)) for name, value in shown))


def attribute_value(value: Any) -> str:
    return "" if value is True else format_html('="{}"', str(value))
