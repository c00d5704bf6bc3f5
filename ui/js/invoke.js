// Calls a function without leaving the page. The form works without this; the answer
// is the same HTML, of which only the part with the answer is taken.

export function enhance(form) {
  const answer = document.querySelector('#answer');
  const said = document.querySelector('#answer-said');
  const button = form.querySelector('#invoke-go');
  const label = button.querySelector('span');
  const file = form.querySelector('input[type=file]');
  const idle = label.textContent;

  function busy(is) {
    button.disabled = is;
    label.textContent = is ? button.dataset.busy : idle;
    answer.setAttribute('aria-busy', is);
  }

  function tell(text) {
    const box = document.createElement('div');
    box.className = 'alert is-failed';
    box.textContent = text;
    show(box);
  }

  function show(...nodes) {
    answer.replaceChildren(...nodes);
    said.textContent = answer.querySelector('.answer-head, .alert')?.textContent ?? '';
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    if (file.files[0]?.size > Number(form.dataset.limit)) { tell(form.dataset.large); return; }
    const data = new FormData(form);
    data.set('csrf', document.querySelector('meta[name=csrf-token]').content);
    busy(true);
    try {
      const page = await (await fetch(form.action, {method: 'POST', body: data})).text();
      const fresh = new DOMParser().parseFromString(page, 'text/html');
      const part = fresh.querySelector('#answer');
      if (part) show(...part.childNodes);
      else tell(fresh.querySelector('main .alert-text, main h1')?.textContent ?? form.dataset.away);
    } catch {
      tell(form.dataset.away);
    }
    busy(false);
  });
}
