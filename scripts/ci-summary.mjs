// The last lines of a CI run, from the test runner's own results: what was skipped, what failed and why, the counts. Fails when nothing ran.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** Lines of a failure's message and stack that are shown again at the end, where they are found. */
const SHOWN = 12;

const results = JSON.parse(readFileSync(process.argv[2] ?? '.tmp/results.json', 'utf8'));
const { numPassedTests: passed, numFailedTests: failedTests, numPendingTests: skipped, numFailedTestSuites: failedFiles } = results;
// A file that does not even load has no failed test of its own.
const failed = failedTests === 0 && failedFiles > 0 ? failedFiles : failedTests;

const excerpt = (message) => message.split('\n').filter((line) => !line.includes('/node_modules/')).slice(0, SHOWN).map((line) => `  ${line.slice(0, 400)}`).join('\n');

// One line for each group, so that many of them hide nothing that follows.
const skippedIn = new Map();
for (const { status, ancestorTitles, fullName } of results.testResults.flatMap((file) => file.assertionResults)) {
  if (status !== 'pending' && status !== 'skipped') continue;
  const group = ancestorTitles.join(' ') || fullName;
  skippedIn.set(group, [...(skippedIn.get(group) ?? []), fullName]);
}
for (const [group, names] of skippedIn) console.log(`skipped: ${names.length === 1 ? names[0] : `${group}: ${names.length} tests`}`);
for (const file of results.testResults) {
  const name = relative(process.cwd(), file.name);
  const ownFailures = file.assertionResults.filter(({ status }) => status === 'failed');
  for (const test of ownFailures) console.log(`failed: ${test.fullName} (${name})\n${test.failureMessages.map(excerpt).join('\n')}`);
  if (file.status === 'failed' && ownFailures.length === 0) console.log(`failed: ${name}, as a whole\n${excerpt(file.message ?? '')}`);
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
