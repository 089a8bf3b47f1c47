from django.urls import path

from treatments import sitemaps, views
from treatments.models.pages import PAGES

urlpatterns = [
    path("", views.home, name="home"),
    path("treatments/", views.treatment_list, name="treatment-list"),
    path("treatments/<slug:slug>/", views.treatment, name="treatment"),
    path("concerns/", views.concern_list, name="concern-list"),
    path("concerns/<slug:slug>/", views.concern, name="concern"),
    *(path(f"{slug}/", views.site_page, {"slug": slug}, name=slug) for slug, _ in PAGES),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
]
