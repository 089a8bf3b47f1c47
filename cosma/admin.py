"""Staff accounts as a manager sees them. What a person may do is a role, never a single permission."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import Group, User

from cosma.pressing import SavesOnce
from cosma.roles import grantable, rights

admin.site.unregister([User, Group])


class StaffCreationForm(BaseUserCreationForm):
    """An account is its e-mail address."""

    class Meta:
        model = User
        fields = ("email",)

    email = forms.EmailField(max_length=150)

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(username=email).exists():
            raise forms.ValidationError("There is an account with this address already.")
        return email

    def save(self, commit=True):
        self.instance.username = self.cleaned_data["email"]
        self.instance.is_staff = True
        return super().save(commit)


@admin.register(User)
class StaffAdmin(SavesOnce, UserAdmin):
    add_form = StaffCreationForm
    list_display = ("email", "first_name", "last_name", "roles", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    filter_horizontal = ()
    show_facets = admin.ShowFacets.NEVER
    readonly_fields = ("email", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password", ("first_name", "last_name"))}),
        ("May do", {"fields": ("is_active", "groups")}),
        ("Dates", {"fields": (("last_login", "date_joined"),)}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("email", "password1", "password2"),
                "description": "The person is asked to set up a second factor at the first login.",
            },
        ),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    def get_readonly_fields(self, request, obj=None):
        return self.readonly_fields if obj else ()

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        field = super().formfield_for_manytomany(db_field, request, widget=forms.CheckboxSelectMultiple, **kwargs)
        if field and db_field.name == "groups":
            allowed = [group.pk for group in grantable(request.user)]
            field.queryset, field.label, field.help_text = Group.objects.filter(pk__in=allowed), "Roles", ""
        return field

    def has_change_permission(self, request, obj=None):
        """An account that may do more than one's own is not one's own to change: a new password would open it."""
        may = super().has_change_permission(request, obj)
        if not may or obj is None or request.user.is_superuser:
            return may
        return not obj.is_superuser and rights(obj) <= rights(request.user)

    def has_delete_permission(self, request, obj=None):
        """What a person wrote and published keeps their name: take the tick from 'active' instead."""
        return False

    @admin.display(description="Roles")
    def roles(self, obj):
        return ", ".join(group.name for group in obj.groups.all())
