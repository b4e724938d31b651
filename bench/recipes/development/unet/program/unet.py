"""U-Net for cell masks: configuration at the top, a Trainer below."""
import copy
import io

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

CONFIG = {
    "size": 32,
    "train": 512,
    "valid": 64,
    "batch_size": 8,
    "epochs": 10,
    "lr": 1e-2,
    "classes": 3,
    "seed": 0,
}


class Cells(Dataset):
    """Round cells on a dark ground: 0 ground, 1 cell, 2 nucleus."""

    def __init__(self, count, size, seed):
        self.count, self.size, self.seed = count, size, seed

    def __len__(self):
        return self.count

    def __getitem__(self, k):
        g = torch.Generator().manual_seed(self.seed + k)
        ys, xs = torch.meshgrid(torch.arange(self.size), torch.arange(self.size), indexing="ij")
        mask = torch.zeros(self.size, self.size, dtype=torch.long)
        for _ in range(3):
            cy, cx, r = (torch.rand(3, generator=g) * torch.tensor([self.size, self.size, 4.0]) + torch.tensor([0, 0, 3.0])).tolist()
            distance = (ys - cy) ** 2 + (xs - cx) ** 2
            mask[distance < r * r] = 1
            mask[distance < r * r / 4] = 2
        image = mask.float().unsqueeze(0) * 0.4 + 0.1 * torch.randn(1, self.size, self.size, generator=g)
        return image, mask


class Curriculum(Dataset):
    """Serves harder cells the more has been served: counts its own calls."""

    def __init__(self, inner):
        self.inner = inner
        self.served = 0

    def __len__(self):
        return len(self.inner)

    def __getitem__(self, k):
        self.served += 1
        image, mask = self.inner[k]
        return image * max(0.5, 1 - self.served / 1000), mask


def block(a, b):
    return nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(inplace=True))


class UNet(nn.Module):
    def __init__(self, classes, width=8):
        super().__init__()
        self.a = block(1, width)
        self.b = block(width, 2 * width)
        self.up = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.c = block(2 * width, width)
        self.out = nn.Conv2d(width, classes, 1)

    def forward(self, x):
        a = self.a(x)
        b = self.b(F.max_pool2d(a, 2))
        return self.out(self.c(torch.cat([a, self.up(b)], dim=1)))


class Trainer:
    def __init__(self, config):
        self.config = config
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(config["seed"])
        self.model = UNet(config["classes"]).to(self.device)
        self.opt = torch.optim.SGD(self.model.parameters(), lr=config["lr"], momentum=0.9)
        cells = Cells(config["train"], config["size"], 1000)
        self.train_dl = DataLoader(Curriculum(cells), batch_size=config["batch_size"], shuffle=True)
        self.valid_dl = DataLoader(Cells(config["valid"], config["size"], 5000), batch_size=config["batch_size"])
        self.log = []
        self.ema = copy.deepcopy(self.model)

    def dice_loss(self, logits, mask):
        p = logits.softmax(1)
        one_hot = F.one_hot(mask, self.config["classes"]).permute(0, 3, 1, 2).float()
        overlap = (p * one_hot).sum((0, 2, 3))
        return 1 - (2 * overlap / (p.sum((0, 2, 3)) + one_hot.sum((0, 2, 3)) + 1e-6)).mean()

    def update_average(self, decay=0.9):
        with torch.no_grad():
            for mine, theirs in zip(self.ema.parameters(), self.model.parameters()):
                mine.mul_(decay).add_(theirs, alpha=1 - decay)

    def epoch(self):
        self.model.train()
        weights = [0.2, 0.4, 0.4]
        losses = []
        for image, mask in self.train_dl:
            image, mask = image.to(self.device), mask.to(self.device)
            logits = self.model(image)
            class_weights = torch.tensor(weights).to(self.device)
            loss = F.cross_entropy(logits, mask, weight=class_weights) + self.dice_loss(logits, mask)
            for p in self.model.parameters():
                p.grad = None
            loss.backward()
            self.opt.step()
            self.update_average()
            losses.append(loss.detach())
        return torch.stack(losses).mean().item()

    @torch.no_grad()
    def score(self):
        """Mean intersection over union by class."""
        self.ema.eval()
        hits = [0.0] * self.config["classes"]
        unions = [0.0] * self.config["classes"]
        for image, mask in self.valid_dl:
            found = self.ema(image.to(self.device)).argmax(1)
            mask = mask.to(self.device)
            for c in range(self.config["classes"]):
                hits[c] += ((found == c) & (mask == c)).sum().item()
                unions[c] += ((found == c) | (mask == c)).sum().item()
        return [h / max(u, 1) for h, u in zip(hits, unions)]

    def fit(self):
        for number in range(self.config["epochs"]):
            self.log.append({"loss": self.epoch(), "iou": self.score()})
            print(number, self.log[-1])
        return self.log

    def state(self):
        buffer = io.BytesIO()
        torch.save(self.ema.state_dict(), buffer)
        buffer.seek(0)
        return torch.load(buffer)


if __name__ == "__main__":
    Trainer(CONFIG).fit()
