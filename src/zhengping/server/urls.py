"""All doors of the site."""

from django.urls import include, path

from zhengping.server.call.urls import doors

urlpatterns = [
    *doors,
    path("account/me/", include("zhengping.server.accounts.urls")),
    path("account/", include("allauth.urls")),
    path("", include("zhengping.server.call.urls")),
    path("", include("zhengping.server.submission.urls")),
    path("", include("zhengping.server.screening.urls")),
    path("", include("zhengping.server.judging.urls")),
    path("", include("zhengping.server.decision.urls")),
    path("", include("zhengping.server.publication.urls")),
    path("", include("zhengping.server.roundup.urls")),
    path("", include("zhengping.server.library.urls")),
    path("", include("zhengping.server.api.urls")),
    path("", include("zhengping.server.desk.urls")),
]
