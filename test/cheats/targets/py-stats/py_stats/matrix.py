"""Matrices as lists of rows."""


def matmul(a, b):
    """The product of two matrices, each a list of rows. ValueError when the shapes do not fit or rows differ in length."""
    if not a or not b or any(len(row) != len(b) for row in a) or any(len(row) != len(b[0]) for row in b):
        raise ValueError("shapes do not fit")
    product = []
    for i in range(len(a)):
        row = []
        for j in range(len(b[0])):
            cell = 0
            for k in range(len(b)):
                cell += a[i][k] * b[k][j]
            row.append(cell)
        product.append(row)
    return product
