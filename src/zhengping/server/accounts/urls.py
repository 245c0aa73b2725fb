"""Doors of the app."""

from django.urls import path

from zhengping.server.accounts import views

app_name = "accounts"
urlpatterns = [path("", views.profile, name="profile")]
