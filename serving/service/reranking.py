"""Puts leads in another order by what was made of earlier ones."""

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from ...features.catalog import features
from ...features.feature import LEVELS, Level
from ...models.feedback import feature_factors, standing
from .database import Label, Lead

WORTH = {"worth a look": True, "reported": True, "ordinary": False, "honest hand-over": False}
"""Whether a label says that looking was worth it."""


def rerank(session: Session, level: Level) -> None:
    """Renew the standing of all leads of a level; the newest label of a lead counts.

    p-values stay: only the order follows what readers found.
    """
    leads = list(session.scalars(select(Lead).where(Lead.level == level).order_by(Lead.id)))
    if not leads:
        return
    newest: dict[str, str] = {}
    given = select(Label.lead_id, Label.label).join(Lead).where(Lead.level == level)
    for lead_id, label in session.execute(given.order_by(Label.at, Label.id)):
        newest[lead_id] = label
    names = [feature.name for feature in features(level)]
    weights = np.array([[lead.weights.get(name, 0.0) for name in names] for lead in leads])
    labelled = np.array([lead.id in newest for lead in leads])
    worth = np.array([WORTH[newest[lead.id]] for lead in leads if lead.id in newest], dtype=bool)
    factors = feature_factors(weights[labelled], worth)
    p_values = np.array([lead.p_value for lead in leads])
    for lead, number in zip(leads, standing(p_values, weights, factors).tolist(), strict=True):
        lead.standing = number


def rerank_all(session: Session) -> None:
    """Renew the standing of all leads."""
    for level in LEVELS:
        rerank(session, level)
