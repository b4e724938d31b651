import { answerFromThread } from '../../threads/answer.js';
import { analyzeDatabase } from './analyze-database.js';

await answerFromThread(analyzeDatabase);
