"""The baseline as MLflow serves it: this file itself is logged, so nothing is pickled.

MLflow runs it as a script outside the package; hence the absolute imports.
"""

from typing import Any

import numpy as np
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from trustdrift.features.catalog import digest, features
from trustdrift.features.feature import LEVELS
from trustdrift.features.vectors import Vectors
from trustdrift.models.baseline import Baseline


class Scorer(PythonModel):
    """Scores rows that carry a `level` and that level's features, named `level.feature`.

    A single request has no earlier windows; a detector that looks back takes them for unknown.
    """

    def load_context(self, context: PythonModelContext) -> None:
        """Load the baseline that was logged, and check its checksums."""
        from pathlib import Path

        self.baseline = Baseline.load(Path(context.artifacts["baseline"]))

    def predict(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Give `p_value` and `combined` for each row."""
        found = pd.DataFrame(np.nan, index=model_input.index, columns=["p_value", "combined"])
        for level in LEVELS:
            rows = (model_input["level"] == level).to_numpy()
            names = [f"{level}.{feature.name}" for feature in features(level)]
            values = model_input.reindex(columns=names)[rows].astype(float)
            values.columns = [feature.name for feature in features(level)]
            subjects = pd.DataFrame(
                {"project": "", "known_time": 0, "person": np.arange(len(values)).astype(str)}
            )
            vectors = Vectors(level, subjects, values.reset_index(drop=True), digest())
            scores = self.baseline.score(vectors)
            found.loc[rows, "p_value"] = scores.p_value
            found.loc[rows, "combined"] = scores.combined
        return found


set_model(Scorer())
