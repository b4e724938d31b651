"""python main.py FOLDER [--resume]"""
import argparse
import os
import random

import torch
from torch.utils.data import DataLoader, RandomSampler

from roads.data import CLASSES, Aerial
from roads.engine import CheckpointWriter, evaluate, train_one_epoch
from roads.losses import RoadLoss
from roads.model import SegNet


def build(args, device):
    train_set = Aerial(args.count)
    order = RandomSampler(train_set, generator=torch.Generator().manual_seed(args.seed))
    train_loader = DataLoader(train_set, batch_size=args.batch_size, sampler=order, num_workers=args.workers, drop_last=True)
    test_loader = DataLoader(Aerial(args.count // 4, seed=1), batch_size=args.batch_size)
    model = SegNet(len(CLASSES)).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9, weight_decay=1e-4)
    return model, optimizer, train_loader, test_loader


def keep_best(model, score, best, path):
    """The weights of the best epoch go to a file; a worse epoch starts again from them."""
    if score > best:
        torch.save(model.state_dict(), path)
        return score
    model.load_state_dict(torch.load(path, map_location="cpu"))
    return best


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    random.seed(args.seed)
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model, optimizer, train_loader, test_loader = build(args, device)
    criterion = RoadLoss().to(device)
    writer = CheckpointWriter(os.path.join(args.folder, "checkpoints"))
    history, best = [], -1.0
    for epoch in range(args.epochs):
        loss = train_one_epoch(model, criterion, optimizer, train_loader, device)
        scores = evaluate(model, test_loader, len(CLASSES), device)
        writer.write(epoch, model, optimizer)
        best = keep_best(model, sum(scores) / len(scores), best, os.path.join(args.folder, "best.pt"))
        history.append({"loss": loss, "iou": scores, "best": best})
        print(f"[{epoch + 1}/{args.epochs}]", " ".join(f"{name} {score:.3f}" for name, score in zip(CLASSES, scores)))
    writer.close()
    return model, criterion, history


if __name__ == "__main__":
    main()
