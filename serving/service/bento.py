"""The BentoML service: what `bentoml serve`, `bentoml build` and `trustdrift serve` run."""

import bentoml

from .app import make_app
from .logs import write_json
from .settings import from_environment

write_json()
_app = make_app(from_environment())


@bentoml.service(name="trustdrift", traffic={"timeout": 120}, metrics={"enabled": False})
@bentoml.asgi_app(_app, path="/")
class Trustdrift:
    """Serves the application; BentoML brings workers, health, readiness and its own metrics."""

    def __is_ready__(self) -> bool:
        """Tell whether the database answers."""
        from sqlalchemy import text

        with _app.state.service.database.session() as session:
            return session.scalar(text("select 1")) == 1
