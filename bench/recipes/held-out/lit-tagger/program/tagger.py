"""Tags songs by their chords: a module, callbacks and a trainer in the Lightning manner."""
import json
import os
import sys
import time
from typing import Dict, List, Tuple

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

TAGS = ("sad", "loud", "slow")


class Songs(Dataset):
    """Chords (0 is padding) and tags that follow from how often some chords are played."""

    def __init__(self, count: int, length: int = 24, seed: int = 0):
        g = torch.Generator().manual_seed(seed)
        self.chords = torch.randint(1, 13, (count, length), generator=g)
        lengths = torch.randint(length // 2, length + 1, (count,), generator=g)
        self.chords[torch.arange(length)[None] >= lengths[:, None]] = 0
        share = torch.stack([(self.chords % 4 == k).sum(1) for k in (1, 2, 3)], dim=1) / lengths[:, None]
        self.tags = (share > 0.25).float()

    def __len__(self) -> int:
        return len(self.chords)

    def __getitem__(self, i: int) -> Dict[str, Tensor]:
        return {"chords": self.chords[i], "tags": self.tags[i]}


class TagAttention(nn.Module):
    """A query for each tag. What it looks at is kept for the interpretability page."""

    def __init__(self, dim: int):
        super().__init__()
        self.queries = nn.Parameter(torch.randn(len(TAGS), dim) * 0.1)
        self.key, self.value = nn.Linear(dim, dim), nn.Linear(dim, dim)

    def forward(self, h: Tensor, padding: Tensor) -> Tuple[Tensor, Tensor]:
        scores = self.queries @ self.key(h).transpose(1, 2) / h.size(-1) ** 0.5
        scores = scores.masked_fill(padding[:, None], float("-inf"))
        looked_at = scores.softmax(dim=-1)
        return looked_at @ self.value(h), looked_at


class SongTagger(nn.Module):
    def __init__(self, dim: int = 24, lr: float = 5e-3):
        super().__init__()
        self.lr = lr
        self.embed = nn.Embedding(13, dim, padding_idx=0)
        self.encode = nn.GRU(dim, dim, batch_first=True)
        self.attend = TagAttention(dim)
        self.head = nn.Linear(dim, 1)

    def forward(self, chords: Tensor) -> Tuple[Tensor, Tensor]:
        h, _ = self.encode(self.embed(chords))
        context, looked_at = self.attend(h, chords == 0)
        return self.head(context).squeeze(-1), looked_at

    def training_step(self, batch: Dict[str, Tensor], batch_idx: int) -> Dict[str, Tensor]:
        logits, _ = self(batch["chords"])
        loss = F.binary_cross_entropy_with_logits(logits, batch["tags"])
        return {"loss": loss, "hits": ((logits > 0) == (batch["tags"] > 0.5)).float().mean()}

    def validation_step(self, batch: Dict[str, Tensor], batch_idx: int) -> Tensor:
        logits, _ = self(batch["chords"])
        return ((logits > 0) == (batch["tags"] > 0.5)).float().mean(dim=0)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)


class Callback:
    def on_train_batch_end(self, trainer, outputs, batch_idx): ...
    def on_train_epoch_end(self, trainer): ...
    def on_validation_end(self, trainer, metrics): ...


class ConsoleLogger(Callback):
    def on_train_batch_end(self, trainer, outputs, batch_idx):
        print(f"\r{trainer.current_epoch}/{batch_idx}: loss {outputs['loss']:.4f}, hits {outputs['hits']:.3f}", end="", file=sys.stderr)


class TrainingCurve(Callback):
    """The mean loss and hits of each epoch."""

    def __init__(self):
        self.curve: List[Dict[str, float]] = []
        self.losses, self.hits = [], []

    def on_train_batch_end(self, trainer, outputs, batch_idx):
        self.losses.append(outputs["loss"].detach().cpu().numpy())
        self.hits.append(outputs["hits"].detach().cpu().numpy())

    def on_train_epoch_end(self, trainer):
        self.curve.append({"loss": float(sum(self.losses) / len(self.losses)), "hits": float(sum(self.hits) / len(self.hits))})
        self.losses, self.hits = [], []


class EarlyStopping(Callback):
    def __init__(self, patience: int):
        self.patience, self.best, self.wait = patience, -1.0, 0

    def on_validation_end(self, trainer, metrics):
        score = metrics.mean().item()
        self.wait = 0 if score > self.best else self.wait + 1
        self.best = max(self.best, score)
        trainer.should_stop = self.wait >= self.patience


class StepTimer(Callback):
    """Seconds of every hundredth step, with the device waited for."""

    def __init__(self, every: int = 100):
        self.every, self.seconds, self.began = every, [], time.perf_counter()

    def on_train_batch_end(self, trainer, outputs, batch_idx):
        if trainer.global_step % self.every == 0:
            if trainer.device.type == "cuda":
                torch.cuda.synchronize()
            self.seconds.append(time.perf_counter() - self.began)
            self.began = time.perf_counter()


class Trainer:
    def __init__(self, max_epochs: int, callbacks: List[Callback]):
        self.max_epochs, self.callbacks = max_epochs, callbacks
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.current_epoch = self.global_step = 0
        self.should_stop = False

    def call(self, hook: str, *args):
        for callback in self.callbacks:
            getattr(callback, hook)(self, *args)

    def to_device(self, batch: Dict[str, Tensor]) -> Dict[str, Tensor]:
        return {name: value.to(self.device) for name, value in batch.items()}

    def fit(self, module: SongTagger, train_loader: DataLoader, val_loader: DataLoader):
        module.to(self.device)
        optimizer = module.configure_optimizers()
        while self.current_epoch < self.max_epochs and not self.should_stop:
            module.train()
            for batch_idx, batch in enumerate(train_loader):
                optimizer.zero_grad(set_to_none=False)
                outputs = module.training_step(self.to_device(batch), batch_idx)
                outputs["loss"].backward()
                optimizer.step()
                self.global_step += 1
                self.call("on_train_batch_end", outputs, batch_idx)
            self.call("on_train_epoch_end")
            self.call("on_validation_end", self.validate(module, val_loader))
            self.current_epoch += 1

    def validate(self, module: SongTagger, loader: DataLoader) -> Tensor:
        module.eval()
        parts = [module.validation_step(self.to_device(batch), i) for i, batch in enumerate(loader)]
        return torch.stack(parts).mean(dim=0)


def main(count: int = 6000, max_epochs: int = 10, batch_size: int = 64, out: str = "."):
    torch.manual_seed(0)
    train_loader = DataLoader(Songs(count), batch_size=batch_size, shuffle=True, drop_last=True)
    val_loader = DataLoader(Songs(count // 5, seed=1), batch_size=batch_size, drop_last=True)
    curve, stopping = TrainingCurve(), EarlyStopping(patience=2)
    trainer = Trainer(max_epochs, [ConsoleLogger(), curve, stopping, StepTimer()])
    module = SongTagger()
    trainer.fit(module, train_loader, val_loader)
    with open(os.path.join(out, "curve.json"), "w") as f:
        json.dump({"curve": curve.curve, "best": stopping.best, "epochs": trainer.current_epoch}, f)
    return module, trainer


if __name__ == "__main__":
    main()
