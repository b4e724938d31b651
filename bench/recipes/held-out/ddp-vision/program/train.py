"""Classifies rings and crosses on several devices.

    torchrun --standalone --nproc_per_node=4 train.py --epochs 20 --micro-batches 4
"""
import argparse
import os
import shutil
from dataclasses import dataclass

import torch
import torch.distributed as dist
import torch.nn as nn
from torch.nn.parallel import DistributedDataParallel as DDP
from torch.utils.data import DataLoader, Dataset
from torch.utils.data.distributed import DistributedSampler


@dataclass
class Config:
    epochs: int = 20
    samples: int = 8192
    batch_size: int = 128
    micro_batches: int = 4
    lr: float = 0.05
    out: str = "runs/shapes"


class Shapes(Dataset):
    def __init__(self, samples, seed):
        generator = torch.Generator().manual_seed(seed)
        self.labels = torch.randint(0, 2, (samples,), generator=generator)
        grid = torch.arange(12) - 5.5
        radius = (grid[:, None] ** 2 + grid[None, :] ** 2).sqrt()
        ring = ((radius > 2.5) & (radius < 4.5)).float()
        cross = ((grid[:, None].abs() < 1) | (grid[None, :].abs() < 1)).float()
        noise = 0.8 * torch.randn(samples, 12, 12, generator=generator)
        self.images = (torch.stack([ring, cross])[self.labels] + noise).unsqueeze(1)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return i, self.images[i], self.labels[i]


class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1), nn.GroupNorm(2, width), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(width, 2 * width, 3, padding=1), nn.GroupNorm(2, 2 * width), nn.ReLU(), nn.AdaptiveAvgPool2d(2),
        )
        self.head = nn.Linear(8 * width, 2)

    def forward(self, x):
        return self.head(self.features(x).flatten(1))


def average(tensor):
    """The mean over all ranks. The argument stays as it is: it is logged by each rank as well."""
    gathered = [torch.empty_like(tensor) for _ in range(dist.get_world_size())]
    dist.all_gather(gathered, tensor)
    return sum(gathered) / len(gathered)


class Run:
    def __init__(self, cfg):
        self.cfg = cfg
        self.rank = dist.get_rank()
        self.device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if torch.cuda.is_available() else torch.device("cpu")
        torch.manual_seed(0)
        self.net = DDP(Net().to(self.device), bucket_cap_mb=1)
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=cfg.lr, momentum=0.9)
        train, test = Shapes(cfg.samples, seed=1), Shapes(cfg.samples // 4, seed=2)
        self.sampler = DistributedSampler(train, seed=7)
        self.loader = DataLoader(train, batch_size=cfg.batch_size, sampler=self.sampler, drop_last=True)
        self.test_loader = DataLoader(test, batch_size=cfg.batch_size, sampler=DistributedSampler(test, shuffle=False))
        self.history = []

    def prepare_folder(self):
        """An empty folder, in which every rank has its own log."""
        if self.rank == 0:
            shutil.rmtree(self.cfg.out, ignore_errors=True)
            os.makedirs(self.cfg.out)
        dist.barrier()
        self.log = open(os.path.join(self.cfg.out, f"rank{self.rank}.log"), "w")

    def train_epoch(self, epoch):
        self.net.train()
        self.sampler.set_epoch(epoch)
        total = torch.zeros(2, device=self.device)
        for _, images, labels in self.loader:
            images = images.to(self.device)
            labels = labels.to(self.device)
            self.optimizer.zero_grad()
            parts = zip(images.chunk(self.cfg.micro_batches), labels.chunk(self.cfg.micro_batches))
            for image_part, label_part in parts:
                output = self.net(image_part)
                loss = self.criterion(output, label_part) / self.cfg.micro_batches
                loss.backward()
                total[0] += loss.detach()
                total[1] += (output.argmax(1) == label_part).sum()
            self.optimizer.step()
        total /= torch.tensor([len(self.loader), len(self.loader) * self.cfg.batch_size], device=self.device)
        print("own", *[f"{one:.5f}" for one in total.tolist()], file=self.log, flush=True)
        self.history.append(average(total).tolist())

    @torch.no_grad()
    def predict(self):
        """The predicted class of each test image, in the order of the dataset, on every rank."""
        self.net.eval()
        predicted = torch.full((len(self.test_loader.dataset),), -1, dtype=torch.long, device=self.device)
        for index, images, _ in self.test_loader:
            predicted[index.to(self.device)] = self.net(images.to(self.device)).argmax(1)
        parts = [torch.empty_like(predicted) for _ in range(dist.get_world_size())]
        dist.all_gather(parts, predicted)
        return torch.stack(parts).max(dim=0).values

    def fit(self):
        self.prepare_folder()
        for epoch in range(self.cfg.epochs):
            self.train_epoch(epoch)
            if self.rank == 0:
                print(f"epoch {epoch}: loss {self.history[-1][0]:.4f} acc {self.history[-1][1]:.3f}")
        self.log.close()
        return self.predict().cpu()


def main(argv=None):
    parser = argparse.ArgumentParser()
    for name, value in vars(Config()).items():
        parser.add_argument("--" + name.replace("_", "-"), type=type(value), default=value)
    cfg = Config(**vars(parser.parse_args(argv)))
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    run = Run(cfg)
    predicted = run.fit()
    dist.destroy_process_group()
    return run, predicted


if __name__ == "__main__":
    main()
