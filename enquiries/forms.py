"""What patients fill in. Every error says what to do."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from django import forms
from django.template.loader import get_template

from enquiries import contact, slips
from enquiries.consent import Notice
from enquiries.models import CallTime
from enquiries.reception import Reception

LONGEST_MESSAGE = 1000
UNSURE = "I am not sure yet"
NEW_NOTICE = "The notice has changed since you opened this page. Please read it again, then tick the box."
UNKNOWN_NOTICE = "The notice may have changed since you opened this page. Please read it again, then tick the box."
OLD_SLIP = "This page was open for a long time. We have kept what you wrote. Please check it and send it again."
NO_SLIP = "The form did not arrive whole. We have kept what you wrote. Please check it and send it again."
NO_CONTACT = "Give a mobile number or an e-mail address. One of them is enough."
NO_PHONE = (
    "Give an Indian mobile number: 10 digits that start with 6, 7, 8 or 9. "
    "Or leave this empty and give an e-mail address."
)
NO_EMAIL = "Give an e-mail address such as name@example.com. Or leave this empty and give a mobile number."


class Part(Fieldset):
    """Fields under one legend, with a line that goes for all of them."""

    def __init__(self, legend: str, *fields: str, hint: str = ""):
        super().__init__(legend, *fields)
        self.hint = hint


class Included:
    """A template among the fields. What crispy has for this compiles it anew for every reader."""

    def __init__(self, name: str):
        self.name = name

    def render(self, form, context, **options) -> str:
        return get_template(self.name).render(context.flatten())


class SlipForm(forms.Form):
    """A form with a slip in place of a cookie, and a field that only programs fill in."""

    slip = forms.CharField(required=False, widget=forms.HiddenInput)
    website = forms.CharField(
        required=False, label="Leave this empty", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    read_slip: slips.Slip | None = None

    @property
    def slip_key(self) -> str:
        """Of a form that is valid, and so has a slip of ours."""
        assert self.read_slip is not None
        return self.read_slip.key

    @property
    def is_from_robot(self) -> bool:
        return bool(self.data.get("website"))

    def clean_slip(self) -> str:
        self.read_slip = slips.read(self.cleaned_data["slip"])
        return self.cleaned_data["slip"]

    def renew_slip(self, version: str = "", *, untick: str = "") -> None:
        """For a form that comes back and whose own slip is of no more use."""
        kept = {name: self.data.get(name) for name in self.data if name != untick}
        self.data = {**kept, "slip": slips.issue(version)}

    @property
    def faults(self) -> list[tuple[str, str]]:
        """For the summary: where to go and what to do, in the order of the page."""
        found = [("main", str(text)) for text in self.non_field_errors()]
        for bound in self.visible_fields():
            where = f"{bound.auto_id}_0" if bound.use_fieldset else bound.auto_id
            found += [(where, str(text)) for text in bound.errors]
        return found


class EnquiryForm(SlipForm):
    name = forms.CharField(
        label="Your name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Write your name.", "max_length": "Shorten your name to 120 signs."},
    )
    city = forms.CharField(
        label="City or town",
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
        error_messages={
            "required": "Write your city or town.",
            "max_length": "Shorten your city to 80 signs.",
        },
    )
    phone = forms.CharField(
        label="Mobile number",
        required=False,
        max_length=40,
        help_text="An Indian number, with or without +91.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"max_length": NO_PHONE},
    )
    email = forms.EmailField(
        label="E-mail address",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
        error_messages={"invalid": NO_EMAIL, "max_length": NO_EMAIL},
    )
    treatment = forms.ChoiceField(
        label="Treatment",
        required=False,
        error_messages={"invalid_choice": f"Choose a treatment from the list, or “{UNSURE}”."},
    )
    clinic = forms.ChoiceField(
        label="Clinic",
        required=False,
        error_messages={"invalid_choice": "Choose a clinic from the list, or “Any clinic”."},
    )
    call_time = forms.ChoiceField(
        label="Good time to call",
        required=False,
        choices=CallTime,
        initial=CallTime.ANY,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose one of the times."},
    )
    message = forms.CharField(
        label="Message (optional)",
        required=False,
        help_text="Please leave out medical details, such as illnesses, medicines or pictures. "
        "Keep those for the doctor.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    consent = forms.BooleanField(
        label="I am 18 or older. I have read this notice and agree to it.",
        error_messages={"required": "Tick the box if you agree. Without that we may not keep your enquiry."},
    )

    def __init__(self, *args, desk: Reception, notice: Notice, **kwargs):
        super().__init__(*args, **kwargs)
        self.desk, self.notice = desk, notice
        self.offer("treatment", UNSURE, desk.treatments)
        self.offer("clinic", "Any clinic", desk.clinics)
        if not desk.clinics:
            del self.fields["clinic"]
        # A browser cuts what is pasted at maxlength without a word: we keep it and say so.
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)

    def offer(self, name: str, otherwise: str, choices: tuple[tuple[str, str], ...]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", otherwise), *choices]

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_action = "/enquire/"
        helper.attrs = {"novalidate": "", "class": "enquiry"}
        helper.layout = Layout(
            Part("Who you are", "name", "city"),
            Part("One way to reach you", "phone", "email", hint="Fill in one of the two. That is enough."),
            Part("What you ask about", *self.subject_fields(), "call_time", "message"),
            Included("enquiries/_notice.html"),
            "consent",
            "slip",
            Included("enquiries/_trap.html"),
            Submit("send", "Send my enquiry"),
        )
        return helper

    def subject_fields(self) -> list[str]:
        return [name for name in ("treatment", "clinic") if name in self.fields]

    def clean_name(self) -> str:
        return meaningful(contact.tidy(self.cleaned_data["name"]), "Write your name.")

    def clean_city(self) -> str:
        return meaningful(contact.tidy(self.cleaned_data["city"]), "Write your city or town.")

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"]
        phone = contact.indian_mobile(typed) if typed else ""
        return needed(phone, NO_PHONE) if typed else ""

    def clean_message(self) -> str:
        message = contact.tidy_lines(self.cleaned_data["message"])
        if len(message) > LONGEST_MESSAGE:
            raise forms.ValidationError(
                f"Shorten your message to {LONGEST_MESSAGE:,} signs. It has {len(message):,} now."
            )
        return message

    def clean(self):
        super().clean()
        if not any(self.data.get(name, "").strip() for name in ("phone", "email")):
            self.add_error("phone", NO_CONTACT)
        self.check_slip()

    def check_slip(self) -> None:
        slip = self.read_slip
        was_shown = slip is not None and slip.version == self.notice.version
        if slip and was_shown and not slip.expired:
            return
        if slip is None or slip.expired:
            self.add_error(None, OLD_SLIP if slip else NO_SLIP)
        if not was_shown:
            self.add_error("consent", NEW_NOTICE if slip else UNKNOWN_NOTICE)
        # A tick under other words is no consent to these.
        self.renew_slip(self.notice.version, untick="" if was_shown else "consent")

    def words(self) -> dict:
        """The checked fields, named as the columns of an enquiry are."""
        given = self.cleaned_data
        return {
            **{name: given[name] for name in ("name", "phone", "email", "city", "message")},
            "treatment_slug": given["treatment"],
            "treatment_name": dict(self.desk.treatments).get(given["treatment"], ""),
            "clinic_id": int(given["clinic"]) if given.get("clinic") else None,
            "call_time": given["call_time"] or CallTime.ANY,
        }


class WithdrawalForm(SlipForm):
    reference = forms.CharField(
        label="Reference number",
        max_length=40,
        help_text="8 signs, such as those in our answer to your enquiry.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={
            "required": "Write the reference number of your enquiry.",
            "max_length": "Write the reference number of your enquiry: 8 signs.",
        },
    )
    contact = forms.CharField(
        label="The mobile number or e-mail address you gave us",
        max_length=254,
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
        error_messages={
            "required": "Write the mobile number or e-mail address you gave us.",
            "max_length": "Write the mobile number or e-mail address you gave us.",
        },
    )

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_action = "/enquire/withdraw/"
        helper.attrs = {"novalidate": "", "class": "enquiry"}
        helper.layout = Layout(
            "reference",
            "contact",
            "slip",
            Included("enquiries/_trap.html"),
            Submit("send", "Withdraw and delete my enquiry"),
        )
        return helper

    def clean(self):
        super().clean()
        if self.read_slip is None or self.read_slip.expired:
            self.add_error(None, OLD_SLIP if self.read_slip else NO_SLIP)
            self.renew_slip()


def meaningful(text: str, otherwise: str) -> str:
    return needed(text if contact.says_something(text) else "", otherwise)


def needed(text: str | None, otherwise: str) -> str:
    if not text:
        raise forms.ValidationError(otherwise)
    return text
