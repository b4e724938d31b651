import { answerFromThread } from '../../threads/answer.js';
import { importProfile } from './import.js';

await answerFromThread(importProfile);
