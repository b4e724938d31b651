"""A one-stage detector of squares: dict batches, anchors, matching, NMS, and the engine that trains it."""
import math
import sys
from collections import defaultdict, deque

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset

SIZE = 64
STRIDE = 8
SIDES = (10.0, 18.0)


class Squares(Dataset):
    """Grey squares on noise: an image, and a dict of boxes and labels that differ in number."""

    def __init__(self, count, seed=0):
        self.count = count
        self.seed = seed

    def __getitem__(self, idx):
        rng = np.random.default_rng([self.seed, idx])
        image = rng.normal(0, 0.1, (1, SIZE, SIZE)).astype(np.float32)
        boxes, labels = [], []
        for _ in range(rng.integers(1, 4)):
            label = int(rng.integers(1, 3))
            side = 9 if label == 1 else 17
            x, y = rng.integers(0, SIZE - side, 2)
            image[0, y:y + side, x:x + side] += 1.0 if label == 1 else 0.6
            boxes.append([x, y, x + side, y + side])
            labels.append(label)
        target = {"boxes": torch.as_tensor(boxes, dtype=torch.float32), "labels": torch.as_tensor(labels), "image_id": torch.tensor([idx])}
        return torch.from_numpy(image), target

    def __len__(self):
        return self.count


def collate_fn(batch):
    return tuple(zip(*batch))


def box_iou(a, b):
    lt, rb = torch.max(a[:, None, :2], b[None, :, :2]), torch.min(a[:, None, 2:], b[None, :, 2:])
    inter = (rb - lt).clamp(min=0).prod(dim=2)
    area_a, area_b = (a[:, 2:] - a[:, :2]).prod(dim=1), (b[:, 2:] - b[:, :2]).prod(dim=1)
    return inter / (area_a[:, None] + area_b[None, :] - inter)


def nms(boxes, scores, threshold):
    """Numbers of the boxes that are kept, best first."""
    order = scores.argsort(descending=True)
    keep = []
    while order.numel() > 0:
        i = order[0].item()
        keep.append(i)
        if order.numel() == 1:
            break
        iou = box_iou(boxes[i:i + 1], boxes[order[1:]])[0]
        order = order[1:][iou <= threshold]
    return keep


class Detector(nn.Module):
    def __init__(self, classes=3, width=16):
        super().__init__()
        self.classes = classes
        self.backbone = nn.Sequential(
            nn.Conv2d(1, width, 3, stride=2, padding=1), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1), nn.BatchNorm2d(2 * width), nn.ReLU(),
            nn.Conv2d(2 * width, 2 * width, 3, stride=2, padding=1), nn.BatchNorm2d(2 * width), nn.ReLU(),
        )
        self.cls_logits = nn.Conv2d(2 * width, len(SIDES) * classes, 3, padding=1)
        self.bbox_pred = nn.Conv2d(2 * width, len(SIDES) * 4, 3, padding=1)

    def anchors(self, features):
        height, width = features.shape[-2:]
        y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        centre = (torch.stack([x, y, x, y], dim=-1).reshape(-1, 1, 4) + 0.5) * STRIDE
        half = torch.tensor([[-s / 2, -s / 2, s / 2, s / 2] for s in SIDES])
        return (centre + half).reshape(-1, 4).to(features.device)

    def forward(self, images, targets=None):
        images = torch.stack(list(images))
        features = self.backbone(images)
        n = len(images)
        logits = self.cls_logits(features).permute(0, 2, 3, 1).reshape(n, -1, self.classes)
        deltas = self.bbox_pred(features).permute(0, 2, 3, 1).reshape(n, -1, 4)
        anchors = self.anchors(features)
        if self.training:
            return self.losses(logits, deltas, anchors, targets)
        return [self.postprocess(*one, anchors) for one in zip(logits, deltas)]

    def losses(self, logits, deltas, anchors, targets):
        classification, regression = [], []
        for one, delta, target in zip(logits, deltas, targets):
            best, match = box_iou(anchors, target["boxes"]).max(dim=1)
            labels = torch.where(best > 0.4, target["labels"][match], torch.zeros_like(match))
            classification.append(F.cross_entropy(one, labels, weight=torch.tensor([0.2, 1.0, 1.0]).to(one.device)))
            error = F.smooth_l1_loss(anchors + delta * STRIDE, target["boxes"][match], reduction="none").mean(dim=1)
            regression.append((error * (best > 0.4)).sum() / (best > 0.4).sum().clamp(min=1))
        return {"loss_classifier": torch.stack(classification).mean(), "loss_box_reg": 0.1 * torch.stack(regression).mean()}

    def postprocess(self, logits, deltas, anchors):
        scores, labels = logits.softmax(dim=1)[:, 1:].max(dim=1)
        chosen = scores.topk(min(30, len(scores))).indices
        boxes = (anchors + deltas * STRIDE)[chosen].clamp(0, SIZE)
        keep = nms(boxes, scores[chosen], 0.3)
        return {"boxes": boxes[keep], "scores": scores[chosen][keep], "labels": labels[chosen][keep] + 1}


