"""The API fuzzed from its own document: no error of ours, no answer that leaks where things lie."""

import os
from collections import Counter
from typing import Any, cast

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.core.result import Ok

from .conftest import Server, Watched

EACH = int(os.environ.get("TRUSTDRIFT_FUZZ_CASES", "25"))
"""Cases of each operation; docs/service.md says how many were run by hand."""


def test_whatever_is_sent_is_answered_and_nothing_leaks(server: Server, watched: Watched) -> None:
    document = schemathesis.openapi.from_dict(httpx.get(f"{server.url}/docs.json").json())
    answered: Counter[int] = Counter()
    with server.http() as http:
        for found in document.get_all_operations():
            operation: Any = cast("Ok", found).ok()

            @settings(
                max_examples=EACH,
                deadline=None,
                database=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
            )
            @given(case=operation.as_strategy())
            def send(case: Case) -> None:
                response = case.call(
                    base_url=server.url, headers={"Authorization": http.headers["Authorization"]}
                )
                answered[response.status_code] += 1
                said = f"{case.as_curl_command()}\n{response.text}"
                assert response.status_code < 500, said
                if response.status_code >= 400:
                    kind = response.headers["content-type"]
                    assert kind == ["application/problem+json"], said
                    assert str(server.settings.data) not in response.text
                    assert "Traceback" not in response.text

            send()
        assert http.get("/v1/health").json()["ready"]
    assert sum(answered.values()) >= 15 * EACH
    assert answered[200]
    assert answered[422]
