"""Who reads what -> how well the severities of judges can be told apart: variances and islands."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from zhengping.engine.assignment.task import Ints


def islands(case: Ints, judge: Ints, cases: int, judges: int) -> Ints:
    """The number of the island of each judge; judges of one island are joined by cases in common. A judge who reads nothing has -1."""
    graph = coo_array((np.ones(len(case)), (case, cases + judge)), shape=(cases + judges, cases + judges))
    _count, labels = connected_components(graph, directed=False)
    found = labels[cases:]
    reading = np.zeros(judges, bool)
    reading[judge] = True
    _names, numbers = np.unique(found[reading], return_inverse=True)
    result = np.full(judges, -1)
    result[reading] = numbers
    return result


def variances(case: Ints, judge: Ints, judges: int) -> npt.NDArray[np.float64] | None:
    """The mean variance of each judge's severity difference to the others, against a balanced design of the same size; None with several islands.

    Model: score = case + judge + noise of one variance; cases absorbed, the information on judges is C = diag(loads) - N'N/k (John & Williams 1995).
    A balanced design of J judges with r reads each and k reads a case has 2(J-1)/(J r (1-1/k)) for every pair. NaN for judges who read nothing.
    """
    reading = np.unique(judge)
    if len(reading) < 2:
        return None
    where = np.full(judges, -1)
    where[reading] = np.arange(len(reading))
    named, rows = np.unique(case, return_inverse=True)
    count = len(reading)
    held = coo_array((np.ones(len(case)), (rows, where[judge]))).tocsr()
    per_case = np.asarray(held.sum(1)).ravel()
    information = np.diag(np.asarray(held.sum(0)).ravel()) - (held.T @ (held.multiply(1 / per_case[:, None]))).toarray()
    values, vectors = np.linalg.eigh(information)
    if (values < 1e-9).sum() > 1:
        return None
    inverse = (vectors[:, 1:] / values[1:]) @ vectors[:, 1:].T
    own = np.diag(inverse)
    mean = own + (own.sum() - own - 2 * (inverse.sum(1) - own)) / (count - 1)
    mean_reads = len(case) / len(named)
    balanced = 2 * (count - 1) / (count * (len(case) / count) * (1 - 1 / mean_reads)) if mean_reads > 1 else np.inf
    result = np.full(judges, np.nan)
    result[reading] = mean / balanced
    return result
