import { answerFromThread } from '../../threads/answer.js';
import { answer } from './request.js';

await answerFromThread(answer);
