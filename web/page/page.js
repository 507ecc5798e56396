// What came with the page: its words, what it is counted as, and the first answer where the page has one.

const page = JSON.parse(document.getElementById("page").textContent);

export const { lang, product, words, demo = null } = page;

// wrong is what of the address cannot be asked for, by the names of parameters.
export const wrong = page.wrong ?? [];

// first is the answer that the page was made with, for the one question that it answers.
export const first = page.query ? { query: page.query, answer: page.answer } : null;

// say is a text with what stands in braces filled in.
export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

// count is a number of things.
export function count(key, n) {
  return say(n === 1 ? `${key}.one` : `${key}.other`, { n });
}
