"""Matrix factorisation with side features for a film service: trains, then ranks.

All ratings fit on the device: some megabytes.
"""
import argparse
import json
import logging

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

log = logging.getLogger("recommend")


class Ratings:
    """Synthetic ratings with a structure of rank 4."""

    def __init__(self, users, films, count, seed=0):
        rng = np.random.default_rng(seed)
        u = rng.normal(size=(users, 4))
        f = rng.normal(size=(films, 4))
        self.users = users
        self.films = films
        self.user = rng.integers(0, users, count)
        self.film = rng.integers(0, films, count)
        self.score = np.clip(3 + (u[self.user] * f[self.film]).sum(1) / 2, 1, 5).astype(np.float32)

    def batches(self, size, rng):
        order = rng.permutation(len(self.user))
        for start in range(0, len(order), size):
            chosen = order[start:start + size]
            user = torch.from_numpy(self.user[chosen])
            film = torch.from_numpy(self.film[chosen])
            score = torch.from_numpy(self.score[chosen])
            yield user, film, score


class Factorisation(nn.Module):
    def __init__(self, users, films, rank=16):
        super().__init__()
        self.user = nn.Embedding(users, rank)
        self.film = nn.Embedding(films, rank)
        self.user_bias = nn.Embedding(users, 1)
        self.film_bias = nn.Embedding(films, 1)
        self.mean = nn.Parameter(torch.tensor(3.0))
        for table in (self.user, self.film):
            nn.init.normal_(table.weight, std=0.1)
        for table in (self.user_bias, self.film_bias):
            nn.init.zeros_(table.weight)

    def forward(self, user, film):
        match = (self.user(user) * self.film(film)).sum(-1)
        return self.mean + match + self.user_bias(user).squeeze(-1) + self.film_bias(film).squeeze(-1)


class MovingAverage:
    def __init__(self, decay=0.98):
        self.decay = decay
        self.value = None

    def update(self, value):
        self.value = value if self.value is None else self.decay * self.value + (1 - self.decay) * value
        return self.value


def train(model, ratings, device, epochs, size, rate, seed, report_every=100, stream=None):
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    average = MovingAverage()
    epoch_losses = []
    step = 0
    for epoch in range(epochs):
        losses = []
        for user, film, score in ratings.batches(size, rng):
            user, film, score = user.to(device), film.to(device), score.to(device)
            loss = F.mse_loss(model(user, film), score)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            losses.append(loss.cpu().detach().numpy())
            log.debug("step %d loss %.4f", step, average.update(loss.item()))
            step += 1
        epoch_losses.append(float(np.mean(losses)))
        log.info("epoch %d loss %.4f", epoch, epoch_losses[-1])
        if stream is not None:
            stream.write(json.dumps({"epoch": epoch, "loss": epoch_losses[-1], "average": average.value}) + "\n")
    return epoch_losses


@torch.inference_mode()
def rank(model, users, films, device, top=5):
    """The films with the highest predicted scores, for each of the users."""
    model.eval()
    film = torch.arange(films, device=device)
    result = {}
    for user in users:
        scores = model(torch.full_like(film, user), film.to(device))
        result[int(user)] = scores.topk(top).indices.tolist()
    return result


@torch.inference_mode()
def hit_rate(model, ratings, device, size=256):
    """The part of the ratings whose rounded prediction is right."""
    model.eval()
    hits = 0
    rng = np.random.default_rng(0)
    for user, film, score in ratings.batches(size, rng):
        predicted = model(user.to(device), film.to(device)).round()
        hits += int((predicted == score.to(device).round()).sum())
    return hits / len(ratings.user)


def main(argv=None, stream=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=5000)
    parser.add_argument("--films", type=int, default=800)
    parser.add_argument("--count", type=int, default=400_000)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch-size", type=int, default=512)
    parser.add_argument("--rate", type=float, default=0.02)
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    ratings = Ratings(args.users, args.films, args.count)
    model = Factorisation(args.users, args.films).to(device)
    losses = train(model, ratings, device, args.epochs, args.batch_size, args.rate, seed=1, stream=stream)
    hits = hit_rate(model, ratings, device)
    best = rank(model, range(3), args.films, device)
    print(f"loss {losses[-1]:.4f}, hits {hits:.3f}, for the first users: {best}")
    return losses, hits, best


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main()
