export const laneHeight = 16;
const trackGap = 8;
const groupHeight = 26;
const titleHeight = 16;

/**
 * Where the rows of a timeline are, from the top: groups (devices and processes) with their tracks and lanes. On a narrow screen the
 * titles of tracks stand above them, else to their left, in `gutter` pixels.
 */
export function layoutOf({ tracks, lanes }, width) {
  const narrow = width < 640;
  const gutter = narrow ? 0 : 190;
  const groups = [];
  const rows = [];
  const titles = [];
  let y = 0;
  let group = null;
  let lane = 0;
  for (const [number, track] of tracks.entries()) {
    if (track.lanes.length === 0) continue;
    if (track.group !== group) {
      group = track.group;
      groups.push({ y, height: groupHeight, title: group });
      y += groupHeight;
    }
    titles.push({ y, height: narrow ? titleHeight : laneHeight, title: track.title, kind: track.kind, track: number });
    if (narrow) y += titleHeight;
    for (let i = 0; i < track.lanes.length; i++) {
      rows.push({ y, lane: lanes[lane], track: number });
      lane += 1;
      y += laneHeight;
    }
    y += trackGap;
  }
  return { narrow, gutter, groups, rows, titles, height: y };
}

export const kindWords = { range: 'ranges', open: 'open ranges', mark: 'marks', call: 'CUDA calls', system: 'system calls', function: 'functions', kernel: 'kernels', copy: 'copies', set: 'memsets', graph: 'graphs' };
