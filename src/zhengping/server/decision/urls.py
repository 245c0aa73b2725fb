"""Doors of the app."""

from django.urls import path

from zhengping.server.decision import views

app_name = "decision"
urlpatterns = [
    path("d/<slug:slug>/", views.overview, name="overview"),
    path("d/<slug:slug>/rules/", views.rules, name="rules"),
    path("d/<slug:slug>/<int:proposal>/", views.proposal, name="proposal"),
    path("d/<slug:slug>/<int:proposal>/what-if/", views.what_if, name="what_if"),
    path("d/<slug:slug>/<int:proposal>/list.xlsx", views.sheet, name="sheet"),
    path("d/<slug:slug>/<int:proposal>/cases/<int:number>/", views.case, name="case"),
]
