import { answerFromThread } from '../../threads/answer.js';
import { printedFindings } from './findings.js';

await answerFromThread(printedFindings);
