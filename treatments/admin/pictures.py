"""Uploading photographs: one file in, all that phones and screens need out, with each step shown as it is done."""

import hashlib
import logging
from collections.abc import Iterator

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html

from treatments import images
from treatments.admin.collisions import RefusesStaleSaves
from treatments.admin.forms import DraftForm, PlainChoices
from treatments.admin.places import change_url
from treatments.admin.where_used import panel
from treatments.models import Picture
from treatments.models.pictures import RATIOS, Focus, keep

logger = logging.getLogger(__name__)
ACCEPT = "image/jpeg,image/png,image/webp,image/avif"
GOES_ON = "<!-- goes on -->"


class UploadForm(DraftForm):
    file = forms.FileField(
        label="Picture",
        help_text="JPEG, PNG, WebP or AVIF; at most 6 MB and 40 megapixels, at least 400 pixels wide. The place where "
        "it was taken and everything else hidden in the file is dropped, and the file itself is not kept.",
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        error_messages={"required": "Choose a picture.", "empty": "This file is empty. Choose another one."},
    )

    class Meta:
        model = Picture
        fields = ("file", "title", "shape", "focus", "credit", "shows_person", "consent")

    def clean_file(self):
        file = self.cleaned_data["file"]
        file.seek(0)
        try:
            self.image = images.opened(file, file.size)
        except images.Refused as refused:
            raise forms.ValidationError(str(refused)) from None
        return file

    def clean(self):
        cleaned = super().clean() or {}
        if {"file", "shape", "focus"} <= cleaned.keys():
            self.crop(cleaned)
        return cleaned

    def crop(self, cleaned: dict) -> None:
        ratio, centre = RATIOS[cleaned["shape"]], Focus(cleaned["focus"]).point
        cleaned["file"].seek(0)
        self.instance.source = hashlib.file_digest(cleaned["file"], "sha256").hexdigest()
        self.instance.key = images.key(self.instance.source, ratio, centre)
        there = Picture.objects.filter(key=self.instance.key).first()
        if there:
            self.add_error("file", f"This picture is here already, cut in the same way: {there}.")
        try:
            self.image = images.cropped(self.image, ratio, centre)
        except images.Refused as refused:
            self.add_error("file", str(refused))


@admin.register(Picture)
class PictureAdmin(PlainChoices, RefusesStaleSaves):
    form = DraftForm
    list_display = ("thumbnail", "title", "shape", "size", "uploaded_at", "times_placed")
    list_display_links = ("thumbnail", "title")
    list_filter = ("shows_person", "shape")
    list_per_page = 50
    search_fields = ("title", "credit", "places__alt", "places__caption")
    readonly_fields = ("thumbnail", "size", "shape", "focus", "uploaded_by", "uploaded_at", "placed_on")
    new_fieldsets = (
        (None, {"fields": ("file", "title")}),
        ("How it is cut", {"fields": (("shape", "focus"),)}),
        ("Rights", {"fields": ("credit", "shows_person", "consent")}),
    )
    fieldsets = (
        (None, {"fields": ("thumbnail", "title")}),
        ("How it is cut", {"fields": (("shape", "focus"), "size")}),
        ("Rights", {"fields": ("credit", "shows_person", "consent")}),
        ("Where it stands", {"fields": ("placed_on", ("uploaded_by", "uploaded_at"))}),
    )

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else self.new_fieldsets

    def get_readonly_fields(self, request, obj=None):
        return self.readonly_fields if obj else ()

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change, **kwargs) if obj else UploadForm

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("places__treatment")

    def add_view(self, request, form_url="", extra_context=None):
        if request.method == "POST" and self.has_add_permission(request):
            form = UploadForm(request.POST, request.FILES)
            if form.is_valid():
                return self.streamed(request, form)
        return super().add_view(request, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        """An upload is saved by `made` alone, once its files are there."""
        if not change:
            raise PermissionDenied
        super().save_model(request, obj, form, change)

    def streamed(self, request, form: UploadForm) -> StreamingHttpResponse:
        response = StreamingHttpResponse(self.progress(request, form))
        response["X-Accel-Buffering"] = "no"  # nginx passes each line on as it comes
        return response

    def progress(self, request, form: UploadForm) -> Iterator[str]:
        """A page that grows: a line for each file, then where to go on."""
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Preparing the picture"}
        before, end_of_lines, after = render_to_string("admin/picture_progress.html", context, request).split(GOES_ON)
        yield before
        try:
            yield from self.lines(form)
            result = self.ready(request, form)
        except IntegrityError:
            result = self.twice(form)
        except Exception as error:  # the page has begun: it can only say so itself
            logger.exception("A picture could not be prepared")
            result = render_to_string("admin/_picture_failed.html", {"full": isinstance(error, OSError)})
        yield end_of_lines + result + after

    def twice(self, form: UploadForm) -> str:
        """Another tab was faster with the same upload, or nobody was and something else is wrong."""
        there = Picture.objects.filter(key=form.instance.key).first()
        return render_to_string("admin/_picture_failed.html", {"there": there})

    def lines(self, form: UploadForm) -> Iterator[str]:
        """All files first, then the row: a crash leaves files that nothing shows, and `sweep_media` takes them."""
        total = len(images.widths(form.image)) * len(images.FORMATS)
        for number, rendition in enumerate(images.renditions(form.image, form.instance.key), start=1):
            keep(rendition)
            shown = {
                "rendition": rendition,
                "number": number,
                "total": total,
                "kilobytes": len(rendition.content) / 1e3,
            }
            yield render_to_string("admin/_picture_line.html", shown)

    def ready(self, request, form: UploadForm) -> str:
        picture = form.instance
        picture.widths = images.widths(form.image)
        picture.width = picture.widths[-1]
        picture.height = max(1, round(form.image.height * picture.width / form.image.width))
        picture.uploaded_by = request.user
        with transaction.atomic():
            picture.save(force_insert=True)
            self.log_addition(request, picture, "Uploaded.")
        return render_to_string("admin/_picture_ready.html", {"picture": picture, "url": change_url(picture)})

    @admin.display(description="Picture")
    def thumbnail(self, obj):
        url, height = obj.get_absolute_url(), round(120 * obj.height / obj.width)
        return format_html('<img src="{}" width="120" height="{}" alt="" loading="lazy">', url, height)

    @admin.display(description="Size")
    def size(self, obj):
        return f"{obj.width} × {obj.height} pixels"

    @admin.display(description="Stands on")
    def times_placed(self, obj):
        return ", ".join(sorted({str(place.treatment) for place in obj.places.all()})) or "no page yet"

    @admin.display(description="Stands on")
    def placed_on(self, obj):
        kept = obj.revisions.count()
        note = f"{kept} revision{'' if kept == 1 else 's'} of a page hold it, so its files are kept." if kept else ""
        return panel(obj, note=note.replace("revision of a page hold", "revision of a page holds"))

    def has_delete_permission(self, request, obj=None):
        """What a draft or any revision shows stays: what patients once read can be shown again."""
        used = obj is not None and (obj.places.exists() or obj.revisions.exists())
        return super().has_delete_permission(request, obj) and not used

    def delete_queryset(self, request, queryset):
        for picture in queryset:
            picture.delete()
