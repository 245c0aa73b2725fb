"""Doors of the app."""

from django.urls import path

from zhengping.server.publication import views

app_name = "publication"
urlpatterns = [
    path("c/<slug:slug>/publicity/", views.notice, name="notice"),
    path("c/<slug:slug>/publicity/list.pdf", views.notice_file, name="notice_file"),
    path("c/<slug:slug>/objections/", views.object_, name="object"),
    path("objection/<str:token>/", views.objection, name="objection"),
    path("hearing/<str:token>/", views.hearing, name="hearing"),
    path("c/<slug:slug>/results/", views.results, name="results"),
    path("c/<slug:slug>/results.<str:ending>", views.results_file, name="results_file"),
    path("k/", views.check, name="check"),
    path("k/signing.pem", views.signing, name="signing"),
    path("k/<str:word>/", views.checked, name="checked"),
    path("s/<str:token>/certificate.pdf", views.own_certificate, name="own_certificate"),
    path("o/<slug:slug>/publication/", views.overview, name="overview"),
    path("o/<slug:slug>/publication/rules/", views.setting, name="rules"),
    path("o/<slug:slug>/publication/rules/certificate.pdf", views.preview, name="preview"),
    path("o/<slug:slug>/publication/objections/", views.objections, name="objections"),
    path("o/<slug:slug>/publication/objections/<int:objection>/", views.ruling, name="ruling"),
    path("o/<slug:slug>/publication/objections/<int:objection>/evidence/", views.evidence, name="evidence"),
    path("o/<slug:slug>/publication/results/", views.changes, name="changes"),
    path("o/<slug:slug>/publication/texts/", views.texts, name="texts"),
    path("o/<slug:slug>/publication/texts/<int:number>/", views.text, name="text"),
    path("o/<slug:slug>/publication/certificates/", views.certificates, name="certificates"),
    path("o/<slug:slug>/publication/certificates.zip", views.certificates_zip, name="certificates_zip"),
]
