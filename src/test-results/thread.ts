import { answerFromThread } from '../threads/answer.js';
import { read } from './in-thread.js';

await answerFromThread(read);
