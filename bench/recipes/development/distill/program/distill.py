"""Distils a wide network into a narrow one on images of digits that are drawn here."""
import argparse
import copy
import gc
import json
import logging

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

logging.basicConfig(format="%(message)s")
log = logging.getLogger("distill")

GLYPHS = ["0110 1001 1001 1001 0110", "0010 0110 0010 0010 0111", "0110 1001 0010 0100 1111", "1110 0001 0110 0001 1110", "1010 1010 1111 0010 0010"]


def draw(count, seed):
    """16 x 16 images of five digits, moved about and noisy."""
    rng = np.random.default_rng(seed)
    glyphs = np.array([[[float(c) for c in row] for row in g.split()] for g in GLYPHS], dtype=np.float32)
    glyphs = glyphs.repeat(2, axis=1).repeat(2, axis=2)
    labels = rng.integers(0, len(GLYPHS), count)
    images = rng.normal(0, 0.4, (count, 1, 16, 16)).astype(np.float32)
    for image, label, y, x in zip(images, labels, rng.integers(0, 7, count), rng.integers(0, 9, count)):
        image[0, y:y + 10, x:x + 8] += glyphs[label]
    return torch.from_numpy(images), torch.from_numpy(labels)


def convnet(width):
    return nn.Sequential(
        nn.Conv2d(1, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(width, 2 * width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(2 * width * 16, 4 * width), nn.ReLU(), nn.Linear(4 * width, len(GLYPHS)),
    )


def soft_targets(student_logits, teacher_logits, temperature):
    log_p = F.log_softmax(student_logits / temperature, dim=1)
    q = F.softmax(teacher_logits / temperature, dim=1)
    return F.kl_div(log_p, q, reduction="batchmean") * temperature ** 2


class Averager:
    """Weights averaged over the last part of training."""

    def __init__(self, model):
        self.model = copy.deepcopy(model)
        self.n = 0

    @torch.no_grad()
    def add(self, model):
        self.n += 1
        for mine, other in zip(self.model.parameters(), model.parameters()):
            mine.add_(other - mine, alpha=1 / self.n)


def pretrain(model, loader, epochs, device):
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(epochs):
        for images, labels in loader:
            loss = F.cross_entropy(model(images.to(device)), labels.to(device))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()


def distill(teacher, student, loader, epochs, device, temperature=4.0, alpha=0.7, average_from=0.5):
    """Trains the student; returns the record of each epoch and the averaged student."""
    optimizer = torch.optim.SGD(student.parameters(), lr=0.05, momentum=0.9)
    averager = Averager(student)
    records = []
    teacher.eval()
    for epoch in range(epochs):
        student.train()
        agree, seen, parts = 0, 0, []
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            teacher_logits = teacher(images).detach()
            logits = student(images)
            soft = soft_targets(logits, teacher_logits, temperature)
            loss = alpha * soft + (1 - alpha) * F.cross_entropy(logits, labels)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            agree += (logits.argmax(1) == teacher_logits.argmax(1)).float().sum().item()
            seen += len(labels)
            parts.append(soft.detach())
            gc.collect()
        if epoch >= average_from * epochs:
            averager.add(student)
        mean_soft = torch.stack(parts).mean().item()
        records.append({"epoch": epoch, "agree": agree / seen, "soft": mean_soft, "temperature": temperature})
        log.info(json.dumps(records[-1]))
        # the closer the student is, the sharper the targets
        if mean_soft < 0.2 * temperature:
            temperature = max(1.0, 0.8 * temperature)
    return records, averager.model


def input_gradients(student, images, labels):
    """How much each pixel matters, on average: for the figure in the report."""
    student.eval()
    images = images.clone().requires_grad_(True)
    F.cross_entropy(student(images), labels).backward()
    return images.grad.abs().mean(dim=(0, 1))


@torch.no_grad()
def accuracy(model, loader, device):
    model.eval()
    hits = torch.zeros((), dtype=torch.long, device=device)
    for images, labels in loader:
        hits += (model(images.to(device)).argmax(1) == labels.to(device)).sum()
    return hits.item() / len(loader.dataset)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4096)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--out", default="student.pt")
    args = parser.parse_args(argv)
    torch.manual_seed(3)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    loader = DataLoader(TensorDataset(*draw(args.count, 0)), args.batch_size, shuffle=True, drop_last=True, pin_memory=device.type == "cuda")
    test_loader = DataLoader(TensorDataset(*draw(args.count // 4, 1)), args.batch_size)
    teacher, student = convnet(16).to(device), convnet(4).to(device)
    pretrain(teacher, loader, max(1, args.epochs // 2), device)
    records, averaged = distill(teacher, student, loader, args.epochs, device)
    scores = {name: accuracy(model, test_loader, device) for name, model in (("teacher", teacher), ("student", student), ("averaged", averaged))}
    torch.save(student.state_dict(), args.out)
    images, labels = draw(8, 2)
    return records, scores, input_gradients(student, images.to(device), labels.to(device))


if __name__ == "__main__":
    log.setLevel(logging.INFO)
    print(main()[1])
