import type { AcceptedPatch, RollbackRecord, RolledBack, TrialOf } from '../core/rollback/rollback.js';
import { isBack } from '../core/rollback/rollback.js';
import type { Db } from './database.js';

/** What was accepted, and what became of it since. Works on a reader, too. */
export interface Rollbacks {
  /** What a run had accepted and kept, in the order of its trials. */
  acceptedIn(run: string): AcceptedPatch[];
  /** The same of all runs of a target of a fleet, the oldest run first. */
  acceptedOf(fleet: string, target: string): AcceptedPatch[];
  /** Of a run: what is rolled back now. */
  rolledBack(run: string): RolledBack[];
  /** Patches of a target of a fleet that were given back since then, each where it was accepted first. */
  givenBack(fleet: string, target: string, since: number): TrialOf[];
  /** Every run that had accepted one of these patches, there or again. */
  runsWith(patches: readonly TrialOf[]): string[];
}

interface Row extends TrialOf {
  title: string;
  firstRun: string;
  firstTrial: string;
  firstAt: number;
  id: string | null;
  back: number | null;
  who: string;
  why: string;
  alert: string | null;
  at: number;
}

// A person may approve long after the trial has ended.
const ownAt = 'max(coalesce(t.ended_at, r.started_at), coalesce((SELECT max(d.at) FROM decisions d WHERE d.run = t.run AND d.trial = t.id AND d.approve = 1), 0))';
const first = (what: string): string => `json_extract(t.summary, '$.candidate.acceptedFirst.${what}')`;
const patches = `SELECT p.*, b.id, b.back, b.who, b.why, b.alert, b.at FROM (
    SELECT t.run, t.id AS trial, t.position, r.started_at AS started, json_extract(t.summary, '$.candidate.title') AS title,
      coalesce(${first('run')}, t.run) AS firstRun, coalesce(${first('trial')}, t.id) AS firstTrial, coalesce(${first('at')}, ${ownAt}) AS firstAt
    FROM trials t JOIN runs r ON r.id = t.run WHERE %which AND r.kind = 'run' AND t.verdict = 'accepted' AND json_extract(t.summary, '$.state') = 'decided' AND json_extract(t.summary, '$.dropped') IS NULL) p
  LEFT JOIN rollbacks b ON b.rowid = (SELECT max(l.rowid) FROM rollbacks l WHERE l.run = p.firstRun AND l.trial = p.firstTrial)
  ORDER BY p.started, p.run, p.position`;
const ofTarget = "r.fleet = ? AND coalesce(json_extract(r.status, '$.fleet.target'), r.name) = ?";

/** Nothing is rolled back where the hub of this version has not started yet. */
export function rollbacksOf(db: Db): Rollbacks {
  const isThere = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'rollbacks'").get() !== undefined;
  if (!isThere) return { acceptedIn: () => [], acceptedOf: () => [], rolledBack: () => [], givenBack: () => [], runsWith: () => [] };
  const inRun = db.prepare<[string], Row>(patches.replace('%which', 't.run = ?'));
  const inTarget = db.prepare<[string, string], Row>(patches.replace('%which', ofTarget));
  const runsOf = db.prepare<TrialOf, { run: string }>(`SELECT DISTINCT run FROM trials WHERE (run = @run AND id = @trial) OR (proposer = 'recheck' AND json_extract(summary, '$.candidate.acceptedFirst.run') = @run AND json_extract(summary, '$.candidate.acceptedFirst.trial') = @trial)`);
  const acceptedIn = (run: string): AcceptedPatch[] => inRun.all(run).map(patchOf);
  const acceptedOf = (fleet: string, target: string): AcceptedPatch[] => inTarget.all(fleet, target).map(patchOf);
  return {
    acceptedIn,
    acceptedOf,
    rolledBack: (run) => acceptedIn(run).flatMap((patch) => (patch.said !== undefined && isBack(patch) ? [{ trial: patch.trial, who: patch.said.who, why: patch.said.why, alert: patch.said.alert, at: patch.said.at }] : [])),
    givenBack: (fleet, target, since) => acceptedOf(fleet, target).flatMap(({ run, trial, first: { run: firstRun, trial: firstTrial }, said }) => (run === firstRun && trial === firstTrial && said?.back === false && said.at >= since ? [{ run, trial }] : [])),
    runsWith: (of) => [...new Set(of.flatMap((patch) => runsOf.all(patch).map(({ run }) => run)))],
  };
}

/** Gives whether it is new. */
export function rollbackWriter(db: Db): (record: RollbackRecord) => boolean {
  const insert = db.prepare('INSERT INTO rollbacks (id, run, trial, back, who, why, alert, at) VALUES (@id, @run, @trial, @back, @who, @why, @alert, @at) ON CONFLICT (id) DO NOTHING');
  return (record) => insert.run({ ...record, back: record.back ? 1 : 0 }).changes > 0;
}

function patchOf({ run, trial, title, firstRun, firstTrial, firstAt, id, back, who, why, alert, at }: Row): AcceptedPatch {
  const said: RollbackRecord | null = id === null ? null : { id, run: firstRun, trial: firstTrial, back: back === 1, who, why, alert, at };
  return { run, trial, title, first: { run: firstRun, trial: firstTrial, at: firstAt }, ...(said === null ? {} : { said }) };
}
