// Turns one element into another with as little change as possible, so that focus,
// selection, open details and running animations survive.

export function morph(from, to) {
  attributes(from, to);
  if (to.hasAttribute('data-keep')) return; // what is in it belongs to the page
  const known = new Map([...from.children].filter((c) => c.id).map((c) => [c.id, c]));
  let at = from.firstChild;
  for (const want of [...to.childNodes]) {
    const match = want.id && known.get(want.id);
    if (match && match !== at) from.insertBefore(match, at);
    const have = match || at;
    if (have && alike(have, want)) {
      at = have.nextSibling;
      if (have.nodeType === Node.ELEMENT_NODE) morph(have, want);
      else if (have.nodeValue !== want.nodeValue) have.nodeValue = want.nodeValue;
    } else {
      from.insertBefore(document.importNode(want, true), at);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function alike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id || '') === (b.id || '');
}

// keep says which attributes belong to the viewer, not to the server.
function keep(element, name) {
  return (name === 'open' && element.nodeName === 'DETAILS')
    || (name === 'hidden' && element.classList.contains('copy'))
    || (name === 'disabled' && element.form?.dataset.busy !== undefined)
    || name === 'data-busy' && element.nodeName === 'FORM';
}

function attributes(from, to) {
  for (const {name, value} of [...to.attributes]) {
    if (from.getAttribute(name) !== value && !keep(from, name)) from.setAttribute(name, value);
  }
  for (const {name} of [...from.attributes]) {
    if (!to.hasAttribute(name) && !keep(from, name)) from.removeAttribute(name);
  }
}
