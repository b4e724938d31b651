import argparse
import random
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

parser = argparse.ArgumentParser(description='Small-image training')
parser.add_argument('-j', '--workers', default=0, type=int, metavar='N', help='number of data loading workers')
parser.add_argument('--epochs', default=30, type=int, metavar='N')
parser.add_argument('-b', '--batch-size', default=128, type=int, metavar='N')
parser.add_argument('--size', default=4096, type=int, help='images to train on')
parser.add_argument('--image-size', default=32, type=int)
parser.add_argument('--lr', '--learning-rate', default=0.1, type=float, metavar='LR', dest='lr')
parser.add_argument('--momentum', default=0.9, type=float, metavar='M')
parser.add_argument('--wd', '--weight-decay', default=1e-4, type=float, dest='weight_decay')
parser.add_argument('--mixup-alpha', default=0.2, type=float)
parser.add_argument('-p', '--print-freq', default=10, type=int, metavar='N')
parser.add_argument('--seed', default=0, type=int)
parser.add_argument('--amp', action='store_true')
parser.add_argument('--out', default='model_best.pth.tar')

best_acc1 = 0


class Shapes(Dataset):
    """Noise with a bright bar; the class is its place and direction."""

    def __init__(self, size, image_size, offset=0):
        self.size, self.image_size, self.offset = size, image_size, offset

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        rng = np.random.RandomState(self.offset + index)
        target = int(rng.randint(10))
        image = rng.randn(3, self.image_size, self.image_size).astype(np.float32) * 0.5
        place = (target % 5) * self.image_size // 5
        if target < 5:
            image[:, place:place + 3, :] += 1.0
        else:
            image[:, :, place:place + 3] += 1.0
        return torch.from_numpy(image), target


