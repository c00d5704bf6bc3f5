// Forms that do not leave the page. One marked data-quiet is sent in the background and
// what the server shows afterwards is merged into the page, so that the terminal beside
// it lives on. One marked data-autosave is sent whenever the writer pauses.

const PAUSE = 900; // ms without typing before something is saved

export function forms(apply) {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.matches('form[data-quiet]')) { event.preventDefault(); quiet(form, event.submitter, apply); }
    if (form.matches('form[data-autosave]')) { event.preventDefault(); save(form); }
  });
  const waiting = new Map();
  document.addEventListener('input', ({target}) => {
    const form = target.closest('form[data-autosave]');
    if (!form) return;
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => save(form), PAUSE));
  });
  addEventListener('pagehide', () => {
    for (const [form, timer] of waiting) { clearTimeout(timer); if (form.dataset.dirty) save(form, true); }
  });
  document.addEventListener('input', ({target}) => { const form = target.closest('form[data-autosave]'); if (form) form.dataset.dirty = '1'; });
}

async function quiet(form, button, apply) {
  if (form.dataset.busy) return;
  form.dataset.busy = '1';
  const label = button?.innerHTML;
  if (button) {
    button.disabled = true;
    if (button.dataset.busy) button.textContent = button.dataset.busy;
  }
  say(form, '');
  try {
    const answer = await send(form);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    delete form.dataset.busy;
    if (button) { button.disabled = false; button.innerHTML = label; }
    if (answer.ok) { apply(page); form.closest('details.menu')?.removeAttribute('open'); return; }
    const alert = page.querySelector('main .alert');
    say(form, alert ? alert.innerText || alert.textContent : `${answer.status}`, true);
  } catch {
    delete form.dataset.busy;
    if (button) { button.disabled = false; button.innerHTML = label; }
    say(form, document.querySelector('#offline').textContent, true);
  }
}

async function save(form, leaving = false) {
  delete form.dataset.dirty;
  try {
    const answer = await send(form, {keepalive: leaving, redirect: 'manual'});
    const stored = answer.ok || answer.type === 'opaqueredirect';
    say(form, stored ? form.dataset.saved : form.dataset.failed, !stored);
    if (!stored) form.dataset.dirty = '1';
  } catch {
    form.dataset.dirty = '1';
    say(form, form.dataset.failed, true);
  }
}

function send(form, more = {}) {
  const body = new URLSearchParams(new FormData(form));
  body.set('csrf', document.querySelector('meta[name=csrf-token]').content);
  return fetch(form.action, {method: 'POST', body, headers: {Accept: 'text/html'}, ...more});
}

function say(form, text, bad = false) {
  const out = form.querySelector('.form-said');
  if (!out) return;
  out.textContent = text;
  out.classList.toggle('is-bad', bad);
}
