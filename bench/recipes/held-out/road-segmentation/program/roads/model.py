import torch.nn as nn
import torch.nn.functional as F


class SegNet(nn.Module):
    """Half and quarter resolution, added up. Any size that four divides."""

    def __init__(self, classes, width=12):
        super().__init__()
        self.down1 = nn.Sequential(nn.Conv2d(3, width, 3, stride=2, padding=1), nn.BatchNorm2d(width), nn.ReLU())
        self.down2 = nn.Sequential(nn.Conv2d(width, 2 * width, 3, stride=2, padding=1), nn.BatchNorm2d(2 * width), nn.ReLU())
        self.side1, self.side2 = nn.Conv2d(width, classes, 1), nn.Conv2d(2 * width, classes, 3, padding=1)

    def forward(self, x):
        a = self.down1(x)
        b = self.side2(self.down2(a))
        return F.interpolate(self.side1(a) + F.interpolate(b, scale_factor=2), size=x.shape[2:], mode="bilinear", align_corners=False)
