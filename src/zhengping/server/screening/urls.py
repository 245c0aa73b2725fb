"""Doors of the app."""

from django.urls import path

from zhengping.server.screening import views

app_name = "screening"
urlpatterns = [
    path("p/<slug:slug>/<str:division>/", views.cases, name="cases"),
    path("p/<slug:slug>/<str:division>/cases/<int:number>/", views.case, name="case"),
    path("p/<slug:slug>/<str:division>/cases/<int:number>/request/", views.request_changes, name="request"),
    path("p/<slug:slug>/<str:division>/order/", views.order, name="order"),
    path("p/<slug:slug>/<str:division>/sheet.xlsx", views.sheet, name="sheet"),
    path("p/<slug:slug>/<str:division>/paper/", views.paper, name="paper"),
    path("p/<slug:slug>/<str:division>/seal/", views.seal, name="seal"),
    path("p/<slug:slug>/<str:division>/seal/list.pdf", views.summary, name="summary"),
    path("p/<slug:slug>/<str:division>/take-over/", views.take_over, name="take_over"),
]
