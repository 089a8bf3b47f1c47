from django.urls import path, re_path

from treatments import (
    compare_views,
    directory_views,
    feeds,
    helpful_views,
    indexnow,
    list_views,
    readings,
    review_views,
    search_views,
    sitemaps,
    views,
)
from treatments.models.pages import PAGES

urlpatterns = [
    path("", views.home, name="home"),
    path("treatments/", list_views.treatment_list, name="treatment-list"),
    path("treatments/<slug:slug>/", views.treatment, name="treatment"),
    path("treatments/<slug:slug>/questions/", readings.questions, name="treatment-questions"),
    path("treatments/<slug:slug>/sources/", readings.sources, name="treatment-sources"),
    path("treatments/<slug:slug>/changes/", readings.change_log, name="treatment-changes"),
    path("treatments/<slug:slug>.md", readings.markdown, name="treatment-markdown"),
    path("compare/", compare_views.compare, name="compare"),
    path("concerns/", list_views.concern_list, name="concern-list"),
    path("concerns/<slug:slug>/", views.concern, name="concern"),
    path("clinics/", directory_views.clinics, name="clinics"),
    path("practitioners/", directory_views.doctors, name="practitioners"),
    *(path(f"{slug}/", views.site_page, {"slug": slug}, name=slug) for slug, _ in PAGES),
    path("helpful/", helpful_views.helpful, name="helpful"),
    path("search/", search_views.search_page, name="search"),
    path("review/<str:token>/", review_views.review, name="review"),
    path("media/link/<slug:name>.png", readings.link_picture, name="link-picture"),
    re_path(r"^media/pictures/(?P<name>[0-9a-f]{20}-[0-9]+\.(?:avif|webp|jpg))$", readings.picture, name="picture"),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", sitemaps.sitemap, name="sitemap-part"),
    path("manifest.webmanifest", readings.manifest, name="manifest"),
    path("feed.atom", feeds.feed, name="feed"),
    path("indexnow.txt", indexnow.key_file, name="indexnow-key"),
]
