from django.contrib import admin
from django.urls import include, path

from cosma import views
from treatments.admin.components import components

urlpatterns = [
    path("", include("treatments.urls")),
    path("enquire/", include("enquiries.urls")),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.icon, {"name": "mark"}, name="favicon"),
    path("apple-touch-icon.png", views.icon, {"name": "touch"}, name="touch-icon"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("admin/components/", admin.site.admin_view(components), name="components"),
    path("admin/", admin.site.urls),
    path("accounts/", include("cosma.account_urls")),
]
handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
