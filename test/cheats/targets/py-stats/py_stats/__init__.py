"""Small statistics over plain Python lists."""

from .csvtext import parse_csv
from .group import group_by
from .matrix import matmul
from .series import moving_average, percentiles
from .simulate import ruin_time

__all__ = ["group_by", "matmul", "moving_average", "parse_csv", "percentiles", "ruin_time"]
