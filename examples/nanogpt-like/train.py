"""Trains a small GPT on a book, and prints its losses and the time of a step.

    python3 train.py --steps 200                 the size for a GPU, or the small one where there is none
    python3 train.py --size small --steps 50     on a CPU, in seconds
"""
import argparse
import os
import time

import torch
import torch.nn.functional as F

from model import GPT, SIZES

WARM_UP = 20


def load_text():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "text", "opticks.txt")
    with open(path, encoding="ascii") as book:
        text = book.read()
    letters = sorted(set(text))
    number = {letter: index for index, letter in enumerate(letters)}
    return torch.tensor([number[letter] for letter in text]), letters


def random_batch(data, shape, device):
    starts = torch.randint(len(data) - shape.block - 1, (shape.batch,))
    x = torch.stack([data[i:i + shape.block] for i in starts])
    y = torch.stack([data[i + 1:i + 1 + shape.block] for i in starts])
    return x.to(device), y.to(device)


def train(shape, steps, seed, rate=1e-3, log_every=10):
    """The model, the mean loss of each interval, and the milliseconds of a step after the first WARM_UP."""
    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    data, letters = load_text()
    model = GPT(len(letters), shape).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    curve = []
    total = 0.0
    started = time.perf_counter()
    for step in range(1, steps + 1):
        x, y = random_batch(data, shape, device)
        logits = model(x)
        loss = F.cross_entropy(logits.view(-1, logits.size(-1)), y.view(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        if step % log_every == 0:
            curve.append((step, total / log_every))
            print(f"step {step} loss {curve[-1][1]:.5f}")
            total = 0.0
        if step == WARM_UP:
            if device == "cuda":
                torch.cuda.synchronize()
            started = time.perf_counter()
    if device == "cuda":
        torch.cuda.synchronize()
    milliseconds = 1000 * (time.perf_counter() - started) / max(1, steps - WARM_UP)
    return model, curve, milliseconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=["auto", *SIZES], default="auto")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("PERFLOOP_SEED", "1")))
    args = parser.parse_args()
    size = args.size if args.size != "auto" else "full" if torch.cuda.is_available() else "small"
    _, _, milliseconds = train(SIZES[size], args.steps, args.seed)
    print(f"step time: {milliseconds:.3f} ms")


if __name__ == "__main__":
    main()
