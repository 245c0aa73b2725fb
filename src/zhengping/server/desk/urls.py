"""Doors of the app."""

from django.urls import path, re_path

from zhengping.server.desk import views

app_name = "desk"
urlpatterns = [
    path("o/<slug:slug>/", views.overview, name="overview"),
    path("o/<slug:slug>/cases/", views.cases, name="cases"),
    re_path(r"^o/(?P<slug>[-\w]+)/cases\.(?P<ending>xlsx|csv|jsonl)$", views.export, name="export"),
    path("o/<slug:slug>/originals.zip", views.originals, name="originals"),
    path("o/<slug:slug>/cases/<int:number>/", views.case, name="case"),
    path("o/<slug:slug>/figures/", views.figures, name="figures"),
    path("o/<slug:slug>/figures/<slug:about>/", views.figure, name="figure"),
    re_path(r"^o/(?P<slug>[-\w]+)/figures\.(?P<ending>xlsx|html)$", views.figures_file, name="figures_file"),
    path("o/<slug:slug>/queue/", views.queue, name="queue"),
    path("o/<slug:slug>/matches/", views.matches, name="matches"),
    path("o/<slug:slug>/matches/<int:pk>/", views.match, name="match"),
    path("o/<slug:slug>/findings/", views.findings, name="findings"),
    path("o/<slug:slug>/screening/", views.screening_state, name="screening"),
    path("o/<slug:slug>/mail/", views.outbox, name="outbox"),
    path("o/<slug:slug>/mail/<int:pk>/", views.message, name="message"),
    path("o/<slug:slug>/audit/", views.audit_log, name="audit"),
]
