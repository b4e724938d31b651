#!/usr/bin/env python3
"""Data-parallel training without DDP: gradients are averaged by hand, after the tutorial.

Each rank takes its part of the data; every few steps the buffers of the batch norms are put in step as well.
"""
import os
from math import ceil
from random import Random

import torch
import torch.distributed as dist
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim


class Partition:
    def __init__(self, data, index):
        self.data, self.index = data, index

    def __len__(self):
        return len(self.index)

    def batches(self, size, device):
        x, y = self.data
        for at in range(0, len(self.index), size):
            chosen = self.index[at:at + size]
            yield x[chosen].to(device), y[chosen].to(device)


def partition(data, rank, world, seed=1234):
    """The same order on each rank; each takes its slice."""
    order = list(range(len(data[0])))
    Random(seed).shuffle(order)
    share = len(order) // world
    return Partition(data, torch.tensor(order[rank * share:(rank + 1) * share]))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, kernel_size=3, padding=1)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, kernel_size=3, padding=1)
        self.bn2 = nn.BatchNorm2d(16)
        self.fc1 = nn.Linear(16 * 9, 32)
        self.fc2 = nn.Linear(32, 4)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.bn1(self.conv1(x)), 2))
        x = F.relu(F.max_pool2d(self.bn2(self.conv2(x)), 2))
        x = F.relu(self.fc1(x.flatten(1)))
        return F.log_softmax(self.fc2(x), dim=1)


def quadrants(count, seed=0):
    """12 x 12 images with a bright quadrant, which is the class."""
    generator = torch.Generator().manual_seed(seed)
    y = torch.randint(4, (count,), generator=generator)
    x = torch.randn(count, 1, 12, 12, generator=generator) * 0.7
    for i, k in enumerate(y.tolist()):
        x[i, 0, 6 * (k // 2):6 * (k // 2) + 6, 6 * (k % 2):6 * (k % 2) + 6] += 0.8
    return x, y


def average_gradients(model):
    """Gradient averaging."""
    size = float(dist.get_world_size())
    for param in model.parameters():
        dist.all_reduce(param.grad.data, op=dist.ReduceOp.SUM)
        param.grad.data /= size


def same_buffers(model):
    """The statistics of rank 0 for all."""
    for buffer in model.buffers():
        dist.broadcast(buffer, src=0)


def mean_over_ranks(value):
    values = [torch.zeros_like(value) for _ in range(dist.get_world_size())]
    dist.all_gather(values, value)
    return torch.stack(values).mean()


def plateau(history, patience=2):
    """Whether the loss has stopped falling; all ranks know the same history."""
    return len(history) > patience and min(history[-patience:]) >= min(history[:-patience])


def agree_on_rate(rate, found_bad_step, device):
    """Halves the rate on every rank when any rank has seen a step that is not finite."""
    bad = torch.tensor([1.0 if found_bad_step else 0.0], device=device)
    dist.all_reduce(bad)
    return rate / 2 if bad.item() > 0 else rate


def run(rank, world, epochs=10, count=4096, batch=32, rate=0.05):
    torch.manual_seed(1234)
    device = torch.device("cuda", rank) if torch.cuda.is_available() else torch.device("cpu")
    train_set = partition(quadrants(count), rank, world)
    model = Net().to(device)
    optimizer = optim.SGD(model.parameters(), lr=rate, momentum=0.5)
    num_batches = ceil(len(train_set) / float(batch))
    history, rates = [], []
    for epoch in range(epochs):
        model.train()
        epoch_loss, bad = torch.zeros((), device=device), False
        for data, target in train_set.batches(batch, device):
            optimizer.zero_grad()
            loss = F.nll_loss(model(data), target)
            loss.backward()
            average_gradients(model)
            optimizer.step()
            epoch_loss += loss.detach()
            bad = bad or not bool(torch.isfinite(loss))
            dist.barrier()
        same_buffers(model)
        rate = agree_on_rate(rate, bad, device)
        for group in optimizer.param_groups:
            group["lr"] = rate
        history.append(mean_over_ranks(epoch_loss / num_batches).item())
        rates.append(rate)
        if rank == 0:
            print(f"Rank {rank}, epoch {epoch}: {history[-1]:.4f}")
        if plateau(history):
            break
    return history, rates, model


def main(**settings):
    backend = "nccl" if torch.cuda.is_available() else "gloo"
    dist.init_process_group(backend)
    result = run(int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"]), **settings)
    dist.destroy_process_group()
    return result


if __name__ == "__main__":
    main()
