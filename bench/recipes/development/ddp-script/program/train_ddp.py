"""Trains a regressor on several processes with gradient accumulation.

    torchrun --nproc_per_node=4 train_ddp.py --steps 500
"""
import argparse
import os
import tempfile

import torch
import torch.distributed as dist
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset


def setup():
    backend = "nccl" if torch.cuda.is_available() else "gloo"
    dist.init_process_group(backend)
    rank = dist.get_rank()
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    return rank, dist.get_world_size()


def current_device():
    return torch.device("cuda", torch.cuda.current_device()) if torch.cuda.is_available() else torch.device("cpu")


def make_data(samples, seed=0):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(samples, 12, generator=generator)
    y = torch.sin(x[:, :4]).sum(dim=1, keepdim=True) + 0.1 * torch.randn(samples, 1, generator=generator)
    return TensorDataset(x, y)


class Regressor(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(12, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1))

    def forward(self, x):
        return self.net(x)


def load_start(model, path, rank):
    """Rank 0 writes the common start, the others wait for it and read it."""
    if rank == 0:
        torch.save(model.state_dict(), path)
    dist.barrier()
    model.load_state_dict(torch.load(path, map_location="cpu"))


def mean_over_ranks(value, world_size):
    parts = [torch.zeros_like(value) for _ in range(world_size)]
    dist.all_gather(parts, value)
    return torch.stack(parts).mean(dim=0)


def gather_predictions(prediction, world_size):
    """Every rank's predictions, for the plot that rank 0 draws."""
    parts = [torch.zeros_like(prediction) for _ in range(world_size)]
    dist.all_gather(parts, prediction)
    return torch.cat(parts)


def train(model, loader, sampler, optimizer, device, epochs, accumulate, world_size):
    history = []
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        running = torch.zeros((), device=device)
        for step, (x, y) in enumerate(loader):
            x, y = x.to(device), y.to(device)
            loss = F.mse_loss(model(x), y) / accumulate
            loss.backward()
            if (step + 1) % accumulate == 0:
                optimizer.step()
                optimizer.zero_grad()
            running += loss.detach() * accumulate
            dist.barrier()
        history.append(mean_over_ranks(running / len(loader), world_size).item())
    return history


@torch.no_grad()
def validate(model, x, y, world_size):
    prediction = model.module(x)
    everything = gather_predictions(prediction, world_size)
    loss = mean_over_ranks(F.mse_loss(prediction, y), world_size)
    return loss.item(), tuple(everything.shape)


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--samples", type=int, default=8192)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--accumulate", type=int, default=4)
    parser.add_argument("--rate", type=float, default=0.05)
    return parser.parse_args(argv)


def run(args, rank, world_size):
    torch.manual_seed(rank)
    device = current_device()
    data = make_data(args.samples)
    sampler = DistributedSampler(data, shuffle=True, seed=3)
    loader = DataLoader(data, batch_size=args.batch_size, sampler=sampler, drop_last=True)
    model = Regressor()
    load_start(model, os.path.join(tempfile.gettempdir(), f"start-{os.environ.get('MASTER_PORT', '0')}.pt"), rank)
    model = DistributedDataParallel(model.to(device))
    optimizer = torch.optim.SGD(model.parameters(), lr=args.rate)
    history = train(model, loader, sampler, optimizer, device, args.epochs, args.accumulate, world_size)
    x, y = make_data(64, seed=9).tensors
    validation, shape = validate(model, x.to(device), y.to(device), world_size)
    if rank == 0:
        print(f"loss {history[-1]:.4f}, validation {validation:.4f}, predictions {shape}")
    return history, validation, shape, [parameter.detach().cpu() for parameter in model.module.parameters()]


def main(argv=None):
    args = parse_args(argv)
    rank, world_size = setup()
    result = run(args, rank, world_size)
    dist.destroy_process_group()
    return result


if __name__ == "__main__":
    main()
