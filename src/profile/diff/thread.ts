import { answerFromThread } from '../../threads/answer.js';
import { differenceOf } from './difference.js';

await answerFromThread(differenceOf);
