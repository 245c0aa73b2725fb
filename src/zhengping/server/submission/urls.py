"""Doors of the app."""


app_name = "submission"
urlpatterns = []
