"""Draws fields, and the lines of the admin that hold them, without a template each: a treatment has 800 of them."""

from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import capfirst

PLAIN = ("checkbox", "date", "email", "hidden", "input", "number", "password", "tel", "text")
INPUTS = {f"django/forms/widgets/{kind}.html" for kind in PLAIN}
TEXTAREA = "django/forms/widgets/textarea.html"
SELECT, RADIO = "django/forms/widgets/select.html", "django/forms/widgets/radio.html"


class QuickForms(DjangoTemplates):
    """Gives to the letter what the templates of Django give."""

    def render(self, template_name, context, request=None):
        if template_name in INPUTS:
            return drawn_input(context["widget"])
        if template_name == TEXTAREA:
            return drawn_textarea(context["widget"])
        if template_name == SELECT and not any(group for group, _, _ in context["widget"]["optgroups"]):
            return drawn_select(context["widget"])
        if template_name == RADIO and not any(group for group, _, _ in context["widget"]["optgroups"]):
            return drawn_radio(context["widget"])
        return super().render(template_name, context, request)


def drawn_input(widget: dict[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else f' value="{escaped(widget["value"])}"'
    named = f'input type="{escaped(widget["type"])}" name="{escaped(widget["name"])}"'
    return SafeString(f"<{named}{value}{attributes(widget['attrs'])}>")


def drawn_textarea(widget: dict[str, Any]) -> SafeString:
    named = f'textarea name="{escaped(widget["name"])}"{attributes(widget["attrs"])}'
    return SafeString(f"<{named}>\n{escaped(widget['value'] or '')}</textarea>")


def drawn_select(widget: dict[str, Any]) -> SafeString:
    options = "".join(f"\n  {drawn_option(option)}\n" for option in choices(widget))
    return SafeString(f'<select name="{escaped(widget["name"])}"{attributes(widget["attrs"])}>{options}\n</select>')


def drawn_option(option: dict[str, Any]) -> str:
    value, label = escaped(option["value"]), escaped(option["label"])
    return f'<option value="{value}"{attributes(option["attrs"])}>{label}</option>'


def drawn_radio(widget: dict[str, Any]) -> SafeString:
    own = {name: widget["attrs"][name] for name in ("id", "class") if widget["attrs"].get(name)}
    options = "".join(f"<div>\n    {drawn_choice(option)}\n\n</div>" for option in choices(widget))
    return SafeString(f"<div{attributes(own)}>{options}\n</div>")


def drawn_choice(option: dict[str, Any]) -> str:
    key = option["attrs"].get("id")
    points_at = f' for="{escaped(key)}"' if key else ""
    return f"<label{points_at}>{drawn_input(option)}\n {escaped(option['label'])}</label>"


def choices(widget: dict[str, Any]) -> list[dict[str, Any]]:
    return [option for _, options, _ in widget["optgroups"] for option in options]


def attributes(given: dict[str, Any]) -> str:
    shown = [(escaped(name), value) for name, value in given.items() if value is not False]
    return "".join(f" {name}" if value is True else f' {name}="{escaped(value)}"' for name, value in shown)


def drawn_line(line) -> SafeString:
    """A line of a form of the admin: what Django's own says, with each label above its field."""
    hidden = "" if line.has_visible_field else " hidden"
    return SafeString(f'<div class="form-row{hidden}">\n{"".join(map(drawn_box, line))}</div>\n')


def drawn_box(field) -> str:
    drawn, wrong = (drawn_fact(field), "") if field.is_readonly else drawn_field(field)
    name, help_text, auto_id = (part(field.field, key) for key in ("name", "help_text", "auto_id"))
    where = f' id="{escaped(auto_id)}_helptext"' if auto_id else ""
    helping = f'<div class="help"{where}>{escaped(help_text)}</div>\n' if help_text else ""
    return f'<div class="fieldBox field-{escaped(name)}{wrong}">\n{drawn}{helping}</div>\n'


def part(bound, name: str) -> Any:
    """Of a field; Django describes one that is only read by a dict."""
    return bound.get(name, "") if isinstance(bound, dict) else getattr(bound, name)


def drawn_fact(field) -> str:
    label = field.field["label"]
    head = f'<div class="label">{escaped(capfirst(label))}</div>\n' if label else ""
    return f'{head}<div class="readonly">{escaped(field.contents())}</div>\n'


def drawn_field(field) -> tuple[str, str]:
    """With the class of a field that is wrong."""
    bound, label = field.field, escaped(field.field.label)
    errors = escaped(bound.errors) if bound.errors else ""
    if bound.use_fieldset:
        said_by = f' aria-describedby="{escaped(bound.aria_describedby)}"' if bound.aria_describedby else ""
        drawn = f"<fieldset{said_by}><legend>{label}</legend>{errors}{bound}</fieldset>\n"
    elif field.is_checkbox:
        tick = f'<label class="vCheckboxLabel" for="{escaped(bound.id_for_label)}">{label}</label>'
        drawn = f'{errors}<div class="checkbox-row">{bound}{tick}</div>\n'
    else:
        needed = ' class="required"' if bound.field.required else ""
        drawn = f'<label for="{escaped(bound.id_for_label)}"{needed}>{label}</label>\n{errors}{bound}\n'
    return drawn, " errors" if errors else ""


def escaped(value: Any) -> str:
    """What Django's own does, and in a fraction of the time: that one keeps what is to be translated later."""
    text = str(value) if isinstance(value, Promise) else value
    return text.__html__() if hasattr(text, "__html__") else escape(str(text))
