/** Where a line leaves a cell; together they choose its character. */
const [up, down, left, right] = [1, 2, 4, 8];

/** A row of lanes: the directions of each column's cell, and whether a line runs on to the next column. */
export interface LaneCells {
  cells: readonly number[];
  across: readonly boolean[];
}

/** A step with the lanes beside it; what is said of it below goes beside `after`. `begins`: nothing leads to it. */
export interface StepRow extends LaneCells {
  kind: 'step';
  place: number;
  column: number;
  begins: boolean;
  after: LaneCells;
}

/** Between two steps: `turn` where lines fork or join, `gap` where they go straight on. */
export interface BetweenRow extends LaneCells {
  kind: 'turn' | 'gap';
}

export type LaneRow = StepRow | BetweenRow;

/**
 * Steps below each other with lines to what needs them, as `git log --graph` draws commits: a lane waits for one step, and
 * all that lead to that step join it. `needs`: for each step the places of those before it. Null where there are more than
 * `most` lanes. O(steps x lanes + needs).
 */
export function laneRows(needs: readonly (readonly number[])[], most: number): LaneRow[] | null {
  const dependents: number[][] = needs.map(() => []);
  for (const [place, before] of needs.entries()) for (const need of before) dependents[need]?.push(place);
  /** The step that each lane leads to. */
  const lanes: (number | null)[] = [];
  const rows: LaneRow[] = [];
  for (const place of needs.keys()) {
    const lane = lanes.indexOf(place);
    const begins = lane < 0;
    if (rows.at(-1)?.kind === 'step') rows.push({ kind: 'gap', ...straight(lanes) });
    const column = begins ? freeLane(lanes) : lane;
    lanes[column] = place;
    const cells = straight(lanes);
    const following = dependents[place] ?? [];
    if (following.length === 0) lanes[column] = null;
    rows.push({ kind: 'step', place, column, begins, ...cells, after: straight(lanes) });
    const turn = turnOff(lanes, column, following, most);
    if (lanes.length > most) return null;
    if (turn !== null) rows.push({ kind: 'turn', ...turn });
    while (lanes.length > 0 && lanes.at(-1) === null) lanes.pop();
  }
  return rows;
}

/** Leads the lane of a step that is over to what needs it; null where it only goes straight on. */
function turnOff(lanes: (number | null)[], column: number, following: readonly number[], most: number): LaneCells | null {
  if (following.length === 0) return null;
  const own = following.find((dependent) => !lanes.includes(dependent));
  lanes[column] = null;
  const before = straight(lanes);
  const cells = [...before.cells];
  lanes[column] = own ?? null;
  cells[column] = up | (own === undefined ? 0 : down);
  const targets: number[] = [];
  for (const dependent of following) {
    if (dependent === own) continue;
    let target = lanes.indexOf(dependent);
    if (target < 0 && lanes.length > most) break;
    if (target < 0) {
      target = freeLane(lanes);
      lanes[target] = dependent;
      cells[target] = down;
    }
    targets.push(target);
  }
  if (targets.length === 0) return null;
  return { cells, across: lead(cells, column, targets) };
}

/** Draws a line from a column to others; lanes that it only passes stay as they are. */
function lead(cells: number[], column: number, targets: readonly number[]): boolean[] {
  const [low, high] = [Math.min(column, ...targets), Math.max(column, ...targets)];
  const ends = new Set([column, ...targets]);
  for (let at = low; at <= high; at++) {
    const cell = cells[at] ?? 0;
    if (!ends.has(at) && cell !== 0) continue;
    cells[at] = cell | (at > low ? left : 0) | (at < high ? right : 0);
  }
  return cells.map((_, at) => at >= low && at < high);
}

function straight(lanes: readonly (number | null)[]): LaneCells {
  return { cells: lanes.map((lane) => (lane === null ? 0 : up | down)), across: [] };
}

function freeLane(lanes: (number | null)[]): number {
  const free = lanes.indexOf(null);
  if (free >= 0) return free;
  return lanes.push(null) - 1;
}

const unicodeCells = [' ', '╵', '╷', '│', '╴', '╯', '╮', '┤', '╶', '╰', '╭', '├', '─', '┴', '┬', '┼'];

/** Two columns of a terminal for each lane. `from`: a line from the left edge to this column, as over a bridge. */
export function laneText({ cells, across }: LaneCells, unicode: boolean, from = -1): string {
  const flat = unicode ? '─' : '-';
  return cells.map((cell, at) => `${cell === 0 && at < from ? flat : cellText(cell, unicode)}${across[at] === true || at < from ? flat : ' '}`).join('');
}

function cellText(cell: number, unicode: boolean): string {
  if (unicode) return unicodeCells[cell] ?? ' ';
  if (cell === 0) return ' ';
  if (cell === (left | right)) return '-';
  return cell === (up | down) ? '|' : '+';
}
