from django.db import migrations


def keep(apps, schema):
    """What was told in one language stays as it was told, under that language."""
    rows, proposals = apps.get_model("decision", "Row").objects, apps.get_model("decision", "Proposal").objects
    for proposal in proposals.exclude(error="").iterator(500):
        proposal.trouble = {proposal.language: proposal.error}
        proposal.save(update_fields=["trouble"])
    last = 0
    while held := list(rows.filter(pk__gt=last).exclude(reason="").order_by("pk").select_related("proposal")[:500]):
        for row in held:
            row.reasons = {row.proposal.language: row.reason}
        rows.bulk_update(held, ["reasons"])
        last = held[-1].pk


def back(apps, schema):
    """One of the languages, the proposal's own where it has it; the other one is lost, as there was no place for it."""
    rows, proposals = apps.get_model("decision", "Row").objects, apps.get_model("decision", "Proposal").objects
    for proposal in proposals.iterator(500):
        proposal.error = proposal.trouble.get(proposal.language) or next(iter(proposal.trouble.values()), "")
        proposal.save(update_fields=["error"])
    last = 0
    while held := list(rows.filter(pk__gt=last).order_by("pk").select_related("proposal")[:500]):
        for row in held:
            row.reason = (row.reasons.get(row.proposal.language) or next(iter(row.reasons.values()), ""))[:400]
        rows.bulk_update(held, ["reason"])
        last = held[-1].pk


class Migration(migrations.Migration):
    dependencies = [("decision", "0004_add_reasons")]
    operations = [migrations.RunPython(keep, back)]
