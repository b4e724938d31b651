"""Language model on several devices: torchrun --nproc_per_node=4 train_ddp.py --grad-accum 4"""
import argparse
import json
import os
import time

import numpy as np
import torch
import torch.distributed as dist
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, Dataset
from torch.utils.data.distributed import DistributedSampler


def setup():
    backend = "nccl" if torch.cuda.is_available() else "gloo"
    dist.init_process_group(backend)
    local_rank = int(os.environ.get("LOCAL_RANK", 0))
    if torch.cuda.is_available():
        torch.cuda.set_device(local_rank)
        return torch.device("cuda", local_rank)
    return torch.device("cpu")


def is_main():
    return dist.get_rank() == 0


class Sequences(Dataset):
    """Numbers that count up by a step of their own, modulo the size of the vocabulary."""

    def __init__(self, size, length, vocab, seed=0):
        rng = np.random.default_rng(seed)
        start, stride = rng.integers(0, vocab, (size, 1)), rng.integers(1, 5, (size, 1))
        self.tokens = torch.from_numpy((start + stride * np.arange(length + 1)) % vocab)

    def __len__(self):
        return len(self.tokens)

    def __getitem__(self, i):
        return self.tokens[i, :-1], self.tokens[i, 1:]


class Model(nn.Module):
    def __init__(self, vocab=32, width=32, layers=1):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.rnn = nn.LSTM(width, width, layers, batch_first=True)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocab)

    def forward(self, tokens):
        return self.head(self.norm(self.rnn(self.embed(tokens))[0]))


class Watch:
    """Lets all ranks end together when one of them has used up its time."""

    def __init__(self, seconds, device):
        self.end = time.monotonic() + seconds
        self.device = device

    def over(self):
        flag = torch.tensor([float(time.monotonic() > self.end)], device=self.device)
        dist.all_reduce(flag, op=dist.ReduceOp.MAX)
        return flag.item() > 0


def reduce_metrics(loss, correct, count):
    dist.all_reduce(loss)
    dist.all_reduce(correct)
    dist.all_reduce(count)
    return loss / dist.get_world_size(), correct / count


def train_epoch(model, loader, optimizer, watch, device, args, epoch, records):
    model.train()
    loader.sampler.set_epoch(epoch)
    optimizer.zero_grad()
    running = torch.zeros((), device=device)
    correct = torch.zeros((), device=device)
    count = torch.zeros((), device=device)
    for step, (tokens, target) in enumerate(loader):
        tokens, target = tokens.to(device), target.to(device)
        logits = model(tokens)
        loss = F.cross_entropy(logits.flatten(0, 1), target.flatten())
        (loss / args.grad_accum).backward()
        with torch.no_grad():
            running += loss
            correct += (logits.argmax(-1) == target).sum()
            count += target.numel()
        if (step + 1) % args.grad_accum == 0:
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            if watch.over():
                return True
    mean, accuracy = reduce_metrics(running / len(loader), correct, count)
    records.append({"epoch": epoch, "loss": round(mean.item(), 5), "accuracy": round(accuracy.item(), 5)})
    if is_main():
        print(json.dumps(records[-1]))
    return False


@torch.no_grad()
def perplexity(model, loader, device):
    """Over the validation set of all ranks."""
    model.eval()
    total = torch.zeros(2, device=device)
    for tokens, target in loader:
        logits = model.module(tokens.to(device))
        total[0] += F.cross_entropy(logits.flatten(0, 1), target.to(device).flatten(), reduction="sum")
        total[1] += target.numel()
        dist.barrier()
    dist.all_reduce(total)
    return (total[0] / total[1]).exp().item()


def save_and_reload(model, path):
    """Rank 0 writes the weights, and all read them back, so that they agree to the last bit."""
    if is_main():
        torch.save(model.module.state_dict(), path)
    dist.barrier()
    model.module.load_state_dict(torch.load(path, map_location="cpu"))
    dist.barrier()
    if is_main():
        os.remove(path)


def hardest(model, loader, device, top=3):
    """The sequences of all ranks with the largest loss."""
    model.eval()
    losses = []
    with torch.no_grad():
        for tokens, target in loader:
            logits = model.module(tokens.to(device))
            losses.append(F.cross_entropy(logits.transpose(1, 2), target.to(device), reduction="none").mean(dim=1))
    mine = torch.cat(losses)
    parts = [torch.empty_like(mine) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, mine)
    return torch.cat(parts).topk(top).values.tolist()


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--size", type=int, default=8192)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--grad-accum", type=int, default=4)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--checkpoint", default="ddp-lm.pt")
    args = parser.parse_args(argv)
    device = setup()
    torch.manual_seed(0)
    model = DistributedDataParallel(Model().to(device), find_unused_parameters=True)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    train_set, valid_set = Sequences(args.size, 24, 32), Sequences(args.size // 8, 24, 32, seed=1)
    train_loader = DataLoader(train_set, args.batch_size, sampler=DistributedSampler(train_set), drop_last=True)
    valid_loader = DataLoader(valid_set, args.batch_size, sampler=DistributedSampler(valid_set, shuffle=False))
    watch, records, perplexities = Watch(args.seconds, device), [], []
    for epoch in range(args.epochs):
        if train_epoch(model, train_loader, optimizer, watch, device, args, epoch, records):
            break
        perplexities.append(perplexity(model, valid_loader, device))
    save_and_reload(model, args.checkpoint)
    worst = hardest(model, valid_loader, device)
    weights = [p.detach().cpu() for p in model.module.parameters()]
    dist.destroy_process_group()
    return records, perplexities, worst, weights


if __name__ == "__main__":
    main()
