"""Answers of the app: the organiser's rounds, the judge's sheets and the chair's view, the public vote."""

from zhengping.server.judging.views.rounds import judges, judges_template, pairs, panels, round_, rounds
from zhengping.server.judging.views.sheets import chair, conflicts, discussion, own, paper, save, sheet
from zhengping.server.judging.views.voting import poll, poll_sheet, vote, vote_confirm
from zhengping.server.judging.views.workbooks import workbook, workbook_file, workbook_of, workbooks, workbooks_zip

__all__ = ["chair", "conflicts", "discussion", "judges", "judges_template", "own", "pairs", "panels", "paper", "poll", "poll_sheet", "round_", "rounds", "save", "sheet", "vote", "vote_confirm", "workbook", "workbook_file", "workbook_of", "workbooks", "workbooks_zip"]
