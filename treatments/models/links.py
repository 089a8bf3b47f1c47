"""Whether the addresses that pages lead to still answer. `check_links` asks them, politely."""

from django.db import models


class LinkCheckQuerySet(models.QuerySet["LinkCheck"]):
    def broken(self):
        return self.exclude(fault="")


class LinkCheck(models.Model):
    """What an address elsewhere answered when it was last asked."""

    url = models.URLField("address", max_length=500, unique=True)
    checked_at = models.DateTimeField("asked on")
    status = models.PositiveSmallIntegerField("answer", null=True)
    fault = models.CharField("what is wrong", max_length=120, blank=True)
    failures = models.PositiveSmallIntegerField("times in a row", default=0)

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        verbose_name = "link to another site"
        verbose_name_plural = "what search engines see"
        ordering = ["url"]

    def __str__(self):
        return self.url
