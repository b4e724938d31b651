import type { NativeCases } from './harness.js';

export const rustCases: Record<string, NativeCases> = {
  'rust-membership-set': {
    fires: [
      { source: 'fn f(xs: &[String], stop: &[String], mut n: i32) -> i32 {\n    for x in xs {\n        if !stop.contains(x) {\n            n += x.len() as i32;\n        }\n    }\n    n\n}\n', call: 'let (a, b) = (r.strs(30), r.strs(40)); f(&a, &b, 1).to_string()' },
      { source: 'fn f(xs: Vec<i32>, ys: &Vec<i32>) -> usize {\n    let mut n = 0;\n    for (i, x) in xs.iter().enumerate() {\n        while n < i && ys.contains(&x) {\n            n += 1;\n        }\n    }\n    n\n}\n', call: 'let (a, b) = (r.nums(30), r.nums(40)); f(a, &b).to_string()' },
    ],
    leaves: {
      'the list changes': 'fn f(xs: Vec<i32>, mut ys: Vec<i32>) -> usize {\n    for x in xs {\n        if !ys.contains(&x) {\n            ys.push(x);\n        }\n    }\n    ys.len()\n}\n',
      'floats have no hash': 'fn f(xs: &[f64], ys: &[f64]) -> usize {\n    let mut n = 0;\n    for x in xs {\n        if ys.contains(x) {\n            n += 1;\n        }\n    }\n    n\n}\n',
      'a type of the program may be equal in its own way': 'fn f(xs: &[Name], ys: &[Name]) -> usize {\n    let mut n = 0;\n    for x in xs {\n        if ys.contains(x) {\n            n += 1;\n        }\n    }\n    n\n}\n',
      'no loop': 'fn f(x: &i32, ys: &[i32]) -> bool {\n    ys.contains(x)\n}\n',
      'a set already': 'fn f(xs: &[i32], ys: &HashSet<i32>) -> usize {\n    let mut n = 0;\n    for x in xs {\n        if ys.contains(x) {\n            n += 1;\n        }\n    }\n    n\n}\n',
    },
  },
  'rust-append-in-place': {
    fires: [
      { source: 'fn f(xs: &[String]) -> String {\n    let mut s = String::new();\n    for (i, x) in xs.iter().enumerate() {\n        s = format!("{}{}-{:>4};", s, x, i);\n        s = format!("{s}<{x}>");\n        s += &format!("{x:?}");\n        s.push_str(&format!("{{{}}}", i));\n        s = format!("{}.", s);\n    }\n    s\n}\n', call: 'f(&r.strs(6))' },
    ],
    leaves: {
      'it stands twice': 'fn f(n: usize) -> String {\n    let mut s = String::new();\n    for i in 0..n {\n        s = format!("{}{}{}", s, i, s);\n    }\n    s\n}\n',
      'its length is shown': 'fn f(n: usize) -> String {\n    let mut s = String::new();\n    for i in 0..n {\n        s.push_str(&format!("{}{}", s.len(), i));\n    }\n    s\n}\n',
      'numbered arguments': 'fn f(n: usize) -> String {\n    let mut s = String::new();\n    for i in 0..n {\n        s = format!("{}{1}", s, i);\n    }\n    s\n}\n',
      'a width by number': 'fn f(n: usize) -> String {\n    let mut s = String::new();\n    for i in 0..n {\n        s = format!("{}{:>1$}{}", s, i, n);\n    }\n    s\n}\n',
      'in front': 'fn f(n: usize) -> String {\n    let mut s = String::new();\n    for i in 0..n {\n        s = format!("{}{}", i, s);\n    }\n    s\n}\n',
      'another type': 'fn f(n: usize, s: &mut Text) {\n    for i in 0..n {\n        s.push_str(&format!("{}", i));\n    }\n}\n',
    },
  },
  'rust-regex-once': {
    fires: [{ source: 'use regex::Regex;\n\nfn f(xs: &[String]) -> usize {\n    let mut n = 0;\n    for x in xs {\n        let re = Regex::new(r"a").unwrap();\n        let other = Regex::new("x1").expect("a pattern");\n        if re.is_match(x) || other.is_match(x) {\n            n += 1;\n        }\n    }\n    n\n}\n', call: 'f(&r.strs(6)).to_string()' }],
    leaves: {
      'the pattern is made': 'use regex::Regex;\nfn f(x: &str, p: &str) -> bool {\n    let re = Regex::new(p).unwrap();\n    re.is_match(x)\n}\n',
      'it is returned': 'use regex::Regex;\nfn f() -> Regex {\n    let re = Regex::new("a").unwrap();\n    re\n}\n',
      'the error is handled': 'use regex::Regex;\nfn f(x: &str) -> Result<bool, regex::Error> {\n    let re = Regex::new("a")?;\n    Ok(re.is_match(x))\n}\n',
      'a type of the program': 'use crate::Regex;\nfn f(x: &str) -> bool {\n    let re = Regex::new("a").unwrap();\n    re.is_match(x)\n}\n',
    },
  },
  'rust-one-lookup': {
    fires: [
      { source: 'use std::collections::{BTreeMap, HashMap};\n\nfn f(xs: Vec<String>) -> Vec<(String, usize)> {\n    let mut m: BTreeMap<String, usize> = BTreeMap::new();\n    let mut extra: HashMap<usize, String> = HashMap::new();\n    let mut n = 0;\n    for (i, x) in xs.into_iter().enumerate() {\n        if m.contains_key(&x) {\n            n += m[&x] + m.get(&x).unwrap() * i;\n        }\n        let size = x.len();\n        if !m.contains_key(&x) {\n            m.insert(x, i * 10);\n        }\n        if extra.contains_key(&size) {\n            n += extra[&size].len();\n        }\n        if !extra.contains_key(&size) {\n            extra.insert(size, format!("{}", i));\n        }\n    }\n    let mut out: Vec<(String, usize)> = m.into_iter().collect();\n    out.push((n.to_string(), extra.len()));\n    out\n}\n', call: 'let xs = r.strs(12); format!("{:?}", f(xs))' },
    ],
    leaves: {
      'a method changes the key': 'fn f(m: &HashMap<String, usize>, mut k: String) -> usize {\n    if m.contains_key(&k) {\n        k.push_str("x");\n        return m[&k];\n    }\n    0\n}\n',
      'the key changes': 'fn f(m: &HashMap<usize, usize>, mut k: usize) -> usize {\n    if m.contains_key(&k) {\n        k += 1;\n        return m[&k];\n    }\n    0\n}\n',
      'the key is cloned': 'fn f(m: &mut HashMap<String, usize>, k: &String) {\n    if !m.contains_key(k) {\n        m.insert(k.clone(), 1);\n    }\n}\n',
      'making the value may fail': 'fn f(m: &mut HashMap<usize, usize>, k: usize, v: &str) -> Result<(), std::num::ParseIntError> {\n    if !m.contains_key(&k) {\n        m.insert(k, v.parse()?);\n    }\n    Ok(())\n}\n',
      'the branch writes': 'fn f(m: &mut HashMap<usize, usize>, k: usize) {\n    if m.contains_key(&k) {\n        let v = m[&k];\n        m.insert(k, v + 1);\n    }\n}\n',
      'a type of the program': 'fn f(m: &Table, k: usize) -> usize {\n    if m.contains_key(&k) {\n        return m[&k];\n    }\n    0\n}\n',
    },
  },
  'rust-reserve': {
    fires: [
      { source: 'fn f(xs: &[String], n: usize) -> (Vec<usize>, String, Vec<usize>) {\n    let mut sizes = Vec::new();\n    for x in xs.iter() {\n        sizes.push(x.len());\n    }\n    let mut text = String::new();\n    for x in xs {\n        text.push(x.chars().next().unwrap_or(\'-\'));\n    }\n    let mut squares: Vec<usize> = vec![];\n    for i in 0..n {\n        squares.push(i * i);\n    }\n    (sizes, text, squares)\n}\n', call: 'let xs = r.strs(9); let n = r.num(9); format!("{:?}", f(&xs, n))' },
    ],
    leaves: {
      'it panics where the input ends': 'fn f(xs: &[usize], n: usize) -> Vec<usize> {\n    let mut it = xs.iter();\n    let mut out = Vec::new();\n    for _ in 0..n {\n        out.push(*it.next().unwrap());\n    }\n    out\n}\n',
      'the loop may end early': 'fn f(xs: &[usize]) -> Vec<usize> {\n    let mut out = Vec::new();\n    for x in xs {\n        if *x == 3 {\n            break;\n        }\n        out.push(*x);\n    }\n    out\n}\n',
      'not every round': 'fn f(xs: &[usize]) -> Vec<usize> {\n    let mut out = Vec::new();\n    for x in xs {\n        if *x == 3 {\n            out.push(*x);\n        }\n    }\n    out\n}\n',
      'an iterator tells no length': 'fn f(xs: impl Iterator<Item = usize>) -> Vec<usize> {\n    let mut out = Vec::new();\n    for x in xs {\n        out.push(x);\n    }\n    out\n}\n',
      'it has room already': 'fn f(xs: &[usize]) -> Vec<usize> {\n    let mut out = Vec::with_capacity(9);\n    for x in xs {\n        out.push(*x);\n    }\n    out\n}\n',
      'a signed bound': 'fn f(n: i32) -> Vec<i32> {\n    let mut out = Vec::new();\n    for i in 0..n {\n        out.push(i);\n    }\n    out\n}\n',
    },
  },
  'rust-move-last-use': {
    fires: [
      { source: 'fn f(xs: &[String]) -> Vec<String> {\n    let mut out = Vec::new();\n    for x in xs {\n        let mut line = x.to_string();\n        line.push(\'!\');\n        if line.len() > 3 {\n            out.push(line.clone());\n        }\n    }\n    out\n}\n', call: 'format!("{:?}", f(&r.strs(9)))' },
    ],
    leaves: {
      'it is used again': 'fn f(out: &mut Vec<String>) -> usize {\n    let line = String::from("a");\n    out.push(line.clone());\n    line.len()\n}\n',
      'the loop uses it again': 'fn f(out: &mut Vec<String>, n: usize) {\n    let line = String::from("a");\n    for _ in 0..n {\n        out.push(line.clone());\n    }\n}\n',
      'a text names it later': 'fn f(out: &mut Vec<String>) {\n    let line = String::from("a");\n    out.push(line.clone());\n    println!("{line}");\n}\n',
      'it is shared': 'fn f(out: &mut Vec<Rc<Node>>) {\n    let node = Rc::new(Node {});\n    out.push(node.clone());\n}\n',
    },
  },
  'rust-sort-unstable': {
    fires: [{ source: 'fn f(mut xs: Vec<String>, ys: &mut [i32]) -> String {\n    xs.sort();\n    ys.sort();\n    format!("{:?} {:?}", xs, ys)\n}\n', call: 'let (a, mut b) = (r.strs(30), r.nums(30)); f(a, &mut b)' }],
    leaves: {
      'by a key': 'fn f(mut xs: Vec<String>) {\n    xs.sort_by_key(|x| x.len());\n}\n',
      'a type of the program may order in its own way': 'fn f(mut xs: Vec<Name>) {\n    xs.sort();\n}\n',
      'the type is not known': 'fn f(t: &mut Table) {\n    let xs = &mut t.rows;\n    xs.sort();\n}\n',
    },
  },
};
