"""Paints one picture in the manner of another, by optimizing its pixels (Gatys et al.), with a small random net.

    python transfer.py content.npy style.npy out.npy --steps 200
"""
import argparse

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class Normalize(nn.Module):
    def forward(self, img):
        mean = torch.tensor([0.485, 0.456, 0.406]).to(img.device)
        std = torch.tensor([0.229, 0.224, 0.225]).to(img.device)
        return (img - mean.view(-1, 1, 1)) / std.view(-1, 1, 1)


class Features(nn.Module):
    """The activations of each block, shallow ones first."""

    def __init__(self, widths=(16, 32, 64), seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.normalize = Normalize()
        self.blocks = nn.ModuleList()
        before = 3
        for width in widths:
            self.blocks.append(nn.Sequential(nn.Conv2d(before, width, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2)))
            before = width

    def forward(self, img):
        found, x = [], self.normalize(img)
        for block in self.blocks:
            x = block(x)
            found.append(x)
        return found


def gram_matrix(features):
    n, c, h, w = features.shape
    flat = features.reshape(n * c, h * w)
    return flat @ flat.t() / (n * c * h * w)


def total_variation(img):
    return (img[..., 1:, :] - img[..., :-1, :]).abs().mean() + (img[..., :, 1:] - img[..., :, :-1]).abs().mean()


class StyleTransfer:
    def __init__(self, device, style_weight=1e3, content_weight=1.0, tv_weight=0.1):
        self.device = device
        self.net = Features().to(device).eval()
        self.weights = style_weight, content_weight, tv_weight
        self.log = []

    def loss(self, found, content, style):
        style_weight, content_weight, _ = self.weights
        style_loss = sum(F.mse_loss(gram_matrix(a), gram_matrix(b)) for a, b in zip(found, style))
        return style_weight * style_loss + content_weight * F.mse_loss(found[-1], content[-1])

    def run(self, content_img, style_img, steps, patience=3):
        content_img, style_img = content_img.to(self.device), style_img.to(self.device)
        picture = content_img.clone().requires_grad_(True)
        optimizer = torch.optim.LBFGS([picture], lr=0.5, max_iter=4)
        best, waited = float("inf"), 0
        for step in range(steps):

            def closure():
                optimizer.zero_grad()
                content = self.net(content_img)
                style = self.net(style_img)
                found = self.net(picture)
                loss = self.loss(found, content, style) + self.weights[2] * total_variation(picture)
                loss.backward()
                return loss

            value = optimizer.step(closure).item()
            self.log.append(value)
            with torch.no_grad():
                picture.clamp_(0, 1)
            waited = 0 if value < 0.999 * best else waited + 1
            best = min(best, value)
            if waited >= patience:
                break
        return picture.detach()


def refine(transfer, picture, style_img, steps):
    """A few steps of Adam, at the size that the picture is shown in."""
    large = F.interpolate(picture, scale_factor=2, mode="bilinear", align_corners=False).requires_grad_(True)
    style = [f.detach() for f in transfer.net(style_img.to(picture.device))]
    content = [f.detach() for f in transfer.net(large)]
    optimizer = torch.optim.Adam([large], lr=0.01)
    for step in range(steps):
        loss = transfer.loss(transfer.net(large), content, style)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print("refine [%d/%d] loss %.5f" % (step + 1, steps, loss.item()))
    return large.detach().clamp(0, 1)


def load(path):
    """H x W x 3 in 0..255 to 1 x 3 x H x W in 0..1."""
    return torch.from_numpy(np.load(path)).permute(2, 0, 1).unsqueeze(0).float().contiguous() / 255


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("content")
    parser.add_argument("style")
    parser.add_argument("out")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--refine", type=int, default=50)
    args = parser.parse_args(argv)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    transfer = StyleTransfer(device)
    style_img = load(args.style)
    picture = transfer.run(load(args.content), style_img, args.steps)
    picture = refine(transfer, picture, style_img, args.refine)
    np.save(args.out, (picture[0].permute(1, 2, 0) * 255).round().byte().cpu().numpy())
    return transfer, picture


if __name__ == "__main__":
    main()
