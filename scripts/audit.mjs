// What is known of the dependencies: advisories, where the registry tells them, and licences. Says what it found and always succeeds: what a registry answers is no property of a change.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const longestMs = 60_000;
/** Licences that nobody who uses perfloop needs to think about. */
const easy = /^\(?(MIT(-0)?|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|BlueOak-1\.0\.0|Unlicense|CC0-1\.0|Python-2\.0|Zlib|WTFPL)( (OR|AND) .*)?\)?$/;

function advisories() {
  const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=20000'], { encoding: 'utf8', timeout: longestMs, maxBuffer: 64 << 20 });
  if (error) return `not audited: ${error.message}`;
  let answer;
  try {
    answer = JSON.parse(stdout);
  } catch {
    return 'not audited: npm gave no JSON';
  }
  const counts = answer.metadata?.vulnerabilities;
  if (counts === undefined) return `not audited: ${String(answer.message ?? answer.error?.summary ?? 'the registry has no answer').replace(/https?:\/\/\S+/g, 'the registry').split('\n')[0]}`;
  const found = Object.entries(answer.vulnerabilities ?? {}).map(([name, { severity, range }]) => `  ${severity.padEnd(9)} ${name} ${range}`);
  return [`${counts.total} advisories on what perfloop is shipped with${counts.total === 0 ? '' : ` (${counts.critical} critical, ${counts.high} high)`}`, ...found].join('\n');
}

function licences() {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const shipped = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  const known = shipped.map(([path, { license }]) => [path.replace(/^.*node_modules\//, ''), license ?? ofPackage(path)]);
  const odd = known.filter(([, license]) => !easy.test(license ?? ''));
  return [`${known.length} packages are shipped, ${odd.length} under other licences than the usual permissive ones`, ...odd.map(([name, license]) => `  ${name}: ${license ?? 'says none'}`)].join('\n');
}

function ofPackage(path) {
  const file = `${path}/package.json`;
  if (!existsSync(file)) return undefined;
  const { license } = JSON.parse(readFileSync(file, 'utf8'));
  return typeof license === 'string' ? license : license?.type;
}

process.chdir(execFileSync('git', ['rev-parse', '--show-toplevel'], { encoding: 'utf8' }).trim());
console.log(advisories());
console.log(licences());
