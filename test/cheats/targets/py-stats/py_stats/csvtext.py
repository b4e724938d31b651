"""Comma-separated text."""


def _convert(cell):
    try:
        return int(cell)
    except ValueError:
        return cell


def parse_csv(text):
    """Rows of a text with a header line, as dictionaries. A quoted cell may hold commas, line breaks and doubled quotes;
    an unquoted whole number becomes an int.

    ValueError, with the row's number, for a row whose number of cells differs from the header's and for a quote without end.
    """
    rows = []
    cells = []
    cell = ""
    quoted = False
    was_quoted = False
    i = 0
    while i <= len(text):
        char = text[i] if i < len(text) else "\n"
        if quoted:
            if i == len(text):
                raise ValueError(f"row {len(rows)}: a quote without end")
            if char == '"' and text[i + 1 : i + 2] == '"':
                cell = cell + char
                i += 1
            elif char == '"':
                quoted = False
            else:
                cell = cell + char
        elif char == '"' and cell == "":
            quoted = True
            was_quoted = True
        elif char == "," or char == "\n":
            cells.append(cell if was_quoted else _convert(cell))
            cell = ""
            was_quoted = False
            if char == "\n":
                if cells != [""]:
                    if rows and len(cells) != len(rows[0]):
                        raise ValueError(f"row {len(rows)}: {len(cells)} cells, not {len(rows[0])}")
                    rows.append(cells)
                cells = []
        else:
            cell = cell + char
        i += 1
    if not rows:
        return []
    header = rows[0]
    return [dict(zip(header, row)) for row in rows[1:]]
