const word = /bench|perf|test|load|profile/i;

/** Whether a script, a target or a file is by its name the benchmark itself: turned there, a knob makes nothing but the benchmark faster. */
export function measures(name: string): boolean {
  return word.test(name);
}
