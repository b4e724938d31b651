"""Grouping of rows."""


def group_by(rows, key, total):
    """Sums of one column by another: a list of (key value, number of rows, sum), in order of first appearance.

    KeyError when a row lacks a column, TypeError when what is summed is no number.
    """
    groups = []
    for row in rows:
        for group in groups:
            if group[0] == row[key]:
                break
        else:
            group = [row[key], 0, 0]
            groups.append(group)
        group[1] += 1
        group[2] += row[total]
    return [tuple(group) for group in groups]
