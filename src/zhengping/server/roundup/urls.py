"""Doors of the app."""

from django.urls import path, re_path

from zhengping.server.roundup import views

app_name = "roundup"
urlpatterns = [
    path("o/<slug:slug>/roundup/", views.article, name="article"),
    path("o/<slug:slug>/roundup/draft/", views.draft, name="draft"),
    path("o/<slug:slug>/roundup/check/", views.check, name="check"),
    path("o/<slug:slug>/roundup/aid/", views.aid, name="aid"),
    path("o/<slug:slug>/roundup/hold/", views.hold, name="hold"),
    path("o/<slug:slug>/roundup/word/", views.word, name="word"),
    path("o/<slug:slug>/roundup/versions/", views.versions, name="versions"),
    path("o/<slug:slug>/roundup/compare/", views.compare, name="compare"),
    path("o/<slug:slug>/roundup/comments/", views.comments, name="comments"),
    path("o/<slug:slug>/roundup/publish/", views.publish, name="publish"),
    path("o/<slug:slug>/roundup/collection/", views.collection, name="collection"),
    re_path(r"^o/(?P<slug>[-\w]+)/roundup/collection/(?P<number>\d{1,6})\.(?P<ending>docx|epub|a4\.pdf|16k\.pdf)$", views.collection_file, name="collection_file"),
    re_path(r"^o/(?P<slug>[-\w]+)/roundup/article\.(?P<ending>docx|html|pdf)$", views.download, name="download"),
    path("c/<slug:slug>/roundup/", views.public, name="public"),
    re_path(r"^c/(?P<slug>[-\w]+)/roundup\.(?P<ending>docx|pdf)$", views.public_file, name="public_file"),
]