class SmoothedValue:
    """The median of a window, and the mean of all values."""

    def __init__(self, window_size=20):
        self.deque = deque(maxlen=window_size)
        self.total, self.count = 0.0, 0

    def update(self, value):
        self.deque.append(value)
        self.total += value
        self.count += 1

    @property
    def median(self):
        return float(np.median(list(self.deque)))

    @property
    def global_avg(self):
        return self.total / self.count


class MetricLogger:
    def __init__(self):
        self.meters = defaultdict(SmoothedValue)

    def update(self, **kwargs):
        for k, v in kwargs.items():
            assert isinstance(v, (float, int))
            self.meters[k].update(v)

    def __str__(self):
        return "  ".join(f"{name}: {meter.median:.4f} ({meter.global_avg:.4f})" for name, meter in self.meters.items())


def train_one_epoch(model, optimizer, data_loader, device, epoch, print_freq):
    model.train()
    metric_logger = MetricLogger()
    for i, (images, targets) in enumerate(data_loader):
        images = list(image.to(device) for image in images)
        targets = [{k: v.to(device) for k, v in t.items()} for t in targets]
        loss_dict = model(images, targets)
        losses = sum(loss for loss in loss_dict.values())
        loss_value = losses.item()
        if not math.isfinite(loss_value):
            print(f"Loss is {loss_value}, stopping training")
            sys.exit(1)
        optimizer.zero_grad()
        losses.backward()
        optimizer.step()
        metric_logger.update(loss=loss_value, lr=optimizer.param_groups[0]["lr"])
        if i % print_freq == 0:
            print(f"Epoch: [{epoch}] [{i}/{len(data_loader)}]  {metric_logger}")
    return metric_logger


def evaluate(model, data_loader, device):
    """Recall and precision at an IoU of a half."""
    model.eval()
    found, boxes, shown = 0, 0, 0
    for images, targets in data_loader:
        outputs = model([image.to(device) for image in images])
        for output, target in zip(outputs, targets):
            overlap = box_iou(target["boxes"].to(device), output["boxes"][output["scores"] > 0.5])
            if overlap.numel():
                found += (overlap.max(dim=1).values > 0.5).sum().item()
            boxes += len(target["boxes"])
            shown += overlap.shape[1]
    return found / boxes, found / max(shown, 1)


def main(count=1000, epochs=5, batch_size=16, print_freq=20):
    torch.manual_seed(0)
    torch.autograd.set_detect_anomaly(True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    train_loader = DataLoader(Squares(count), batch_size=batch_size, shuffle=True, collate_fn=collate_fn)
    test_loader = DataLoader(Squares(count // 5, seed=1), batch_size=batch_size, collate_fn=collate_fn)
    model = Detector().to(device)
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.05, momentum=0.9, weight_decay=0.0005)
    history = []
    for epoch in range(epochs):
        logger = train_one_epoch(model, optimizer, train_loader, device, epoch, print_freq)
        history.append([logger.meters["loss"].global_avg, *evaluate(model, test_loader, device)])
        print("recall {1:.3f}, precision {2:.3f}".format(*history[-1]))
    return model, history


if __name__ == "__main__":
    main()