class SmallResNet(nn.Module):
    def __init__(self, width=16, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True))
        self.layer1 = self._layer(width, width)
        self.down = nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)
        self.layer2 = self._layer(2 * width, 2 * width)
        self.fc = nn.Linear(2 * width, num_classes)

    def _layer(self, inp, out):
        return nn.Sequential(nn.Conv2d(inp, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True), nn.Conv2d(out, out, 3, padding=1, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        x = self.stem(x)
        x = F.relu(x + self.layer1(x))
        x = F.relu(self.down(x))
        x = F.relu(x + self.layer2(x))
        return self.fc(x.mean(dim=(2, 3)))


def main(argv=None):
    global best_acc1
    args = parser.parse_args(argv)
    random.seed(args.seed)
    np.random.seed(args.seed)
    torch.manual_seed(args.seed)
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    best_acc1 = 0

    model = SmallResNet().to(device)
    criterion = nn.CrossEntropyLoss().to(device)
    optimizer = torch.optim.SGD(model.parameters(), args.lr, momentum=args.momentum, weight_decay=args.weight_decay)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=10, gamma=0.1)
    scaler = torch.cuda.amp.GradScaler(enabled=args.amp and device.type == 'cuda')

    train_loader = DataLoader(Shapes(args.size, args.image_size), batch_size=args.batch_size, shuffle=True, num_workers=args.workers, drop_last=True)
    val_loader = DataLoader(Shapes(args.size // 4, args.image_size, 10 ** 6), batch_size=args.batch_size, shuffle=False, num_workers=args.workers)

    history = []
    for epoch in range(args.epochs):
        train_loss = train(train_loader, model, criterion, optimizer, scaler, epoch, device, args)
        acc1, acc5 = validate(val_loader, model, criterion, device, args)
        scheduler.step()
        history.append({'epoch': epoch, 'train_loss': train_loss, 'acc1': acc1, 'acc5': acc5})
        is_best = acc1 > best_acc1
        best_acc1 = max(acc1, best_acc1)
        if is_best:
            torch.save({'epoch': epoch + 1, 'state_dict': model.state_dict(), 'best_acc1': best_acc1}, args.out)
    return history


def mixup(images, target, alpha, device):
    lam = np.random.beta(alpha, alpha)
    index = torch.randperm(images.size(0)).to(device)
    return lam * images + (1 - lam) * images[index], target, target[index], lam


def train(train_loader, model, criterion, optimizer, scaler, epoch, device, args):
    batch_time = AverageMeter('Time', ':6.3f')
    losses = AverageMeter('Loss', ':.4e')
    skips = AverageMeter('Skip', ':.2f')
    progress = ProgressMeter(len(train_loader), [batch_time, losses, skips], prefix="Epoch: [{}]".format(epoch))

    model.train()
    end = time.time()
    for i, (images, target) in enumerate(train_loader):
        images = images.to(device, non_blocking=True)
        target = target.to(device, non_blocking=True)
        mixed, target_a, target_b, lam = mixup(images, target, args.mixup_alpha, device)

        output = model(mixed)
        loss = lam * criterion(output, target_a) + (1 - lam) * criterion(output, target_b)
        losses.update(loss.item(), images.size(0))

        optimizer.zero_grad()
        scaler.scale(loss).backward()
        before = scaler.get_scale()
        scaler.step(optimizer)
        scaler.update()
        # a scale that went down tells that the step was left out
        skips.update(float(scaler.get_scale() < before))

        batch_time.update(time.time() - end)
        end = time.time()
        if i % args.print_freq == 0:
            progress.display(i)
    return losses.avg


def validate(val_loader, model, criterion, device, args):
    top1 = AverageMeter('Acc@1', ':6.2f')
    top5 = AverageMeter('Acc@5', ':6.2f')
    model.eval()
    with torch.no_grad():
        for i, (images, target) in enumerate(val_loader):
            images, target = images.to(device), target.to(device)
            output = model(images)
            acc1, acc5 = accuracy(output, target, topk=(1, 5))
            top1.update(acc1, images.size(0))
            top5.update(acc5, images.size(0))
    print(' * Acc@1 {top1.avg:.3f} Acc@5 {top5.avg:.3f}'.format(top1=top1, top5=top5))
    return top1.avg, top5.avg


def throughput(model, device, image_size=32, batch_size=64, rounds=20):
    """Images a second, by the device's own clock."""
    images = torch.randn(batch_size, 3, image_size, image_size, device=device)
    model.eval()
    total = 0.0
    for _ in range(rounds):
        if device.type == 'cuda':
            start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            start.record()
            with torch.no_grad():
                model(images)
            end.record()
            end.synchronize()
            total += start.elapsed_time(end) / 1000
        else:
            begin = time.perf_counter()
            with torch.no_grad():
                model(images)
            total += time.perf_counter() - begin
    return batch_size * rounds / total


class AverageMeter(object):
    """Computes and stores the average and current value"""

    def __init__(self, name, fmt=':f'):
        self.name = name
        self.fmt = fmt
        self.reset()

    def reset(self):
        self.val = 0
        self.avg = 0
        self.sum = 0
        self.count = 0

    def update(self, val, n=1):
        self.val = val
        self.sum += val * n
        self.count += n
        self.avg = self.sum / self.count

    def __str__(self):
        fmtstr = '{name} {val' + self.fmt + '} ({avg' + self.fmt + '})'
        return fmtstr.format(**self.__dict__)


class ProgressMeter(object):
    def __init__(self, num_batches, meters, prefix=""):
        num_digits = len(str(num_batches))
        self.batch_fmtstr = '[{:' + str(num_digits) + 'd}/' + str(num_batches) + ']'
        self.meters = meters
        self.prefix = prefix

    def display(self, batch):
        entries = [self.prefix + self.batch_fmtstr.format(batch)]
        entries += [str(meter) for meter in self.meters]
        print('\t'.join(entries))


def accuracy(output, target, topk=(1,)):
    """Computes the accuracy over the k top predictions for the specified values of k"""
    maxk = max(topk)
    batch_size = target.size(0)
    _, pred = output.topk(maxk, 1, True, True)
    correct = pred.t().eq(target.view(1, -1).expand_as(pred.t()))
    res = []
    for k in topk:
        correct_k = correct[:k].reshape(-1).float().sum(0, keepdim=True)
        res.append(correct_k.mul_(100.0 / batch_size).item())
    return res


if __name__ == '__main__':
    main()
