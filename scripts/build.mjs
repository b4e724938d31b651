// Compiles src/ to dist/ and bundles the workflows, so that a worker starts without a bundler.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });

// What runs in the target's processes, and in a reader's browser, is shipped as it is.
cpSync(join(root, 'src', 'check', 'harness'), join(root, 'dist', 'check', 'harness'), { recursive: true });
cpSync(join(root, 'src', 'step-modules', 'harness'), join(root, 'dist', 'step-modules', 'harness'), { recursive: true });
cpSync(join(root, 'src', 'report', 'profile', 'browser'), join(root, 'dist', 'report', 'profile', 'browser'), { recursive: true });

const workflows = join(root, 'dist', 'workflows', 'index.js');
const bundleFile = join(root, 'dist', 'workflow-bundle.js');
const stampFile = `${bundleFile}.inputs`;

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

if (existsSync(workflows)) {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'), { flag: 'r' }));
  for (const folder of ['core', 'workflows']) for (const file of filesUnder(join(root, 'dist', folder))) hash.update(file.slice(root.length)).update(readFileSync(file));
  const stamp = hash.digest('hex');
  if (!existsSync(bundleFile) || !existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
    const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
    const { code } = await bundleWorkflowCode({ workflowsPath: workflows, workflowInterceptorModules: [join(root, 'dist', 'workflows', 'tracing.js')], failureConverterPath: join(root, 'dist', 'workflows', 'failure-converter.js'), logger: new DefaultLogger('WARN') });
    writeFileSync(bundleFile, code);
    writeFileSync(stampFile, stamp);
  }
}
