// Updates of a store of 400 records, each change a few fields deep.
const { produce } = require('..');

let store = { items: Array.from({ length: 400 }, (_, id) => ({ id, nested: { value: id, tags: ['a', 'b'] } })), count: 0 };
for (let change = 0; change < 1600; change += 1) {
  store = produce(store, (draft) => {
    draft.items[change % 400].nested.value += 1;
    draft.count += 1;
    if (change % 3 === 0) draft.items[(change * 7) % 400].nested.tags.push('x');
    if (change % 50 === 0) draft.items.push({ id: change, nested: { value: 1, tags: [] } });
  });
}
console.log(store.count, store.items.length, store.items.reduce((sum, { nested }) => sum + nested.value + nested.tags.length, 0));
