"""A small convolutional classifier with a Trainer, as one file of a larger project."""
import copy
import os
import tempfile
import time
from dataclasses import dataclass, field

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, RandomSampler

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Shapes(Dataset):
    """Grey images of 24 x 24 pixels with a bright square or a bright cross."""

    def __init__(self, count, seed):
        self.count = count
        self.seed = seed

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        generator = torch.Generator().manual_seed(self.seed * 100_003 + index)
        image = 0.3 * torch.rand(1, 24, 24, generator=generator)
        row, column = torch.randint(4, 18, (2,), generator=generator).tolist()
        label = index % 2
        if label == 0:
            image[0, row - 3:row + 3, column - 3:column + 3] += 0.6
        else:
            image[0, row, column - 4:column + 4] += 0.9
            image[0, row - 4:row + 4, column] += 0.9
        return image, label


class SmallNet(nn.Module):
    def __init__(self, classes=2):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.head = nn.Linear(16, classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.relu(self.conv2(x))
        return self.head(x.mean(dim=(2, 3)))


@dataclass
class History:
    losses: list = field(default_factory=list)
    accuracies: list = field(default_factory=list)
    seconds: list = field(default_factory=list)


class Trainer:
    def __init__(self, model, train_set, valid_set, folder, batch_size=16, rate=5e-3, seed=0, sizes=None):
        torch.manual_seed(seed)
        self.model = model.to(DEVICE)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=rate)
        order = RandomSampler(train_set, generator=torch.Generator().manual_seed(seed))
        self.train_loader = DataLoader(train_set, batch_size=batch_size, sampler=order, num_workers=2)
        self.valid_loader = DataLoader(valid_set, batch_size=batch_size)
        self.folder = folder
        self.sizes = sizes
        self.best = 0.0
        self.best_state = None
        self.history = History()

    def fit(self, epochs):
        for epoch in range(epochs):
            started = time.perf_counter()
            self.history.losses.append(self.train_epoch(epoch))
            accuracy = self.validate()
            self.history.accuracies.append(accuracy)
            if accuracy > self.best:
                self.best = accuracy
                self.best_state = copy.deepcopy(self.model.state_dict())
            self.save(epoch)
            self.history.seconds.append(time.perf_counter() - started)
        return self.history

    def train_epoch(self, epoch):
        self.model.train()
        running = torch.zeros((), device=DEVICE)
        for step, (images, labels) in enumerate(self.train_loader):
            images = images.to(DEVICE)
            labels = labels.to(DEVICE)
            if self.sizes is not None:
                # Multi-scale training: every step sees another size.
                size = self.sizes[step % len(self.sizes)]
                images = F.interpolate(images, size=(size, size), mode="bilinear", align_corners=False)
            loss = F.cross_entropy(self.model(images), labels)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            if DEVICE.type == "cuda":
                torch.cuda.synchronize()
            running += loss.detach()
        return running.item() / len(self.train_loader)

    @torch.no_grad()
    def validate(self):
        self.model.eval()
        predictions, targets = [], []
        for images, labels in self.valid_loader:
            logits = self.model(images.to(DEVICE))
            predictions.append(logits.argmax(dim=1).cpu())
            targets.append(labels)
        return (torch.cat(predictions) == torch.cat(targets)).float().mean().item()

    def time_forward(self, batch, repeats=10):
        """Milliseconds of a forward pass, for the model card. CUDA works asynchronously, so each pass is waited for."""
        self.model.eval()
        times = []
        with torch.no_grad():
            for _ in range(repeats):
                started = time.perf_counter()
                self.model(batch)
                if batch.is_cuda:
                    torch.cuda.synchronize()
                times.append((time.perf_counter() - started) * 1000)
        return sorted(times)[len(times) // 2]

    def save(self, epoch):
        torch.save({"epoch": epoch, "model": self.model.state_dict()}, os.path.join(self.folder, f"epoch-{epoch}.pt"))


def run(epochs=3, count=96, sizes=None):
    with tempfile.TemporaryDirectory() as folder:
        torch.manual_seed(1)
        trainer = Trainer(SmallNet(), Shapes(count, 1), Shapes(count // 2, 2), folder, sizes=sizes)
        history = trainer.fit(epochs)
        names = sorted(os.listdir(folder))
        last = torch.load(os.path.join(folder, names[-1]))
    return trainer, history, names, last


if __name__ == "__main__":
    trainer, history, _, _ = run(epochs=5, count=2000)
    print(history.losses, history.accuracies)
    print(f"{trainer.time_forward(torch.rand(64, 1, 24, 24, device=DEVICE)):.2f} ms a pass")
