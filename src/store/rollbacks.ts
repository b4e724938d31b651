import type { AcceptedPatch, FirstAccepted, RollbackRecord, RolledBack, TrialOf } from '../core/rollback/rollback.js';
import { isBack } from '../core/rollback/rollback.js';
import type { Db } from './database.js';

/** What was accepted, and what became of it since. Works on a reader, too. */
export interface Rollbacks {
  /** What a run had accepted and kept, in the order of its trials. */
  acceptedIn(run: string): AcceptedPatch[];
  /** The same of all runs of a target of a fleet, the oldest run first. */
  acceptedOf(fleet: string, target: string): AcceptedPatch[];
  /** The same of all runs of a repository. `target`: its id. */
  acceptedAt(target: string): AcceptedPatch[];
  /** Of a run: what is rolled back now. */
  rolledBack(run: string): RolledBack[];
  /** Patches of a target of a fleet that were given back since then, each where it was accepted first. */
  givenBack(fleet: string, target: string, since: number): TrialOf[];
  /** All that is rolled back now, as `RUN TRIAL`. */
  allBack(): Set<string>;
  /** Every run that had accepted one of these patches, there or again. */
  runsWith(patches: readonly TrialOf[]): string[];
}

interface Row extends TrialOf {
  title: string;
  at: number;
  began: number;
  runBegan: number;
  /** JSON of FirstAccepted. */
  first: string | null;
  resumes: string | null;
}

// A person may approve long after the trial has ended.
const patches = `SELECT t.run, t.id AS trial, json_extract(t.summary, '$.candidate.title') AS title, json_extract(t.summary, '$.candidate.acceptedFirst') AS first, json_extract(r.status, '$.resumes') AS resumes,
    coalesce(t.started_at, r.started_at) AS began, r.started_at AS runBegan,
    max(coalesce(t.ended_at, r.started_at), coalesce((SELECT max(d.at) FROM decisions d WHERE d.run = t.run AND d.trial = t.id AND d.approve = 1), 0)) AS at
  FROM trials t JOIN runs r ON r.id = t.run WHERE %which AND r.kind = 'run' AND t.verdict = 'accepted' AND json_extract(t.summary, '$.state') = 'decided' AND json_extract(t.summary, '$.dropped') IS NULL
  ORDER BY r.started_at, r.id, t.position`;
const ofTarget = "r.fleet = ? AND coalesce(json_extract(r.status, '$.fleet.target'), r.name) = ?";

/** Nothing is rolled back where the hub of this version has not started yet. */
export function rollbacksOf(db: Db): Rollbacks {
  const isThere = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'rollbacks'").get() !== undefined;
  if (!isThere) return { acceptedIn: () => [], acceptedOf: () => [], acceptedAt: () => [], rolledBack: () => [], givenBack: () => [], allBack: () => new Set(), runsWith: () => [] };
  const inRun = db.prepare<[string], Row>(patches.replace('%which', 't.run = ?'));
  const inTarget = db.prepare<[string, string], Row>(patches.replace('%which', ofTarget));
  const inRepository = db.prepare<[string], Row>(patches.replace('%which', 'r.target = ?'));
  const lastSaid = db.prepare<[string, string], Omit<RollbackRecord, 'back'> & { back: number }>('SELECT id, run, trial, back, who, why, alert, at FROM rollbacks WHERE run = ? AND trial = ? ORDER BY rowid DESC LIMIT 1');
  const began = db.prepare<[string], { runBegan: number; resumes: string | null }>("SELECT started_at AS runBegan, json_extract(status, '$.resumes') AS resumes FROM runs WHERE id = ?");
  const touched = db.prepare<[], { target: string }>('SELECT DISTINCT r.target FROM rollbacks b JOIN runs r ON r.id = b.run');
  const targetOf = db.prepare<[string], { target: string }>('SELECT target FROM runs WHERE id = ?');
  const isAccepted = db.prepare<[string, string]>("SELECT 1 FROM trials WHERE run = ? AND id = ? AND verdict = 'accepted' AND json_extract(summary, '$.state') = 'decided'");

  /** A run that goes on after another one brings its trials along, under the same ids; some of them it accepts itself. */
  const firstOf = ({ run, trial, at, began: trialBegan, runBegan, resumes, first }: Row): FirstAccepted => {
    if (first !== null) return JSON.parse(first) as FirstAccepted;
    let [of, from] = [run, { runBegan, resumes }];
    while (trialBegan < from.runBegan && from.resumes !== null && isAccepted.get(from.resumes, trial) !== undefined) {
      const earlier = began.get(from.resumes);
      if (earlier === undefined) break;
      [of, from] = [from.resumes, earlier];
    }
    return { run: of, trial, at: Math.max(at, from.runBegan) };
  };
  const patchOf = (row: Row): AcceptedPatch => {
    const first = firstOf(row);
    const said = lastSaid.get(first.run, first.trial);
    return { run: row.run, trial: row.trial, title: row.title, first, ...(said === undefined ? {} : { said: { ...said, back: said.back === 1 } }) };
  };

  const acceptedIn = (run: string): AcceptedPatch[] => inRun.all(run).map(patchOf);
  const acceptedOf = (fleet: string, target: string): AcceptedPatch[] => inTarget.all(fleet, target).map(patchOf);
  const acceptedAt = (target: string): AcceptedPatch[] => inRepository.all(target).map(patchOf);
  return {
    acceptedIn,
    acceptedOf,
    acceptedAt,
    rolledBack: (run) => acceptedIn(run).flatMap((patch) => (patch.said !== undefined && isBack(patch) ? [{ trial: patch.trial, who: patch.said.who, why: patch.said.why, alert: patch.said.alert, at: patch.said.at }] : [])),
    givenBack: (fleet, target, since) => acceptedOf(fleet, target).flatMap(({ run, trial, first, said }) => (run === first.run && trial === first.trial && said?.back === false && said.at >= since ? [{ run, trial }] : [])),
    allBack: () => new Set(touched.all().flatMap(({ target }) => acceptedAt(target).filter(isBack).map(({ run, trial }) => `${run} ${trial}`))),
    runsWith(of) {
      const wanted = new Set(of.map(({ run, trial }) => `${run} ${trial}`));
      const targets = new Set(of.flatMap(({ run }) => targetOf.get(run)?.target ?? []));
      return [...new Set([...targets].flatMap((target) => acceptedAt(target).flatMap(({ run, first }) => (wanted.has(`${first.run} ${first.trial}`) ? [run] : []))))];
    },
  };
}

/** Gives whether it is new. */
export function rollbackWriter(db: Db): (record: RollbackRecord) => boolean {
  const insert = db.prepare('INSERT INTO rollbacks (id, run, trial, back, who, why, alert, at) VALUES (@id, @run, @trial, @back, @who, @why, @alert, @at) ON CONFLICT (id) DO NOTHING');
  return (record) => insert.run({ ...record, back: record.back ? 1 : 0 }).changes > 0;
}
