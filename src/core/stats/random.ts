/**
 * A seeded stream of numbers in [0, 1), for simulation and planning only; what must not be guessed comes from
 * `node:crypto` outside of core. Chris Doty-Humphrey's sfc32 (PractRand), seeded by FNV-1a of the text.
 */
export function seededRandom(seed: string): () => number {
  let a = hash(seed, 0);
  let b = hash(seed, 1);
  let c = hash(seed, 2);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // The author's advice: the first outputs still show the seed.
  for (let i = 0; i < 15; i++) next();
  return next;
}

/** A standard normal deviate (Box and Muller 1958). */
export function normalDeviate(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function hash(text: string, salt: number): number {
  let state = 0x811c9dc5 ^ salt;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return Math.imul(state ^ (state >>> 15), 0x85ebca6b);
}
