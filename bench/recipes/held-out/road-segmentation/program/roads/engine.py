import os
import random

import torch
import torch.nn.functional as F


def random_size(size):
    """Pictures of a batch are scaled by a factor that each batch draws."""
    return 4 * round(size * random.uniform(0.5, 1.5) / 4)


class CheckpointWriter:
    """The state after each epoch, numbered. `close` when training is over; files are there then."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)

    def write(self, epoch, model, optimizer):
        state = {
            "epoch": epoch,
            "model": {name: value.detach().cpu().clone() for name, value in model.state_dict().items()},
            "momentum": [value["momentum_buffer"].cpu().clone() for value in optimizer.state_dict()["state"].values()],
        }
        torch.save(state, os.path.join(self.folder, f"epoch{epoch:03d}.pt"))

    def close(self):
        pass


def train_one_epoch(model, criterion, optimizer, loader, device):
    model.train()
    for pictures, labels in loader:
        pictures, labels = pictures.to(device), labels.to(device)
        size = random_size(pictures.size(-1))
        pictures = F.interpolate(pictures, size=(size, size), mode="bilinear", align_corners=False)
        labels = F.interpolate(labels.unsqueeze(1).float(), size=(size, size), mode="nearest").squeeze(1).long()
        loss = criterion(model(pictures), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


@torch.no_grad()
def evaluate(model, loader, classes, device):
    """Intersection over union of each class."""
    model.eval()
    inter = [0] * classes
    union = [0] * classes
    for pictures, labels in loader:
        predicted = model(pictures.to(device)).argmax(dim=1)
        labels = labels.to(device)
        for c in range(classes):
            inter[c] += torch.logical_and(predicted == c, labels == c).sum().item()
            union[c] += torch.logical_or(predicted == c, labels == c).sum().item()
    return [i / max(u, 1) for i, u in zip(inter, union)]
