// Searches the help while one types. Without it the button does the same. "/" goes to
// the field from anywhere on the page.

const PAUSE = 160; // ms

export function search(field) {
  const found = document.querySelector('#found');
  let timer = 0;
  let asked = null;

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    const url = `/help?q=${encodeURIComponent(field.value)}`;
    try {
      const answer = await fetch(url, {headers: {Accept: 'text/html'}, signal: asked.signal});
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      found.replaceChildren(...page.querySelector('#found').childNodes);
      history.replaceState(null, '', field.value ? url : '/help');
    } catch { /* typed on, or the lab is away */ }
  }

  field.setAttribute('aria-keyshortcuts', '/'); // which need this script
  field.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); });
  field.form.addEventListener('submit', (event) => { event.preventDefault(); clearTimeout(timer); ask(); });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input, textarea, select')) return;
    event.preventDefault();
    field.select();
    field.focus();
  });
}
