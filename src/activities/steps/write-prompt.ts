import { writeFile } from 'node:fs/promises';
import { partsOf } from '../../agents/prompt-template.js';
import { writtenPrompt } from '../../agents/written-prompt.js';
import { namedVariables } from '../../core/config/named-variables.js';
import { PerfloopError } from '../../core/errors.js';
import type { HostActivities } from '../../core/run/contracts.js';
import type { FunctionContext } from '../../core/targets/function-context.js';
import { redactorOf } from '../../models/redact.js';
import { activity } from '../activity.js';
import type { Dependencies } from '../dependencies.js';
import { logPath, repositoryOf } from '../ground.js';

/** Bytes. Larger is no template. */
const largestTemplate = 256 * 1024;

/** Templates and prompts. A template is always that of the base commit, so that no candidate can change what agents are told. */
export function promptActivities(deps: Dependencies): Pick<HostActivities, 'promptTemplate' | 'writePrompt'> {
  return {
    promptTemplate: activity(async ({ target, file }) => {
      const repository = await repositoryOf(deps, target);
      await repository.ensureCommit(target.base);
      const bytes = await repository.readFileAt(target.base.commit, file);
      if (bytes.length > largestTemplate) throw new PerfloopError('PL_PROMPT_TEMPLATE', `the template has ${bytes.length} bytes, and at most ${largestTemplate} are taken`, { where: file, fix: 'Name a shorter file.' });
      const text = bytes.toString('utf8');
      return { template: await deps.artifacts.put('text', text), parts: partsOf(text, file) };
    }),

    writePrompt: activity(async (input) => {
      const { config, template, targets, context: contextRef, history, state, input: given } = input;
      const context = contextRef === null ? [] : await deps.artifacts.getJson<FunctionContext[]>(contextRef);
      const own = template === null ? null : { file: template.file, text: (await deps.artifacts.get(template.text)).toString('utf8') };
      const prompt = writtenPrompt({ config, targets, context, history, state, input: given }, own);
      const told = redactorOf(deps.env, namedVariables(config)).text(prompt);
      await writeFile(await logPath(deps, input, 'prompt.md'), told);
      return { prompt: await deps.artifacts.put('text', told) };
    }),
  };
}
