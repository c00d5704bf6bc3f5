// Keeps the regions marked data-live up to date. Events only say that something has
// changed; what it looks like is asked of the server, which renders the page anew in
// the viewer's language. So there is one place that turns state into HTML. A region
// with data-every is asked for anew every so many seconds, too: what it shows sends no
// events; data-gone means that once it is not found any more, it will not come back.
import {morph} from './morph.js';

const QUIET = 300; // ms between two refreshes at least
const TICK = 2000; // ms between refreshes while something is running

export function live(enhance) {
  const regions = () => [...document.querySelectorAll('[data-live]')];
  let last = Number(document.body.dataset.last) || 0;
  let source = null;
  let timer = 0;
  let busy = false;
  let again = false;
  let ended = -QUIET; // when the last refresh was over
  let leaving = false; // a form was sent: its answer is the next page

  async function refresh() {
    timer = 0;
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, {headers: {Accept: 'text/html', 'X-Refresh': '1'}});
      if (answer.ok) apply(new DOMParser().parseFromString(await answer.text(), 'text/html'));
      else if (answer.status === 404 && document.querySelector('[data-gone]')) reload();
    } catch { /* the stream reports that the lab is away */ }
    busy = false;
    ended = performance.now();
    if (again) { again = false; plan(); }
  }

  // A reload would break off the form that is on its way.
  function reload() { if (!leaving) location.reload(); }

  function apply(fresh) {
    const script = (doc) => doc.querySelector('script[type=module]').getAttribute('src');
    if (script(fresh) !== script(document)) { reload(); return; } // another labbox answers now
    for (const region of regions()) {
      const next = fresh.getElementById(region.id);
      if (next) { morph(region, next); enhance(region); }
    }
    const token = (doc) => doc.querySelector('meta[name=csrf-token]');
    token(document).content = token(fresh).content;
    for (const field of document.querySelectorAll('input[name=csrf]')) field.value = token(fresh).content;
  }

  // The first of several events is shown at once; the others wait for a pause.
  function plan() { timer ||= setTimeout(refresh, Math.max(0, ended + QUIET - performance.now())); }

  function wanted(kind) {
    return regions().some((r) => !r.dataset.kinds || r.dataset.kinds.split(' ').includes(kind));
  }

  function online(is) { document.querySelector('#offline').hidden = is; }

  function open() {
    if (source || document.hidden) return;
    source = new EventSource(`/api/v1/events?since=${last}&status=1`);
    source.onopen = () => { online(true); plan(); };
    source.onmessage = (message) => {
      const event = JSON.parse(message.data);
      last = event.id;
      document.dispatchEvent(new CustomEvent('lab-event', {detail: event}));
      if (wanted(event.kind)) plan();
    };
    source.addEventListener('status', () => { if (wanted('status')) plan(); });
    source.onerror = () => {
      online(false);
      if (source.readyState === EventSource.CLOSED) { close(); setTimeout(open, TICK); }
    };
  }

  function close() { source?.close(); source = null; }

  // A hidden tab gives its connection back: browsers allow six to a host.
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  addEventListener('pagehide', close);
  addEventListener('pageshow', () => { leaving = false; open(); });
  addEventListener('submit', (event) => { leaving ||= !event.defaultPrevented; });
  for (const region of regions()) {
    if (region.dataset.every) setInterval(() => { if (source) plan(); }, region.dataset.every * 1000);
  }
  setInterval(() => { if (source && document.querySelector('[data-live] .is-running')) plan(); }, TICK);
  open();
  return apply;
}
