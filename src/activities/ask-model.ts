import type { Finding } from '../core/finding.js';
import type { TalkRecord } from '../core/model-talk.js';
import type { HostActivities } from '../core/run/contracts.js';
import { givenOf, profileLines } from '../models/optimize/context.js';
import { proposeBy } from '../models/optimize/propose.js';
import type { Ground } from '../models/optimize/resolve-edits.js';
import { aboutCategory, registryTools } from '../models/registry-tools.js';
import { sha256 } from '../propose/hash.js';
import { openStoreReader } from '../store/reader.js';
import { protectionOf } from '../workspace/protected-globs.js';
import { activity, type Attempt } from './activity.js';
import { withModel, type Talking } from './conversation.js';
import type { Dependencies } from './dependencies.js';
import { repositoryOf, worktreeOf } from './ground.js';
import { rulesOf } from './guard-protected.js';
import { notesOf } from './notes.js';
import { modelSandbox, type ModelSandbox } from './sandboxes/for-model.js';
import type { KnownTests, SandboxGround } from './sandboxes/state.js';

type Input = Parameters<HostActivities['askModel']>[0];

/** Lessons of earlier runs that a prompt tells of. */
const mostLessons = 8;
const longestLesson = 400;
/** In a status, which travels through the history. */
const longestTitle = 120;
const longestNote = 400;
/** Of a model's context, what the first prompt may take. */
const promptPart = 0.2;

/** A conversation with a model about one finding. */
export function askModelActivity(deps: Dependencies): HostActivities['askModel'] {
  return activity((input, attempt) => withModel(deps, input, 'optimize', attempt, (talking) => talk(deps, input, talking, attempt)));
}

async function talk(deps: Dependencies, input: Input, talking: Talking, attempt: Attempt): ReturnType<HostActivities['askModel']> {
  const { config, target, position, model } = input;
  const { path, commit } = await worktreeOf(deps, input.worktree);
  const protectedBy = protectionOf(await rulesOf(await repositoryOf(deps, target), target, config));
  const findings = (await deps.artifacts.getJson<Finding[]>(input.findings)).filter(({ file }) => protectedBy(file) === undefined);
  const finding = findings[position];
  if (finding === undefined) return null;
  const { sandbox_runs: most } = talking.choice.bounds;
  const about = placeName(findings, position);
  // Configs of earlier versions lack it.
  const sandbox = most > 0 ? modelSandbox(deps, { ground: { scope: scopeOfTries(input, about), target, config }, champion: commit, key: `${input.run}/${input.trial}/try-${model}-${about}`, tests: testsHere(deps, input), most }, attempt) : null;
  try {
    return await talkAbout(deps, input, talking, { finding, findings, about, ground: { worktree: path, protectedBy }, sandbox });
  } finally {
    await sandbox?.close();
  }
}

interface About {
  finding: Finding;
  findings: readonly Finding[];
  /** Names the conversation. */
  about: string;
  ground: Ground;
  sandbox: ModelSandbox | null;
}

async function talkAbout(deps: Dependencies, input: Input, { choice, redactor, open }: Talking, { finding, findings, about, ground, sandbox }: About): ReturnType<HostActivities['askModel']> {
  const { target, model, profile, attempts, notes } = input;
  const database = profile === null ? undefined : await deps.artifacts.fileOf(profile);
  const tools = await registryTools({ targets: { repository: ground.worktree, profile: database }, about: aboutCategory(finding.category), home: deps.home });
  const conversation = await open(about, tools, sandbox?.tools);
  const lessons = (): string[] => [...new Set([...notesOf(deps, target.id, notes), ...lessonsOf(deps, finding)])];
  const given = await conversation.given(async () => givenOf({ finding, profile: profileLines(findings), attempts, lessons: lessons() }, Math.floor(choice.context * promptPart)));
  const proposed = await proposeBy(conversation.dialog, conversation.results, { finding, given, ground, mostCandidates: choice.bounds.candidates, proposer: model, ...(sandbox === null ? {} : { sandboxRuns: choice.bounds.sandbox_runs }) });
  // Candidates are not looked at again for secrets: they are made of what the model was shown and of the source itself.
  const { candidates } = proposed;
  const verdict = redactor.json(proposed.verdict);
  const { transcript, traffic, spent } = await conversation.end();
  const record: TalkRecord = {
    v: 1, transcript, traffic,
    verdict: verdict === null ? null : await deps.artifacts.put('json', JSON.stringify(verdict)),
    candidates: candidates.length === 0 ? null : await deps.artifacts.put('candidates', JSON.stringify(candidates)),
  };
  const title = (finding.title ?? `${finding.function} (${finding.file}:${finding.line})`).slice(0, longestTitle);
  return {
    talk: { model, finding: finding.id, title, real: verdict?.real ?? null, proposed: candidates.length, record: await deps.artifacts.put('json', JSON.stringify(record)), spent, ...(proposed.note === null ? {} : { note: redactor.text(proposed.note).slice(0, longestNote) }) },
    candidates: record.candidates,
  };
}

/** Its logs and journals lie beside those of the conversation. */
function scopeOfTries({ v, run, trial, model }: Input, about: string): SandboxGround['scope'] {
  return { v, run, trial: `${trial}-${model.replaceAll(/[^\w.-]/g, '_')}-${about}` };
}

/** Another host may skip other tests. */
function testsHere({ host }: Dependencies, { tests }: Input): KnownTests | null {
  return tests === undefined || tests.host !== host ? null : { runs: tests.runs, plain: tests.plain };
}

/** Names a conversation by the place of its finding: the same code may be of another category in the next profile, when the conversation is replayed. */
function placeName(findings: readonly Finding[], position: number): string {
  const placeOf = ({ file, function: named, line }: Finding): string => sha256([file, named, line].join('\0')).slice(0, 12);
  const [place, ...before] = findings.slice(0, position + 1).map(placeOf).toReversed();
  const same = before.filter((other) => other === place).length;
  return `${place ?? ''}${same === 0 ? '' : `-${same + 1}`}`;
}

/** What earlier trials taught about this code. */
function lessonsOf(deps: Dependencies, { function: named, file }: Finding): string[] {
  const words = `${named} ${file}`;
  const store = /[\p{L}\p{N}_]/u.test(words) ? openStoreReader(deps.home) : null;
  try {
    return (store?.searchWiki(words, mostLessons) ?? []).filter(({ verdict }) => verdict !== 'noted').map(({ title, body }) => `${title}: ${body.slice(0, longestLesson)}`);
  } finally {
    store?.close();
  }
}
