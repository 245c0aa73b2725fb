"""Doors of the app."""

from django.urls import path

from zhengping.server.library import views

app_name = "library"
urlpatterns = [
    path("library/", views.index, name="index"),
    path("library/themes/<slug:key>/", views.theme, name="theme"),
    path("library/places/<str:division>/", views.place, name="place"),
    path("library/feed.atom", views.feed, name="feed"),
    path("c/<slug:slug>/cases/<int:number>/", views.case, name="case"),
    path("c/<slug:slug>/figures/", views.figures, name="figures"),
    path("c/<slug:slug>/figures.xlsx", views.figures_file, name="figures_file"),
    path("c/<slug:slug>/figures/<slug:about>/", views.figure, name="figure"),
    path("sitemap.xml", views.sitemaps, name="sitemaps"),
    path("sitemap-<int:page>.xml", views.sitemap, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
]
