const newline = 0x0a;

/** The lines of a text that comes in pieces, without their ends; `mostBytes` of each, the rest of a longer one is dropped. */
export async function* textLines(chunks: AsyncIterable<Buffer>, mostBytes = 1 << 16): AsyncGenerator<string> {
  let held: Buffer = Buffer.alloc(0);
  const text = (line: Buffer): string => line.subarray(0, mostBytes).toString('utf8').replace(/\r$/, '');
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      const piece = chunk.subarray(from, at);
      yield text(held.length === 0 ? piece : Buffer.concat([held, piece]));
      held = Buffer.alloc(0);
      from = at + 1;
    }
    if (from < chunk.length && held.length < mostBytes) held = Buffer.concat([held, chunk.subarray(from)]);
  }
  if (held.length > 0) yield text(held);
}
