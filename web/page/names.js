// Names as people type them. names.go does the same, and both pass the cases of testdata/names.json.

const removed = /['’‘‛ʼʻʽʹˈ′`´＇ꞌ\p{Cf}\p{Mn}]/gu;
const letters = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ħ: "h", ŧ: "t", ı: "i", ŋ: "n", ς: "σ" };

// words are those of a name or of what is looked for, without what people leave out or type in several ways: case,
// accents, apostrophes, hyphens, commas, blanks.
export function words(text) {
  // Before and behind Unicode's decomposition: it makes blanks of some apostrophes (´), and has some in letters (ŉ).
  const plain = text.replace(removed, "").normalize("NFKD").toLowerCase().replace(removed, "");
  return plain.replace(/[ßæœøłđðþħŧıŋς]/gu, (letter) => letters[letter]).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

// titles say nothing of a name.
const titles = new Set(["dr", "dra", "doctor", "doctora", "md"]);

// named reports whether a name is the one that is looked for: each word is a part of one of its words, in any order, or
// runs over several of them from a beginning (delacruz, De la Cruz).
export function named(name, wanted) {
  const parts = words(name);
  const runs = parts.map((_, i) => parts.slice(i).join(""));
  const all = words(wanted);
  const telling = all.filter((word) => !titles.has(word));
  return (telling.length > 0 ? telling : all).every((word) => parts.some((part) => part.includes(word)) || runs.some((run) => run.startsWith(word)));
}
