import { answerFromThread } from '../threads/answer.js';
import { answerRequest } from './in-thread.js';

await answerFromThread(answerRequest);
