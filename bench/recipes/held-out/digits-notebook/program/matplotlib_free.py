"""Curves and bars as text, where there is no screen."""


def curve(lines):
    for name, values in lines.items():
        print(f"{name:>8} " + "".join("▁▂▃▄▅▆▇█"[min(7, int(8 * value))] for value in values))


def bars(values):
    for number, value in enumerate(values):
        print(f"{number:>3} " + "#" * int(40 * value / max(values)))
