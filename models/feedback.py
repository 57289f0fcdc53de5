"""Re-ranks leads by what those who looked at earlier ones made of them."""

import numpy as np

STEP = 0.1
"""How far one label moves; chosen on learning projects (experiments/feedback)."""

MOST = 4.0
"""No feature counts for more than this many times, or less than this part of, its usual weight: a
reader's taste orders leads, it hides none."""


def feature_factors(weights: np.ndarray, worth: np.ndarray, step: float = STEP) -> np.ndarray:
    """Tell how much more or less each feature counts after some labels.

    Online mirror descent on a linear score (Siddiqui et al. 2018, KDD, "Feedback-guided anomaly
    detection via online optimization") with the entropic mirror map, so that factors stay positive:
    the factor of a feature is exp(η Σ y v), over labels y of +1 for what was worth a look and −1
    for what was not, v being the feature's share of the lead's score. It does not matter in which
    order labels came.

    Parameters
    ----------
    weights
        m by d: of each labelled lead the features' shares of its score.
    worth
        m marks of those that were worth a look.

    Returns
    -------
    d factors between 1/4 and 4.
    """
    signs = np.where(worth, 1.0, -1.0)
    bound = np.log(MOST)
    return np.exp(np.clip(step * signs @ weights, -bound, bound))


def standing(p_value: np.ndarray, weights: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Give what n leads are ordered by after feedback: the surprise, each feature's part weighed.

    Without feedback it is −log10 of the p-value. It is no p-value any more: it orders, and the
    p-value that is shown beside it stays what the baseline says.
    """
    return -np.log10(np.maximum(p_value, 1e-300)) * (1.0 + weights @ (factors - 1.0))
