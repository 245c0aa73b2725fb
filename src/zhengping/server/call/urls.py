"""Doors of the app."""

from django.urls import path, re_path

from zhengping.server.call import views

app_name = "call"
urlpatterns = [
    path("new/", views.begin, name="begin"),
    path("c/<slug:slug>/", views.notice, name="notice"),
    re_path(r"^c/(?P<slug>[-\w]+)/notice\.(?P<ending>docx|pdf)$", views.notice_file, name="notice_file"),
    path("c/<slug:slug>/template.docx", views.form_file, name="form_file"),
    path("c/<slug:slug>/code.svg", views.code, name="code"),
    path("f/<str:token>/", views.forwarding, name="forwarding"),
    path("join/<str:token>/", views.accept, name="accept"),
    path("delegate/<int:pk>/", views.delegate, name="delegate"),
    path("o/<slug:slug>/settings/", views.settings, name="settings"),
    path("o/<slug:slug>/settings/notice/", views.notice_text, name="notice_text"),
    re_path(r"^o/(?P<slug>[-\w]+)/settings/(?P<kind>themes|parts|criteria)/$", views.rows, name="rows"),
    path("o/<slug:slug>/settings/publish/", views.publish, name="publish"),
    path("o/<slug:slug>/settings/bodies/", views.bodies, name="bodies"),
    path("o/<slug:slug>/settings/bodies/<str:division>/", views.body, name="body"),
    path("o/<slug:slug>/settings/members/", views.members, name="members"),
    path("o/<slug:slug>/settings/letters/", views.letters, name="letters"),
    path("o/<slug:slug>/settings/letters/<str:kind>/", views.letter, name="letter"),
]
doors = [path("", views.home, name="home"), path("language/<str:code>/", views.language, name="language")]
