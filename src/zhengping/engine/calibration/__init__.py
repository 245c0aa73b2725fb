"""Scores -> Calibration: what they say of each case, freed of its judges, with how sure that is."""

from zhengping.engine.calibration.calibrate import Options, Totals, calibrate, scaled_votes, totals
from zhengping.engine.calibration.result import Agreement, Beside, Calibration

__all__ = ["Agreement", "Beside", "Calibration", "Options", "Totals", "calibrate", "scaled_votes", "totals"]
