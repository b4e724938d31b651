import { answerFromThread } from '../../threads/answer.js';
import { analyzeRun } from './analyze-run.js';

await answerFromThread(analyzeRun);
