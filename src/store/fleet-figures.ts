import { openReader } from './database.js';
import type { PhaseTime } from '../core/rollback/last-good.js';
import { waitingTable } from './waiting.js';

/** What the knowledge base tells of the runs of one fleet. Times in milliseconds since the epoch. */
export interface FleetFigures {
  /** Each time that a run was in a phase and left it in the span, by target and phase; of more than 500 the latest. */
  phases(since: number): { target: string; phase: string; tookMs: number[] }[];
  /** Each time that runs of one target were in a phase and left it since then, the latest first; of more than 2,000 the latest. */
  timesIn(target: string, phase: string, since: number): PhaseTime[];
  /** Trials that were decided in the span from `from` up to `to`; null where no run was open in it. */
  decided(from: number, to: number): number | null;
  /** US dollars that runs which began since then cost. */
  spent(since: number): number;
  /** Runs of which something waits for a person: how many things, and since when the first. */
  waiting(): { run: string; target: string; questions: number; since: number }[];
  close(): void;
}

const mostOfAPhase = 500;
/** Enough to find when a phase was fast. */
const mostTimes = 2000;

interface Span {
  fleet: string;
  from: number;
}

/** Null while there is no knowledge base. */
export function openFleetFigures(file: string, fleet: string): FleetFigures | null {
  const db = openReader(file);
  if (db === null) return null;
  const target = `coalesce(json_extract(r.status, '$.fleet.target'), r.name)`;
  // What ended before the span says nothing of it; see the index.
  const inSpan = 'r.fleet = @fleet AND (r.ended_at >= @from OR r.ended_at IS NULL)';
  const times = db.prepare<Span, { target: string; phase: string; took: number }>(`SELECT ${target} AS target, t.phase, t.ended - t.began AS took FROM runs r JOIN times t ON t.run = r.id
    WHERE ${inSpan} AND t.step = '' AND t.ended >= @from ORDER BY t.ended DESC`);
  const timesIn = db.prepare<Span & { target: string; phase: string; most: number }, PhaseTime>(`SELECT t.began, t.ended FROM runs r JOIN times t ON t.run = r.id
    WHERE ${inSpan} AND t.step = '' AND t.phase = @phase AND ${target} = @target AND t.ended >= @from ORDER BY t.ended DESC LIMIT @most`);
  const open = db.prepare<Span & { to: number }, { found: number }>(`SELECT EXISTS (SELECT 1 FROM runs r WHERE ${inSpan} AND r.started_at < @to) AS found`);
  const trials = db.prepare<Span & { to: number }, { decided: number }>(`SELECT count(*) AS decided FROM runs r JOIN trials t ON t.run = r.id WHERE ${inSpan} AND t.verdict IS NOT NULL AND t.ended_at >= @from AND t.ended_at < @to`);
  const money = db.prepare<Span, { dollars: number }>(`SELECT coalesce(sum(dollars), 0.0) AS dollars FROM runs r WHERE ${inSpan} AND r.started_at >= @from`);
  const asked = db.prepare<[{ fleet: string }], { run: string; target: string; questions: number; since: number }>(`SELECT r.id AS run, ${target} AS target, count(*) AS questions, min(w.since) AS since
    FROM ${waitingTable} w JOIN runs r ON r.id = w.run WHERE r.fleet = @fleet GROUP BY r.id ORDER BY since, run`);
  return {
    phases(since) {
      const found = new Map<string, { target: string; phase: string; tookMs: number[] }>();
      for (const { target: name, phase, took } of times.all({ fleet, from: since })) {
        const key = `${name}\n${phase}`;
        const of = found.get(key) ?? { target: name, phase, tookMs: [] };
        if (of.tookMs.length < mostOfAPhase) of.tookMs.push(took);
        found.set(key, of);
      }
      return [...found.values()];
    },
    timesIn: (of, phase, since) => timesIn.all({ fleet, from: since, target: of, phase, most: mostTimes }),
    decided: (from, to) => (open.get({ fleet, from, to })?.found === 1 ? (trials.get({ fleet, from, to })?.decided ?? 0) : null),
    spent: (since) => money.get({ fleet, from: since })?.dollars ?? 0,
    waiting: () => asked.all({ fleet }),
    close: () => db.close(),
  };
}
