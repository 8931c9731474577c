// Makes one tree look like another by the smallest changes, so that focus, open details and selections survive.

const keyOf = (node) => node.nodeType === Node.ELEMENT_NODE ? node.dataset?.key || node.id || '' : '';
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

/** Changes `from` until it equals `to`. What a visitor opened or typed stays, and so does an element with `data-keep`
    for as long as its key is the same. */
export function morph(from, to) {
  if (from.nodeType !== Node.ELEMENT_NODE) {
    if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
    return;
  }
  if (from.dataset?.keep !== undefined) return;
  attributes(from, to);
  children(from, to);
}

function attributes(from, to) {
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !(name === 'open' && from.nodeName === 'DETAILS')) from.removeAttribute(name);
  }
}

function children(from, to) {
  let here = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const found = match(here, wanted);
    if (!found) {
      from.insertBefore(document.importNode(wanted, true), here);
      continue;
    }
    if (found !== here) from.insertBefore(found, here);
    else here = here.nextSibling;
    morph(found, wanted);
  }
  while (here) {
    const next = here.nextSibling;
    here.remove();
    here = next;
  }
}

/** The child from `here` on that stands for `wanted`: the one with its key, or the next one if that is of its kind. */
function match(here, wanted) {
  if (!keyOf(wanted)) return here && alike(here, wanted) ? here : null;
  for (let node = here; node; node = node.nextSibling) if (alike(node, wanted)) return node;
  return null;
}
