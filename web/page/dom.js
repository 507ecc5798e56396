// Elements without markup in strings: what a source says can only become text.

export const byId = (id) => document.getElementById(id);

// el makes an element. An attribute that is null or false is left out; one that is a function is a listener.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// announce tells people who do not see the page what changed.
export function announce(text) {
  byId("status").textContent = text;
}

// still tells whether somebody wants things not to move.
export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// keepFocus remembers the focus in a part of the page that is about to be made again. What it gives puts the focus back,
// where the browser lost it: on the same element, which loses it when it is moved, or else on the same time, on a time of
// the same card, on what is named.
export function keepFocus(root) {
  const had = root.contains(document.activeElement) ? document.activeElement : null;
  const id = had?.dataset.id;
  const card = had?.closest("[data-key]")?.dataset.key;
  const find = (selector, value) => value && root.querySelector(selector.replace("*", CSS.escape(value)));
  return (otherwise) => {
    if (!had || (document.activeElement ?? document.body) !== document.body) return;
    (had.isConnected ? had : find('[data-id="*"]', id) || find('[data-key="*"] .time', card) || otherwise)?.focus();
  };
}

const keyOf = (node) => node.dataset.key ?? node.querySelector("[data-id]")?.dataset.id;

// settle gives an element the children that are wanted, and leaves those alone that are the same as before: somebody may
// be about to press one of them.
export function settle(parent, wanted) {
  const before = new Map([...parent.children].map((node) => [keyOf(node), node]));
  const stays = new Set(wanted.map(keyOf));
  for (const node of [...parent.children]) if (!stays.has(keyOf(node))) node.remove(); // first, so that the others need not move
  wanted.forEach((node, i) => {
    const old = before.get(keyOf(node));
    const kept = old?.isEqualNode(node) ? old : node;
    if (old && old !== kept) old.replaceWith(kept);
    if (parent.children[i] !== kept) parent.insertBefore(kept, parent.children[i] ?? null);
  });
  while (parent.children.length > wanted.length) parent.lastElementChild.remove();
}

// focusOr puts the focus on an element, unless the browser has put it on one already, as it does when a dialog closes.
export function focusOr(element) {
  const active = document.activeElement;
  if (!active || active === document.body || active.closest("dialog:not([open])")) element.focus();
}
