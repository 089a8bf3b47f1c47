from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models

e164 = RegexValidator(r"^\+[1-9]\d{7,14}$", "Write the number with its country code and digits only: +919876543210.")


class Organisation(models.Model):
    """Who runs the site: "the clinic" in prose. One row; patients read it as it stands, without a revision."""

    name = models.CharField(max_length=80)
    legal_name = models.CharField(max_length=160, blank=True)
    contact_email = models.EmailField(blank=True)
    contact_phone = models.CharField("telephone", max_length=16, blank=True, validators=[e164])
    address = models.TextField(blank=True)
    grievance_contact = models.CharField(max_length=200, blank=True, help_text="Whom to complain to.")
    desk_email = models.EmailField("enquiry desk's address", blank=True)
    retention_days = models.PositiveSmallIntegerField(
        "days enquiries are kept", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    only = models.BooleanField(default=True, editable=False)

    class Meta:
        verbose_name_plural = "organisation"
        constraints = [
            models.UniqueConstraint(fields=["only"], name="there_is_one_organisation"),
            models.CheckConstraint(condition=models.Q(only=True), name="organisation_is_the_only_one"),
        ]

    def __str__(self):
        return self.name


class Clinic(models.Model):
    name = models.CharField(max_length=120)
    city = models.CharField(max_length=80)
    address = models.TextField(blank=True)
    phone = models.CharField("telephone", max_length=16, blank=True, validators=[e164])
    emergency_note = models.TextField(blank=True, help_text="What patients do when the clinic is closed.")
    shown = models.BooleanField(default=False, help_text="Tick to show this clinic to patients.")

    class Meta:
        ordering = ["city", "name"]

    def __str__(self):
        return f"{self.name}, {self.city}"


class Degree(models.TextChoices):
    MD = "MD", "MD"
    DNB = "DNB", "DNB"
    DDVL = "DDVL", "DDVL"
    DVD = "DVD", "DVD"
    DDV = "DDV", "DDV"
    OTHER = "other", "Other"


class Practitioner(models.Model):
    """A doctor. Shown to patients only with a medical council registration number.

    Any change of where links and codes go, or of whose they are, calls off the open ones: a trigger sees to it.
    """

    name = models.CharField(max_length=120)
    degree = models.CharField(max_length=10, choices=Degree)
    council = models.CharField("medical council", max_length=120, blank=True)
    registration_number = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True, help_text="Where links for signing go. Patients never see it.")
    phone = models.CharField("telephone", max_length=16, blank=True, validators=[e164])
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, help_text="If the doctor has an account."
    )
    clinics = models.ManyToManyField(Clinic, blank=True, related_name="practitioners")
    shown = models.BooleanField(default=False, help_text="Tick to show this doctor to patients.")

    class Meta:
        ordering = ["name"]
        permissions = [("identify_practitioner", "Can say who a doctor is and where links for signing go")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(shown=False) | (~models.Q(registration_number="") & ~models.Q(council="")),
                name="a_shown_doctor_has_a_registration_number",
                violation_error_message="A doctor is shown only with a council and a registration number.",
            )
        ]

    def __str__(self):
        return self.name
