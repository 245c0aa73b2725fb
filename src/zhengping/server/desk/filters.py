"""What lists can be narrowed by."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhengping.engine import tables
from zhengping.server.audit.templatetags.words import called_lazily
from zhengping.server.call.models import Body
from zhengping.server.call.queries import theme_choices
from zhengping.server.screening.models import MARK_NAMES, Mark
from zhengping.server.submission import queries as submission
from zhengping.server.submission.models import Submission

CODED = [("person", _("人工确认")), ("unsure", _("机器，不足 90%")), ("sure", _("机器，90% 以上"))]
STATES = [("late", _("逾期")), ("findings", _("有校对提示")), ("matches", _("有待定查重")), ("excluded", _("已排除"))]


class CaseFilter(django_filters.FilterSet):
    """Words, place, theme, type, mark, state."""

    q = django_filters.CharFilter(label=_("编号、名称、单位或正文"), method="by_words")
    body = django_filters.ModelChoiceFilter(label=_("地区"), queryset=lambda request: Body.objects.filter(edition=request.edition, parent=None), method="by_body")
    theme = django_filters.ChoiceFilter(label=_("主题"), choices=())
    unit_type = django_filters.ChoiceFilter(label=_("单位类型"), choices=[(name, called_lazily(name)) for name, _english in tables.unit_types()])
    mark = django_filters.ChoiceFilter(label=_("等次"), choices=[*MARK_NAMES.items(), ("none", _("未标注"))], method="by_mark")
    coded = django_filters.ChoiceFilter(label=_("编码"), choices=CODED, method="by_coding")
    state = django_filters.ChoiceFilter(label=_("情况"), choices=STATES, method="by_state")

    class Meta:
        model = Submission
        fields = ["q", "body", "theme", "unit_type", "mark", "coded", "state"]

    def __init__(self, *args, edition, request, **words):
        request.edition = edition
        super().__init__(*args, request=request, **words)
        self.filters["theme"].extra["choices"] = theme_choices(edition)
        for name in ("body", "theme", "unit_type", "mark", "coded", "state"):
            self.filters[name].extra["empty_label"] = _("全部")
        self.form.fields["q"].widget = forms.TextInput(attrs={"type": "search"})

    def by_words(self, rows, name, value):
        """A number, or words of title, unit or text, each of which must stand there."""
        words = value.split()
        if len(words) == 1 and words[0].isdigit():
            return rows.filter(number=int(words[0]))
        return rows.filter(pk__in=submission.holding(words)) if words else rows

    def by_body(self, rows, name, value):
        """A province and what lies below it."""
        return rows.filter(Q(body=value) | Q(body__parent=value) | Q(body__parent__parent=value))

    def by_mark(self, rows, name, value):
        """The mark of the body of the first tier."""
        own = Mark.objects.filter(body__edition=self.request.edition, body__parent=None)
        return rows.exclude(pk__in=own.values("submission")) if value == "none" else rows.filter(pk__in=own.filter(mark=value).values("submission"))

    def by_coding(self, rows, name, value):
        """Who coded it, and how surely."""
        if value == "person":
            return rows.filter(is_coded_by_person=True)
        rows = rows.filter(is_coded_by_person=False)
        return rows.filter(confidence__lt=0.9) if value == "unsure" else rows.filter(confidence__gte=0.9)

    def by_state(self, rows, name, value):
        """What is to be looked at."""
        wanted = {"late": Q(is_late=True), "findings": Q(open_findings__gt=0), "matches": Q(open_matches__gt=0), "excluded": ~Q(excluded_why="")}
        return rows.filter(wanted[value])
