"""What the service adds to the scoring itself, against a bare Starlette application.

    python experiments/serving/benchmark.py

Starts both on loopback, one process each, and sends the same vectors to either in turn: single ones
and 1,000 at a time, by four callers at once. Prints Markdown.
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

CALLERS = 4
ROUNDS = 5
SECONDS = 4.0
SIZES = (1, 1_000)

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


def ready(url: str) -> float:
    begun = time.perf_counter()
    while True:
        try:
            httpx.get(url, timeout=5)
            return time.perf_counter() - begun
        except httpx.TransportError:
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


async def load(url: str, asked: dict, size: int) -> Measured:
    times: list[float] = []
    stop = time.perf_counter() + SECONDS

    async def call(client: httpx.AsyncClient) -> None:
        while (begun := time.perf_counter()) < stop:
            answer = await client.post(f"{url}/v1/score/commits", json=asked)
            answer.raise_for_status()
            times.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    async with httpx.AsyncClient(timeout=60) as client:
        await asyncio.gather(*(call(client) for _ in range(CALLERS)))
    return Measured(times, size * len(times), time.perf_counter() - begun)


def joined(parts: list[Measured]) -> Measured:
    return Measured(
        [t for part in parts for t in part.times],
        sum(part.rows for part in parts),
        sum(part.elapsed for part in parts),
    )


def main() -> None:
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
