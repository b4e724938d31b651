"""Statistics of a series of numbers."""


def moving_average(values, window):
    """The mean of each run of `window` neighbouring values: len(values) - window + 1 numbers.

    ValueError for a window below one or above the length.
    """
    if window < 1 or window > len(values):
        raise ValueError(f"window {window} does not fit {len(values)} values")
    means = []
    for end in range(window, len(values) + 1):
        total = 0
        for value in values[end - window : end]:
            total += value
        means.append(total / window)
    return means


def percentiles(values, quantiles):
    """The value at each quantile (0 to 1), interpolated linearly between neighbours in sorted order.

    ValueError for no values or a quantile outside 0 to 1.
    """
    result = []
    for quantile in quantiles:
        if not 0 <= quantile <= 1:
            raise ValueError(f"quantile {quantile} is not between 0 and 1")
        if not values:
            raise ValueError("no values")
        ordered = sorted(values)
        place = quantile * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        result.append(ordered[low] + (ordered[high] - ordered[low]) * (place - low))
    return result
