"""Doors of the app."""


app_name = "screening"
urlpatterns = []
