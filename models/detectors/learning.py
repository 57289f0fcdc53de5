"""Fits small networks: the same seed and rows give the same weights on a CPU."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

BATCH = 512
RATE = 2e-3
EPOCHS = 100
MOST_STEPS = 8_000


def learn(
    make: "Callable[[], torch.nn.Module]",
    inputs: tuple[np.ndarray, ...],
    loss: "Callable[..., torch.Tensor]",
    *,
    seed: int,
    trained: bool = True,
) -> dict[str, np.ndarray]:
    """Make a network and minimise its loss by Adam, with a rate that falls to 0 as a cosine.

    Parameters
    ----------
    make
        Gives the network, with weights as they are drawn.
    inputs
        Arrays of n rows each.
    loss
        From the network and a batch of each array, in that order, to one number.
    trained
        Whether to learn anything: a hundred passes over the rows, or 8,000 batches of 512.

    Returns
    -------
    The weights, float32, by name.
    """
    import torch

    steps = min(MOST_STEPS, -(-EPOCHS * len(inputs[0]) // BATCH)) if trained else 0
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums in one order; these networks gain nothing from more
    try:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            network = make().to(device)
            rows = tuple(torch.as_tensor(part, dtype=torch.float32).to(device) for part in inputs)
            optimiser = torch.optim.Adam(network.parameters(), lr=RATE)
            schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(steps, 1))
            for _ in range(steps):
                batch = torch.randint(len(rows[0]), (BATCH,)).to(device)
                optimiser.zero_grad()
                loss(network, *(part[batch] for part in rows)).backward()
                optimiser.step()
                schedule.step()
            return {
                name.replace(".", "_"): weight.detach().cpu().numpy().copy()
                for name, weight in network.state_dict().items()
            }
    finally:
        torch.set_num_threads(threads)


def dense(rows: np.ndarray, weights: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Apply a linear layer that torch learned: n by i to n by o."""
    return rows @ weights[f"{name}_weight"].T + weights[f"{name}_bias"]
