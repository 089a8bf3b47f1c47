"""Pages of their own beside the form of a thing: its preview, its plan, its history."""

from functools import update_wrapper

from django.contrib import admin
from django.urls import path, reverse


class OwnPages(admin.ModelAdmin):
    def own_path(self, name: str, view):
        def wrapped(*args, **kwargs):
            return self.admin_site.admin_view(view)(*args, **kwargs)

        full = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        route = f"<path:object_id>/{name}/"
        return path(route, update_wrapper(wrapped, view), name=full)

    def own_url(self, name: str, *pks) -> str:
        full = f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}"
        return reverse(full, args=["+".join(map(str, pks))])
