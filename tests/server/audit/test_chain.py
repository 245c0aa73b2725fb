"""The chain of who did what: with the change or not at all, and a planted change is found and named."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from zhengping.server.audit.models import Entry, Head
from zhengping.server.audit.operations import anchor, erase, note
from zhengping.server.audit.queries import Fault, faults, keys, readable


@pytest.fixture
def chain(db):
    """Five entries."""
    with transaction.atomic():
        for at in range(5):
            note(actor="user:1", action="test", object=f"thing:{at}", after={"at": at})
    return list(Entry.objects.order_by("id"))


def test_an_untouched_chain_holds(chain):
    anchor()

    assert list(faults()) == []


def test_a_changed_row_is_named(chain):
    Entry.objects.filter(pk=chain[2].pk).update(after='{"at": 99}')

    assert list(faults()) == [Fault(chain[2].pk, "changed", "thing:2")]


def test_a_removed_row_is_found(chain):
    chain[2].delete()

    assert [fault.kind for fault in faults()] == ["removed", "end"]


def test_a_cut_off_end_is_found(chain):
    chain[4].delete()

    assert [fault.kind for fault in faults()] == ["end"]


def test_a_chain_built_anew_does_not_agree_with_the_signed_day(chain):
    anchor()
    Entry.objects.all().delete()
    Head.objects.all().delete()
    with transaction.atomic():
        for at in range(5):
            note(actor="user:1", action="test", object=f"other:{at}")

    assert [fault.kind for fault in faults()] == ["anchor"]


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_of_a_transaction_is_refused():
    with pytest.raises(TransactionManagementError):
        note(actor="user:1", action="test", object="thing:1")


def test_a_persons_values_are_readable_only_while_the_key_is_there(db):
    with transaction.atomic():
        note(actor="user:1", action="test", object="user:1", after={"name": "样例", "role": "judge"}, personal=("name",), subject="user:1")
    entry = Entry.objects.get()
    before = readable(entry.after, keys())
    erase(subject="user:1", actor="user:2")

    assert "样例" not in entry.after
    assert before == {"name": "样例", "role": "judge"}
    assert readable(entry.after, keys()) == {"name": "***", "role": "judge"}
    assert list(faults()) == []
