// Arithmetic over typed arrays: hardly any memory.
let found = 0;
for (let round = 0; round < 5; round++) {
  const composite = new Uint8Array(2_000_000);
  for (let n = 2; n < composite.length; n++) {
    if (composite[n]) continue;
    found++;
    for (let k = n * 2; k < composite.length; k += n) composite[k] = 1;
  }
}
if (found !== 5 * 148_933) process.exit(1);
