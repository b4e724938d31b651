# Counts and sorts words: the interpreter's loop, dictionaries and strings.
state = 7
counts = {}
for i in range(120_000):
    state = (state * 1103515245 + 12345) & 0xFFFFFFFF
    word = "w%d" % (state >> 18)
    counts[word] = counts.get(word, 0) + 1
top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
if sum(count for _, count in top) != 120_000:
    raise SystemExit(1)
