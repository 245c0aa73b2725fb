"""Fixed panels with few links: how much of a panel's level is its cases' quality and how much its judges' severity.

Judges who mostly read together form a panel. Two levels are added to the crossed mixed model for each panel, of its cases' quality and of its judges'
severity, whose variances are found by their marginal likelihood; what the links between panels say of severity stands in the same equations. With iid
cases and judges alone a panel's level would nearly all be taken for severity, since the mean of a hundred cases varies less than that of seven judges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import linalg as sparse_linalg

from zhengping.engine.calibration.marks import Floats, Ints, Marks
from zhengping.engine.calibration.mixed import Mixed, projected

_TOGETHER = 0.5  # eigenvalue of the walk from judge to judge above which it stays in a panel
_MOST = 40
_SHARES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.6, 1.0, 1.6)


@dataclass(frozen=True, slots=True)
class Levels:
    """For each judge the leniency of its panel, for each case the quality level of its panel, and for each case the variance of that split."""

    judge: Floats
    case: Floats
    variance: Floats


def panels(of: Marks) -> Ints | None:
    """The panel of each judge by whom it reads with; None where judges are well mixed.

    The eigenvectors of the walk from judge to judge over common cases (Ng, Jordan, Weiss 2002) whose eigenvalues lie above a half, split by nearness.
    """
    if of.judges < 6:
        return None
    table = sparse.csr_matrix((np.ones(len(of.value)), (of.case, of.judge)), shape=(of.cases, of.judges))
    common = sparse.csr_matrix(table.T @ table - sparse.diags(of.loads.astype(np.float64)))
    degree = np.asarray(common.sum(axis=1)).ravel()
    root = sparse.diags(1 / np.sqrt(np.maximum(degree, 1e-9)))
    walk = root @ common @ root
    if of.judges <= 600:
        values, vectors = np.linalg.eigh(walk.toarray())
    else:
        values, vectors = sparse_linalg.eigsh(walk, k=_MOST, v0=np.ones(of.judges))
    kept = np.flatnonzero(values > _TOGETHER)
    if not 2 <= len(kept) < min(_MOST, of.judges // 2):
        return None
    return _split(vectors[:, kept] / np.maximum(np.linalg.norm(vectors[:, kept], axis=1, keepdims=True), 1e-12))


def _split(places: Floats) -> Ints:
    """Groups of points by nearness to as many centres as there are columns, begun from the points farthest from one another."""
    centres = [places[0]]
    for _turn in range(places.shape[1] - 1):
        far = np.min([((places - centre) ** 2).sum(axis=1) for centre in centres], axis=0)
        centres.append(places[int(far.argmax())])
    home = np.zeros(len(places), np.int64)
    for _turn in range(20):
        apart = np.stack([((places - centre) ** 2).sum(axis=1) for centre in centres], axis=1)
        home = apart.argmin(axis=1)
        centres = [places[home == at].mean(axis=0) if (home == at).any() else centre for at, centre in enumerate(centres)]
    return np.unique(home, return_inverse=True)[1].astype(np.int64)


def levels(of: Marks, crossed: Mixed, home: Ints) -> Levels | None:
    """The levels of panels, or None where they tell nothing beyond the crossed model."""
    count = int(home.max()) + 1
    seat = home[of.judge]
    votes = sparse.csr_matrix((np.ones(len(seat)), (of.case, seat)), shape=(of.cases, count)).toarray()
    theme = votes.argmax(axis=1)
    design = np.zeros((len(of.value), 2 * count))
    design[np.arange(len(seat)), theme[of.case]] = 1.0
    design[np.arange(len(seat)), count + seat] = 1.0
    project = projected(of, crossed)
    moved = np.stack([project(column) for column in design.T], axis=1)
    information = design.T @ moved / crossed.rest_variance
    score = moved.T @ (of.value - of.value.mean()) / crossed.rest_variance
    information = (information + information.T) / 2
    best, chosen = -np.inf, (0.0, 0.0)
    for strong in _SHARES:
        for mild in _SHARES:
            said = _evidence(information, score, strong * crossed.case_variance, mild * crossed.judge_variance, count) - 0.5 * mild
            if said > best + 1e-9:
                best, chosen = said, (strong, mild)
    if chosen == (0.0, 0.0):
        return None
    spread = np.repeat([max(chosen[0], 1e-4) * crossed.case_variance, max(chosen[1], 1e-4) * crossed.judge_variance], count)
    inverse = np.linalg.inv(information + np.diag(1 / spread))
    effect = inverse @ score
    centred = np.eye(count) - np.bincount(theme, minlength=count)[None, :] / of.cases  # the level of all is nobody's merit
    doubt = np.diag(centred @ inverse[:count, :count] @ centred.T)
    return Levels(effect[count + home], effect[theme], doubt[theme])


def _evidence(information: Floats, score: Floats, strong: float, mild: float, count: int) -> float:
    """The logarithm of the marginal likelihood of both variances, up to a constant."""
    root = np.sqrt(np.repeat([strong, mild], count))
    inner = np.eye(2 * count) + root[:, None] * information * root[None, :]
    part = root * score
    return float(-0.5 * np.linalg.slogdet(inner)[1] + 0.5 * part @ np.linalg.solve(inner, part))
