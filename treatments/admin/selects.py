"""Long lists to choose from, drawn fast."""

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cosma.form_renderer import escaped


class QuickSelect(forms.Select):
    """Django draws every option from a template of its own; a treatment's form has thousands of options."""

    def render(self, name, value, attrs=None, renderer=None):
        chosen = set(self.format_value(value))
        attributes = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        return format_html("<select{}>{}</select>", attributes, options(self.choices, chosen))


def options(choices, chosen: set[str]) -> SafeString:
    return SafeString("".join(option(key, label, chosen) for key, label in choices))


def option(key, label, chosen: set[str]) -> str:
    if isinstance(label, list | tuple):
        return f'<optgroup label="{escaped(key)}">{options(label, chosen)}</optgroup>'
    key = "" if key is None else str(key)
    mark = " selected" if key in chosen else ""
    return f'<option value="{escaped(key)}"{mark}>{escaped(label)}</option>'
