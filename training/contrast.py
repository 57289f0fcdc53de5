"""What parts two kinds of rows, told by weights that are not negative."""

import numpy as np


def non_negative_weights(
    rows: np.ndarray, strange: np.ndarray, penalty: float, share: np.ndarray | None = None
) -> np.ndarray:
    """Fit a logistic model in which no feature can speak against strangeness. Needs scipy.

    Least is the weighted mean of the logistic loss plus the penalty times the sum of squared
    weights, by L-BFGS-B (Byrd et al. 1995, SIAM); the intercept is free.

    Parameters
    ----------
    rows, strange
        n by d, and n marks of 0 or 1.
    share
        n weights of the rows that add up to 1; equal if None.

    Returns
    -------
    d weights.
    """
    from scipy.optimize import minimize

    n, d = rows.shape
    each = np.full(n, 1 / n) if share is None else share
    odds = each @ strange / (each @ (1 - strange))

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        z = rows @ at[:d] + at[d]
        off = each * (1 / (1 + np.exp(-z)) - strange)
        slope = np.r_[rows.T @ off + 2 * penalty * at[:d], off.sum()]
        mean = float(each @ (np.logaddexp(0, z) - strange * z))
        return mean + penalty * float((at[:d] ** 2).sum()), slope

    start = np.r_[np.full(d, 0.1), np.log(odds)]
    bounds = [(0.0, None)] * d + [(None, None)]
    return minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x[:d]
