"""What the service adds to the scoring itself, against a bare Starlette application.

    python experiments/serving/benchmark.py

Starts both on loopback, one process each, and sends the same vectors to either in turn: single ones
and 1,000 at a time, by four callers at once. Then a BentoML service that does nothing but score and
explain, with adaptive batching and without, by four callers and by sixteen; and the scoring by
itself, in this process. Prints Markdown.
"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from trustdrift.features.catalog import digest, features
from trustdrift.models.baseline import Baseline
from trustdrift.models.rows import Rows

CALLERS = 4
ROUNDS = 5
SECONDS = 4.0
SIZES = (1, 1_000)

MANY_CALLERS = 16
BATCHED = """
import bentoml
import numpy as np
import pandas as pd
from trustdrift.features.catalog import digest, features
from trustdrift.models.baseline import Baseline
from trustdrift.models.rows import Rows
from trustdrift.features.vectors import Vectors
from trustdrift.models.baseline import Baseline
from trustdrift.models.leads import Limits, find_leads

@bentoml.service(metrics={"enabled": False}, traffic={"timeout": 60})
class Scorer:
    def __init__(self):
        self.baseline = Baseline.load().levels["commit"]
        self.names = [feature.name for feature in features("commit")]

    @bentoml.api(batchable=BATCHABLE, max_batch_size=64, max_latency_ms=1000)
    def score(self, vectors: np.ndarray) -> list:
        shas = [f"{number:040x}" for number in range(len(vectors))]
        subjects = pd.DataFrame({"sha": shas, "known_time": 0, "person": "", "project": ""})
        values = pd.DataFrame(vectors, columns=self.names)
        given = Vectors("commit", subjects, values, digest())
        scores = self.baseline.score(given)
        limits = Limits(top=len(given), level=1.0)
        found = find_leads(self.baseline, given, scores, limits)
        texts = {lead.row: [reason.text for reason in lead.reasons] for lead in found}
        return [{"p_value": float(p), "reasons": texts[n]} for n, p in enumerate(scores.p_value)]
"""
BARE = """
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from trustdrift.models.baseline import Baseline
from trustdrift.models.leads import Limits, find_leads
from trustdrift.serving.reports.as_json import lead_document
from trustdrift.serving.service.schemas import VectorBatch
from trustdrift.serving.service.scoring import _given
from starlette.concurrency import run_in_threadpool

baseline = Baseline.load().levels["commit"]

def answer(document):
    vectors = _given("commit", VectorBatch.model_validate(document["vectors"]))
    scores = baseline.score(vectors)
    leads = find_leads(baseline, vectors, scores, Limits(top=document["top"], level=1.0))
    return {"leads": [lead_document(lead) for lead in leads]}

async def score(request):
    return JSONResponse(await run_in_threadpool(answer, await request.json()))

uvicorn.run(Starlette(routes=[Route("/v1/score/commits", score, methods=["POST"])]),
            host="127.0.0.1", port=PORT, log_level="warning")
