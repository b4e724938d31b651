"""Key points of stick figures, in the style of a module that a trainer drives."""
import os
from typing import Any, Dict, List, Optional

import numpy as np
import torch
from torch import Tensor, nn, optim
from torch.utils.data import DataLoader, Dataset

JOINTS = 5


class StickFigures(Dataset):
    def __init__(self, root: str, split: str, size: int = 32):
        self.root, self.split, self.size = root, split, size
        self.joints = np.load(os.path.join(root, f"{split}_joints.npy"))

    def __len__(self) -> int:
        return len(self.joints)

    def __getitem__(self, index: int):
        images = np.load(os.path.join(self.root, f"{self.split}_images.npz"))["images"]
        image = torch.from_numpy(images[index].astype(np.float32) / 255).unsqueeze(0)
        return {"image": image, "joints": torch.from_numpy(self.joints[index]), "visible": torch.from_numpy(self.joints[index] >= 0).all(dim=-1)}


def make_figures(root: str, split: str, count: int, size: int = 32, seed: int = 0):
    rng = np.random.default_rng(seed)
    joints = rng.uniform(4, size - 4, (count, JOINTS, 2)).astype(np.float32)
    images = rng.integers(0, 60, (count, size, size))
    for image, points in zip(images, joints):
        for number, (x, y) in enumerate(points.astype(int)):
            image[y - 1:y + 2, x - 1:x + 2] = 120 + 30 * number
    joints[rng.random((count, JOINTS)) < 0.1] = -1
    np.save(os.path.join(root, f"{split}_joints.npy"), joints)
    np.savez_compressed(os.path.join(root, f"{split}_images.npz"), images=images.astype(np.uint8))


class Module(nn.Module):
    """What the trainer calls."""

    trainer: "Trainer"

    def log(self, name: str, value: Any):
        self.trainer.logged.setdefault(name, []).append(value)

    @property
    def device(self):
        return next(self.parameters()).device


class PoseModule(Module):
    def __init__(self, width: int = 12, lr: float = 3e-3, sigma: float = 1.5, size: int = 32):
        super().__init__()
        self.lr, self.sigma, self.size = lr, sigma, size
        self.net = nn.Sequential(
            nn.Conv2d(1, width, 5, padding=2), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, width, 5, padding=2), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, JOINTS, 1),
        )

    def forward(self, image: Tensor) -> Tensor:
        return self.net(image)

    def heatmaps(self, joints: Tensor) -> Tensor:
        """B x J x 2 -> B x J x size x size, a bump at each joint."""
        maps = torch.zeros(joints.size(0), JOINTS, self.size, self.size, device=joints.device)
        grid = torch.arange(self.size, dtype=torch.float32).to(joints.device)
        for b in range(joints.size(0)):
            for j in range(JOINTS):
                dx = (grid - joints[b, j, 0]) ** 2
                dy = (grid - joints[b, j, 1]) ** 2
                maps[b, j] = torch.exp(-(dy[:, None] + dx[None, :]) / (2 * self.sigma ** 2))
        return maps

    def decode(self, maps: Tensor) -> Tensor:
        best = maps.flatten(2).argmax(dim=2)
        return torch.stack([best % self.size, torch.div(best, self.size, rounding_mode="floor")], dim=-1).float()

    def training_step(self, batch: Dict[str, Tensor], batch_idx: int) -> Tensor:
        maps = self(batch["image"])
        error = (maps - self.heatmaps(batch["joints"])) ** 2
        weight = batch["visible"].float()[:, :, None, None]
        loss = (error * weight).sum() / weight.sum().clamp(min=1) / self.size
        self.log("train_loss", loss.item())
        return loss

    def validation_step(self, batch: Dict[str, Tensor], batch_idx: int):
        found = self.decode(self(batch["image"]))
        distance = (found - batch["joints"]).norm(dim=-1)[batch["visible"]]
        self.log("pck", (distance < 3).float().mean().item())

    def configure_optimizers(self):
        return optim.Adam(self.parameters(), lr=self.lr)


class Trainer:
    def __init__(self, max_epochs: int, loss_scale_on_plateau: float = 0.5, gradient_clip_val: Optional[float] = None):
        self.max_epochs = max_epochs
        self.factor = loss_scale_on_plateau
        self.gradient_clip_val = gradient_clip_val
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.logged: Dict[str, List[Any]] = {}
        self.callback_metrics: List[Dict[str, float]] = []

    def transfer(self, batch: Dict[str, Tensor]) -> Dict[str, Tensor]:
        return {name: value.to(self.device) for name, value in batch.items()}

    def fit(self, module: Module, train_loader: DataLoader, val_loader: DataLoader):
        module.trainer = self
        module.to(self.device)
        optimizer = module.configure_optimizers()
        best = -1.0
        for epoch in range(self.max_epochs):
            self.logged.clear()
            module.train()
            for batch_idx, batch in enumerate(train_loader):
                loss = module.training_step(self.transfer(batch), batch_idx)
                optimizer.zero_grad()
                loss.backward()
                if self.gradient_clip_val:
                    nn.utils.clip_grad_norm_(module.parameters(), self.gradient_clip_val)
                optimizer.step()
            module.eval()
            torch.set_grad_enabled(False)
            for batch_idx, batch in enumerate(val_loader):
                module.validation_step(self.transfer(batch), batch_idx)
            torch.set_grad_enabled(True)
            metrics = {name: float(np.mean(values)) for name, values in self.logged.items()}
            self.callback_metrics.append(metrics)
            print(f"epoch {epoch}: " + ", ".join(f"{k} {v:.4f}" for k, v in metrics.items()))
            if metrics["pck"] <= best:
                for group in optimizer.param_groups:
                    group["lr"] *= self.factor
            best = max(best, metrics["pck"])
        return module


def main(root: str, train: int = 800, val: int = 200, epochs: int = 8, batch_size: int = 16):
    torch.manual_seed(5)
    make_figures(root, "train", train)
    make_figures(root, "val", val, seed=1)
    train_loader = DataLoader(StickFigures(root, "train"), batch_size=batch_size, shuffle=True)
    val_loader = DataLoader(StickFigures(root, "val"), batch_size=batch_size)
    trainer = Trainer(epochs, gradient_clip_val=1.0)
    module = trainer.fit(PoseModule(), train_loader, val_loader)
    return trainer.callback_metrics, module


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        main(folder)
