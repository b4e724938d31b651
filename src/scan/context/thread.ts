import { answerFromThread } from '../../threads/answer.js';
import { collectContext } from './collect.js';

await answerFromThread(collectContext);
