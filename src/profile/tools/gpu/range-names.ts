import type { ProfileDatabase } from '../open.js';

const registeredSql = 'SELECT id, value FROM StringIds WHERE id IN (SELECT textId FROM NVTX_EVENTS)';

/** What a range of NVTX is called: by a text of its own, or the id of a registered one. */
export function rangeNames(db: ProfileDatabase): (value: number | string | null) => string {
  const registered = new Map(db.prepare<[], { id: number; value: string }>(registeredSql).all().map(({ id, value }) => [id, withoutNumbers(value)]));
  return (value) => (typeof value === 'string' ? withoutNumbers(value) : ((value === null ? undefined : registered.get(value)) ?? '(unnamed)'));
}

/** The same in SQL, over NVTX_EVENTS and its StringIds. */
export const rangeName = `
  CASE
    WHEN INSTR(COALESCE(text, StringIds.value), ', seq = ') > 0 THEN SUBSTR(COALESCE(text, StringIds.value), 1, INSTR(COALESCE(text, StringIds.value), ', seq = ') - 1)
    WHEN INSTR(COALESCE(text, StringIds.value), ', op_id = ') > 0 THEN SUBSTR(COALESCE(text, StringIds.value), 1, INSTR(COALESCE(text, StringIds.value), ', op_id = ') - 1)
    ELSE COALESCE(text, StringIds.value, '(unnamed)') END`;

/** PyTorch numbers each range of an operator: "aten::mm, op_id = 317126", "MulBackward0, seq = 12, op_id = 7, sizes = [[2]]". */
function withoutNumbers(text: string): string {
  const cut = text.indexOf(', seq = ');
  const end = cut === -1 ? text.indexOf(', op_id = ') : cut;
  return end === -1 ? text : text.slice(0, end);
}
