"""Doors of the app."""


app_name = "call"
urlpatterns = []
