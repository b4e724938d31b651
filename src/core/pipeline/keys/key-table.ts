/** The keys of a state, each with a number of its own, its slot. A key that was deleted keeps its slot. */
export interface KeyTable {
  readonly names: string[];
  readonly slots: Map<string, number>;
}

export function keyTable(names: Iterable<string>): KeyTable {
  const table: KeyTable = { names: [], slots: new Map() };
  for (const name of names) slotOf(table, name);
  return table;
}

/** The slot of a key, which is added when it is new. The table is changed in place. */
export function slotOf(table: KeyTable, name: string): number {
  const known = table.slots.get(name);
  if (known !== undefined) return known;
  const slot = table.names.length;
  table.names.push(name);
  table.slots.set(name, slot);
  return slot;
}
