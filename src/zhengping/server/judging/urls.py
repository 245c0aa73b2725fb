"""Doors of the app."""

from django.urls import path

from zhengping.server.judging import views

app_name = "judging"
urlpatterns = [
    path("o/<slug:slug>/judging/", views.rounds, name="rounds"),
    path("o/<slug:slug>/judging/judges/", views.judges, name="judges"),
    path("o/<slug:slug>/judging/judges/template.xlsx", views.judges_template, name="judges_template"),
    path("o/<slug:slug>/judging/panels/", views.panels, name="panels"),
    path("o/<slug:slug>/judging/<int:round>/", views.round_, name="round"),
    path("o/<slug:slug>/judging/<int:round>/pairs/", views.pairs, name="pairs"),
    path("o/<slug:slug>/judging/vote/", views.poll, name="poll"),
    path("o/<slug:slug>/judging/vote/votes.xlsx", views.poll_sheet, name="poll_sheet"),
    path("c/<slug:slug>/vote/", views.vote, name="vote"),
    path("c/<slug:slug>/vote/<str:token>/", views.vote_confirm, name="vote_confirm"),
    path("j/<slug:slug>/", views.own, name="own"),
    path("j/<slug:slug>/conflicts/", views.conflicts, name="conflicts"),
    path("j/<slug:slug>/<int:round>/paper/", views.paper, name="paper"),
    path("j/<slug:slug>/<int:round>/workbook/", views.workbook, name="workbook"),
    path("j/<slug:slug>/<int:round>/workbook/sheets.xlsx", views.workbook_file, name="workbook_file"),
    path("j/<slug:slug>/<int:round>/workbooks/", views.workbooks, name="workbooks"),
    path("j/<slug:slug>/<int:round>/workbooks/all.zip", views.workbooks_zip, name="workbooks_zip"),
    path("j/<slug:slug>/<int:round>/workbooks/<int:seat>.xlsx", views.workbook_of, name="workbook_of"),
    path("j/<slug:slug>/<int:round>/chair/", views.chair, name="chair"),
    path("j/<slug:slug>/<int:round>/cases/<int:number>/", views.discussion, name="discussion"),
    path("j/sheet/<int:assignment>/", views.sheet, name="sheet"),
    path("j/sheet/<int:assignment>/save/", views.save, name="save"),
]
