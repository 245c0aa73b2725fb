"""The crossed mixed model beside lme4 on InstEval (73,421 ratings of 1,128 lecturers by 2,972 students): `mixed_model.py [REPEATS]` (3 by default).

R with lme4 gives the data and its own answer and time in the same run; without R it says so and ends. Both fit mark = mean + student + lecturer + rest by
REML; times are the best of the repeats, in this process and in R's, without start and reading.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from zhengping.engine.calibration.marks import marks
from zhengping.engine.calibration.mixed import mixed

_SCRIPT = """
suppressMessages(library(lme4))
write.csv(InstEval[, c("s", "d", "y")], "insteval.csv", row.names = FALSE)
best <- Inf
for (turn in 1:{repeats}) {{
  spent <- system.time(fitted <- lmer(y ~ 1 + (1 | s) + (1 | d), InstEval))[["elapsed"]]
  best <- min(best, spent)
}}
variances <- as.data.frame(VarCorr(fitted))$vcov
cat(sprintf("%.10f", variances), best, sprintf("%.10f", fixef(fitted)), as.character(packageVersion("lme4")))
"""


def main() -> None:
    """Print both answers, the greatest difference and the ratio of times."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    if not shutil.which("Rscript"):
        print("Skipped: Rscript is not installed (r-cran-lme4 brings both).")
        return
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["Rscript", "-e", _SCRIPT.format(repeats=repeats)], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            print(f"Skipped: lme4 cannot be used ({done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}).")
            return
        *theirs, spent, mean, version = done.stdout.split()
        rows = list(csv.DictReader((Path(folder) / "insteval.csv").read_text("utf-8").splitlines()))
    students, student = np.unique([int(row["s"]) for row in rows], return_inverse=True)
    lecturers, lecturer = np.unique([int(row["d"]) for row in rows], return_inverse=True)
    of = marks(student, lecturer, np.array([float(row["y"]) for row in rows]), len(students), len(lecturers))
    times = []
    for _turn in range(repeats):
        start = time.perf_counter()
        found = mixed(of)
        times.append(time.perf_counter() - start)
    ours = found.case_variance, found.judge_variance, found.rest_variance
    apart = max(abs(one - float(other)) / float(other) for one, other in zip(ours, theirs, strict=True))
    print("| | students | lecturers | rest | mean | seconds |\n|---|---|---|---|---|---|")
    print(f"| lme4 {version} | {' | '.join(f'{float(one):.5f}' for one in theirs)} | {float(mean):.4f} | {float(spent):.2f} |")
    print(f"| zhengping | {' | '.join(f'{one:.5f}' for one in ours)} | {found.mean:.4f} | {min(times):.2f} |")
    print(f"\ngreatest difference of a variance {apart:.4%}; time {min(times) / float(spent):.3f} of lme4's")


if __name__ == "__main__":
    main()