"""


@dataclass
class Measured:
    """Times of one kind of request, in seconds."""

    times: list[float]
    rows: int
    elapsed: float

    @property
    def per_second(self) -> float:
        return self.rows / self.elapsed

    def quantile(self, share: float) -> float:
        return 1_000 * float(np.quantile(self.times, share))


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


def ready(url: str, *statuses: int) -> float:
    """Wait for an answer, of these statuses if any are named; give the seconds."""
    begun = time.perf_counter()
    while True:
        try:
            if httpx.get(url, timeout=5).status_code in statuses or not statuses:
                return time.perf_counter() - begun
        except httpx.TransportError:
            pass
        time.sleep(0.05)


def document(size: int) -> dict:
    rng = np.random.default_rng(0)
    names = [feature.name for feature in features("commit")]
    values = np.round(rng.lognormal(size=(size, len(names))), 3).tolist()
    vectors = [
        {"subject": {"sha": f"{number:040x}"}, "values": dict(zip(names, row, strict=True))}
        for number, row in enumerate(values)
    ]
    return {"vectors": {"catalog": digest(), "vectors": vectors}, "top": 5}


async def load(
    url: str, asked: dict, size: int, callers: int = CALLERS, path: str = "/v1/score/commits"
) -> Measured:
    times: list[float] = []
    stop = time.perf_counter() + SECONDS

    async def call(client: httpx.AsyncClient) -> None:
        while (begun := time.perf_counter()) < stop:
            answer = await client.post(f"{url}{path}", json=asked)
            answer.raise_for_status()
            times.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    async with httpx.AsyncClient(timeout=60) as client:
        await asyncio.gather(*(call(client) for _ in range(callers)))
    return Measured(times, size * len(times), time.perf_counter() - begun)


def joined(parts: list[Measured]) -> Measured:
    return Measured(
        [t for part in parts for t in part.times],
        sum(part.rows for part in parts),
        sum(part.elapsed for part in parts),
    )


def alone() -> None:
    """Time the scoring itself."""
    learned = Baseline.load().levels["commit"]
    known = features("commit")
    for size in (1, 20_000):
        rows = Rows(
            np.random.default_rng(0).lognormal(size=(size, len(known))), known, learned.reference
        )
        times = []
        for _ in range(50 if size == 1 else 3):
            begun = time.perf_counter()
            learned.score_rows(rows)
            times.append(time.perf_counter() - begun)
        took = float(np.median(times))
        print(f"Scored in process, {size:,} at a time: {1_000 * took / size:.3f} ms a row, "
              f"{size / took:,.0f} rows/s\n")  # fmt: skip


def batching(place: Path) -> None:
    """Compare BentoML's adaptive batching with none."""
    single = list(document(1)["vectors"]["vectors"][0]["values"].values())
    print("| callers | adaptive batching | requests/s | p50 ms | p99 ms |")
    print("|---|---|---|---|---|")
    for batchable in (False, True):
        (place / "batched.py").write_text(BATCHED.replace("BATCHABLE", str(batchable)))
        port = free_port()
        words = [sys.executable, "-m", "bentoml", "serve", "batched:Scorer", "--port", str(port)]
        process = subprocess.Popen(
            words, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "BENTOML_DO_NOT_TRACK": "True"},
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}"
            ready(f"{url}/readyz", 200)
            for callers in (CALLERS, MANY_CALLERS):
                parts = [
                    asyncio.run(load(url, {"vectors": [single]}, 1, callers, "/score"))
                    for _ in range(ROUNDS)
                ]
                found = joined(parts[1:])
                print(
                    f"| {callers} | {'on' if batchable else 'off'} | {found.per_second:.1f} "
                    f"| {found.quantile(0.5):.1f} | {found.quantile(0.99):.1f} |"
                )
        finally:
            process.terminate()
            process.wait(20)
    print()


def main() -> None:
    alone()
    with tempfile.TemporaryDirectory() as place:
        batching(Path(place))
    ports = {"service": free_port(), "bare": free_port()}
    with tempfile.TemporaryDirectory() as place:
        variables = {
            **os.environ, "TRUSTDRIFT_OPEN": "true", "TRUSTDRIFT_DATA": str(Path(place) / "data"),
            "TRUSTDRIFT_REQUESTS_PER_MINUTE": "1000000",
        }  # fmt: skip
        serve = ["-m", "trustdrift.serving", "serve", "--port", str(ports["service"])]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        processes = [
            subprocess.Popen([sys.executable, *serve], env=variables, **quiet),
            subprocess.Popen(
                [sys.executable, "-c", BARE.replace("PORT", str(ports["bare"]))], **quiet
            ),
        ]
        try:
            urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
            started = {name: ready(f"{url}/v1/health") for name, url in urls.items()}
            print(f"Cold start to the first answer: {started['service']:.1f} s\n")
            print("| rows a request | who | requests/s | rows/s | p50 ms | p99 ms |")
            print("|---|---|---|---|---|---|")
            for size in SIZES:
                compare(urls, size)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(20)


def compare(urls: dict[str, str], size: int) -> None:
    asked = document(size)
    parts: dict[str, list[Measured]] = {name: [] for name in urls}
    for _ in range(ROUNDS):
        for name, url in urls.items():
            parts[name].append(asyncio.run(load(url, asked, size)))
    found = {name: joined(part) for name, part in parts.items()}
    for name, one in found.items():
        print(
            f"| {size:,} | {name} | {len(one.times) / one.elapsed:.1f} | {one.per_second:,.0f} "
            f"| {one.quantile(0.5):.1f} | {one.quantile(0.99):.1f} |"
        )
    ours, bare = found["service"], found["bare"]
    print(
        f"| {size:,} | ratio | {ours.per_second / bare.per_second:.2f} | "
        f"{ours.per_second / bare.per_second:.2f} | {ours.quantile(0.5) / bare.quantile(0.5):.2f} "
        f"| {ours.quantile(0.99) / bare.quantile(0.99):.2f} |"
    )


if __name__ == "__main__":
    main()
