// The last line of a CI run, from the test runner's own results. Fails when nothing ran.
import { readFileSync } from 'node:fs';

const results = JSON.parse(readFileSync(process.argv[2] ?? '.tmp/results.json', 'utf8'));
const { numPassedTests: passed, numFailedTests: failedTests, numPendingTests: skipped, numFailedTestSuites: failedFiles } = results;
// A file that does not even load has no failed test of its own.
const failed = failedTests === 0 && failedFiles > 0 ? failedFiles : failedTests;
for (const file of results.testResults) {
  for (const test of file.assertionResults) if (test.status === 'pending' || test.status === 'skipped') console.log(`skipped: ${test.fullName}`);
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
