from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse

from treatments import facts
from treatments.choices import Language
from treatments.models.prose import ProseField

PAGES = [
    ("about", "About"),
    ("privacy", "Privacy"),
    ("editorial-policy", "Editorial policy"),
    ("accessibility", "Accessibility"),
]


class SitePage(models.Model):
    """One of the site's own pages. Nothing clinical stands on it."""

    KEY = "slug"

    slug = models.CharField("page", max_length=40, choices=PAGES)
    language = models.CharField(max_length=10, choices=Language, default=Language.ENGLISH_INDIA)
    title = models.CharField(max_length=65)
    summary = models.TextField(validators=[MaxLengthValidator(300)])
    search_title = models.CharField("title for search engines", max_length=70, blank=True)
    search_description = models.CharField("description for search engines", max_length=200, blank=True)

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "language"],
                name="each_site_page_exists_once",
                violation_error_message="This page exists already.",
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse(self.slug)


class SitePageSection(models.Model):
    page = models.ForeignKey(SitePage, models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField(default=0)
    anchor = models.SlugField(max_length=60)
    heading = models.CharField(max_length=80)
    text = ProseField(facts=facts.ANYWHERE, sources=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "anchor"],
                name="each_section_of_a_site_page_has_its_own_anchor",
                violation_error_message="Another section of this page has that anchor.",
            )
        ]

    def __str__(self):
        return self.heading
