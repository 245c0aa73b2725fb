"""The reasons of a proposal in the language of who reads, whoever asked for it in which language."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from tests.server.decision.test_decision import chair, proposal, rules  # noqa: F401 - fixtures

from zhengping.server.decision.models import Proposal, Row


def at(client, address, language):
    """An answer in a language."""
    client.cookies["django_language"] = language
    return client.get(address)


def test_each_reads_the_reasons_in_his_language(proposal, edition, at_desk):  # noqa: F811
    pages = [reverse("decision:proposal", args=[edition.slug, 1]) + "?show=all", reverse("decision:case", args=[edition.slug, 1, 6])]
    chinese, english = ("".join(at(at_desk, page, language).content.decode() for page in pages) for language in ("zh-hans", "en"))

    assert chinese.count("第1名，按名次获一等奖。") == 2 and "by rank" not in chinese
    assert english.count("Rank 1: 一等奖 by rank.") == 2 and "按名次" not in english


def test_the_workbook_is_in_the_language_of_who_takes_it(proposal, edition, at_desk):  # noqa: F811
    address = reverse("decision:sheet", args=[edition.slug, 1])

    def words(language):
        sheet = openpyxl.load_workbook(io.BytesIO(at(at_desk, address, language).content)).active
        return [(sheet.cell(1, column).value, sheet.cell(2, column).value) for column in range(1, 13)][10]

    assert words("zh-hans") == ("理由", "第1名，按名次获一等奖。")
    assert words("en") == ("Reason", "Rank 1: 一等奖 by rank.")


def test_a_reason_that_was_told_in_one_language_alone_is_shown_as_it_was(proposal, edition, at_desk):  # noqa: F811
    Row.objects.filter(proposal=proposal).update(reasons={"zh": "第1名，旧的一句。"})

    assert "第1名，旧的一句。" in at(at_desk, reverse("decision:case", args=[edition.slug, 1, 6]), "en").content.decode()


@pytest.mark.django_db(transaction=True)
def test_rows_of_before_keep_their_sentence_under_its_language(proposal):  # noqa: F811
    early, late = [("decision", "0003_add_public_vote")], [("decision", "0006_drop_one_language")]
    told = dict(Row.objects.values_list("order", "reasons"))
    try:
        executor = MigrationExecutor(connection)
        executor.migrate(early)
        old = executor.loader.project_state(early).apps
        assert {row.order: row.reason for row in old.get_model("decision", "Row").objects.all()} == {order: both["zh"] for order, both in told.items()}
        old.get_model("decision", "Proposal").objects.update(language="en", error="Some trouble.")
        old.get_model("decision", "Row").objects.filter(order=1).update(reason="Rank 1: first.")
        old.get_model("decision", "Row").objects.filter(order=2).update(reason="")
    finally:
        MigrationExecutor(connection).migrate(late)

    assert [row.reasons for row in Row.objects.all()[:2]] == [{"en": "Rank 1: first."}, {}]
    assert Proposal.objects.get().trouble == {"en": "Some trouble."}
