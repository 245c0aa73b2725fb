"""Doors of the app."""

from django.urls import path

from zhengping.server.submission import views

app_name = "submission"
urlpatterns = [
    path("c/<slug:slug>/submit/", views.upload, name="upload"),
    path("i/<str:token>/", views.intake, name="intake"),
    path("s/<str:token>/", views.case, name="case"),
    path("s/<str:token>/confirm/<str:word>/", views.confirmed, name="confirmed"),
    path("s/<str:token>/receipt.pdf", views.receipt, name="receipt"),
    path("s/<str:token>/replace/", views.replace, name="replace"),
    path("s/<str:token>/withdraw/", views.withdraw, name="withdraw"),
    path("s/<str:token>/files/<int:pk>/", views.own_file, name="own_file"),
    path("v/<int:pk>/<str:sign>/", views.verify, name="verify"),
    path("find/", views.find, name="find"),
    path("mine/", views.mine, name="mine"),
    path("o/<slug:slug>/intakes/", views.intakes, name="intakes"),
    path("o/<slug:slug>/intakes/new/", views.bulk, name="bulk"),
    path("o/<slug:slug>/intakes/<int:pk>/", views.progress, name="progress"),
    path("o/<slug:slug>/files/", views.unreadable, name="unreadable"),
    path("o/<slug:slug>/files/<int:pk>/original/", views.original, name="original"),
]
