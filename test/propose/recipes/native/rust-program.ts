import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** What the cases need of the crate `regex`, which a machine without a registry lacks: its types, and a search for plain text. It counts how often it compiles. */
const regex = `pub static COMPILED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
pub struct Regex(String);
#[derive(Debug)]
pub struct Error;
impl Regex {
    pub fn new(pattern: &str) -> Result<Regex, Error> {
        COMPILED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if pattern.starts_with('(') { Err(Error) } else { Ok(Regex(pattern.to_string())) }
    }
    pub fn is_match(&self, text: &str) -> bool { text.contains(&self.0) }
}
`;

const head = `#![allow(warnings)]
pub struct R { state: u64 }
impl R {
    fn new(seed: u64) -> R { R { state: seed.wrapping_mul(2654435761).wrapping_add(1) } }
    fn num(&mut self, n: u64) -> usize {
        self.state = self.state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.state >> 33) % n) as usize
    }
    fn str(&mut self) -> String {
        ["", "a", "b", "ab", "é", "long enough", "x1", "{}"][self.num(8)].to_string()
    }
    fn strs(&mut self, most: u64) -> Vec<String> { let n = self.num(most + 1); (0..n).map(|_| self.str()).collect() }
    fn nums(&mut self, most: u64) -> Vec<i32> { let n = self.num(most + 1); (0..n).map(|_| self.num(40) as i32 - 5).collect() }
}
`;

/** Compiles one program of the old and the new sources, each in a module of its own, and gives what it prints of each. */
export async function runRust(folder: string, sides: { before: string[]; after: string[] }, calls: readonly string[], seeds: number): Promise<{ before: string; after: string; compiled: [number, number] }> {
  const modules = (['before', 'after'] as const).flatMap((side) => sides[side].map((source, i) => `mod ${side}${i} {\n${source}\npub fn call(r: &mut crate::R) -> String {\n${calls[i] ?? ''}\n}\n}\n`));
  const table = (side: string): string => sides.before.map((_, i) => `${side}${i}::call`).join(', ');
  const main = `fn main() {
    let before: Vec<fn(&mut R) -> String> = vec![${table('before')}];
    let after: Vec<fn(&mut R) -> String> = vec![${table('after')}];
    std::panic::set_hook(Box::new(|_| {}));
    let side = if std::env::args().nth(1).unwrap() == "before" { before } else { after };
    for (i, f) in side.iter().enumerate() {
        for seed in 0..${seeds}u64 {
            let result = std::panic::catch_unwind(|| f(&mut R::new(seed))).unwrap_or("panic".to_string());
            println!("{} {} {:?}", i, seed, result);
        }
    }
    eprintln!("{}", regex::COMPILED.load(std::sync::atomic::Ordering::Relaxed));
}
`;
  await writeFile(join(folder, 'regex.rs'), regex);
  await writeFile(join(folder, 'program.rs'), head + modules.join('') + main);
  await execa('rustc', ['--edition', '2021', '--crate-type', 'lib', '--crate-name', 'regex', 'regex.rs'], { cwd: folder });
  await execa('rustc', ['--edition', '2021', '--extern', 'regex=libregex.rlib', 'program.rs'], { cwd: folder });
  const [before, after] = await Promise.all(['before', 'after'].map((side) => execa(join(folder, 'program'), [side], { maxBuffer: 2 ** 26 })));
  return { before: before?.stdout ?? '', after: after?.stdout ?? '', compiled: [Number(before?.stderr), Number(after?.stderr)] };
}
