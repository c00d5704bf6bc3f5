// A shell in the workbench. xterm.js draws it; the bytes come over a WebSocket. The shell
// outlives the connection: a page that is reloaded, or lost its network, goes on with it.
import {palette} from './palette.js';

const AGAIN = [500, 1000, 2000, 4000, 8000]; // ms between attempts to connect
const READER = 'labbox.terminal.reader';

// start makes the terminal of a [data-terminal] element; it leaves what is there as it
// is when xterm.js was not bundled.
export async function start(panel) {
  if (!panel.dataset.module) return;
  const {Terminal, FitAddon} = await import(panel.dataset.module);
  new Shell(panel, Terminal, FitAddon).open();
}

class Shell {
  constructor(panel, Terminal, FitAddon) {
    this.panel = panel;
    this.lesson = panel.dataset.terminal;
    this.key = `labbox.terminal.${this.lesson}`;
    this.says = JSON.parse(panel.dataset.says);
    this.screen = panel.querySelector('.terminal-screen');
    this.state = panel.querySelector('.terminal-state');
    this.attempt = 0;
    this.tabLeaves = false;
    this.fit = new FitAddon();
    this.term = new Terminal({
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      fontFamily: getComputedStyle(panel).getPropertyValue('--mono'), fontSize: letters(),
      lineHeight: 1.15, scrollback: 5000, minimumContrastRatio: 4.5, macOptionIsMeta: true,
      screenReaderMode: spoken(), theme: palette(panel),
    });
  }

  open() {
    for (const hidden of this.panel.querySelectorAll('.terminal-tools, .terminal-screen, .terminal-keys')) hidden.hidden = false;
    this.panel.querySelector('.terminal-plain').hidden = true;
    this.panel.querySelector('.terminal-foot .command').hidden = true;
    this.term.loadAddon(this.fit);
    this.term.open(this.screen);
    this.term.textarea.setAttribute('aria-label', this.says.name);
    this.fit.fit();
    this.term.attachCustomKeyEventHandler((event) => this.pressed(event));
    this.term.onData((text) => this.typed(new TextEncoder().encode(text)));
    this.term.onBinary((text) => this.typed(Uint8Array.from(text, (c) => c.charCodeAt(0))));
    this.term.onResize(({cols, rows}) => this.order({cols, rows}));
    new ResizeObserver(() => this.fit.fit()).observe(this.screen);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { this.term.options.theme = palette(this.panel); });
    this.button('reader', (button) => this.readAloud(button));
    this.button('restart', () => this.restart());
    addEventListener('pagehide', () => this.socket?.close());
    addEventListener('pageshow', (event) => { if (event.persisted) this.connect(); });
    this.connect();
  }

  button(name, act) {
    const button = this.panel.querySelector(`[data-do=${name}]`);
    button.addEventListener('click', () => act(button));
    if (name === 'reader') button.setAttribute('aria-pressed', this.term.options.screenReaderMode);
  }

  connect() {
    this.ended = '';
    this.say('connecting');
    const token = document.querySelector('meta[name=csrf-token]').content;
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/terminal`;
    const socket = this.socket = new WebSocket(url, ['labbox.terminal.v1', `labbox.token.${token}`]);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => socket.send(JSON.stringify({
      session: sessionStorage.getItem(this.key) ?? '', lesson: this.lesson, cols: this.term.cols, rows: this.term.rows,
    }));
    socket.onmessage = ({data}) => {
      if (socket !== this.socket) return;
      if (typeof data === 'string') this.heard(JSON.parse(data));
      else this.term.write(new Uint8Array(data));
    };
    socket.onclose = () => { if (socket === this.socket) this.closed(); };
  }

  heard(message) {
    if (message.session) this.began(message);
    if (message.ended) this.over(message);
  }

  began({session, resumed}) {
    const before = sessionStorage.getItem(this.key);
    sessionStorage.setItem(this.key, session);
    this.attempt = 0;
    this.say('open');
    this.panel.dataset.state = 'open';
    this.term.reset(); // what was there before comes anew
    if (before && !resumed) this.note('lost');
  }

  over({ended, error}) {
    this.ended = ended;
    if (ended !== 'taken') sessionStorage.removeItem(this.key);
    if (this.again) { this.again = false; this.connect(); return; }
    this.say('ended');
    this.panel.dataset.state = 'ended';
    this.term.write('\x1b[?1049l\x1b[0m'); // a program in full screen is gone
    this.note(ended);
    if (error) this.term.writeln(`\x1b[31m${plain(error.message)}\x1b[0m ${plain(error.hint ?? '')}`);
  }

  async closed() {
    this.socket = null;
    if (this.ended || await this.locked()) return;
    this.say('away');
    this.panel.dataset.state = 'away';
    const pause = AGAIN[Math.min(this.attempt++, AGAIN.length - 1)];
    setTimeout(() => { if (!this.socket && !this.ended) this.connect(); }, pause);
  }

  // locked asks why there is no connection: only who has signed in gets one, and a
  // WebSocket does not say so.
  async locked() {
    let answer;
    try { answer = await fetch('/api/v1/terminal'); } catch { return false; }
    if (answer.status !== 401) return false;
    const sign = this.panel.querySelector('.terminal-locked');
    sign.hidden = false;
    sign.querySelector('a').href = `/signin?next=${encodeURIComponent(location.pathname)}`;
    this.screen.hidden = true;
    this.panel.dataset.state = 'locked';
    this.say('ended');
    return true;
  }

  typed(bytes) {
    if (this.ended) {
      if (!bytes.includes(13)) return;
      if (this.ended === 'signedout') location.reload(); else this.connect();
      return;
    }
    // A long paste goes in pieces that the server takes.
    for (let at = 0; at < bytes.length; at += 16384) this.send(bytes.subarray(at, at + 16384));
  }

  order(message) { this.send(JSON.stringify(message)); }

  send(message) { if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(message); }

  // pressed returns false for keys that the shell is not to have.
  pressed(event) {
    if (event.type !== 'keydown') return true;
    const control = event.ctrlKey && !event.altKey && !event.metaKey;
    const key = event.key.toLowerCase();
    if (control && key === 'm') { event.preventDefault(); this.switchTab(); return false; }
    if (event.key === 'Tab' && this.tabLeaves) return false;
    if (control && key === 'c' && this.term.hasSelection()) {
      event.preventDefault();
      navigator.clipboard?.writeText(this.term.getSelection());
      this.term.clearSelection();
      return false;
    }
    return !(control && key === 'v'); // the browser pastes
  }

  switchTab() {
    this.tabLeaves = !this.tabLeaves;
    this.state.textContent = this.says[this.tabLeaves ? 'tableaves' : 'tabstays'];
  }

  readAloud(button) {
    const on = this.term.options.screenReaderMode = !this.term.options.screenReaderMode;
    button.setAttribute('aria-pressed', on);
    localStorage.setItem(READER, on ? '1' : '0');
    this.term.focus();
  }

  restart() {
    if (this.socket && !this.ended) { this.again = true; this.order({end: true}); } else { this.connect(); }
    this.term.focus();
  }

  note(what) { this.term.writeln(`\r\n\x1b[2m${this.says[what] ?? this.says.failed}\x1b[0m`); }

  say(state) { this.state.textContent = this.says[state]; }
}

// letters is their size from the settings, somewhat smaller on a small screen.
function letters() {
  const wanted = Number(document.body.dataset.terminalFont) || 14;
  return innerWidth < 620 && wanted === 14 ? 12 : wanted;
}

// spoken is what this browser's button said last, else what the settings say.
function spoken() {
  const here = localStorage.getItem(READER);
  return here === null ? document.body.dataset.screenReader === '1' : here === '1';
}

// plain keeps a message from moving the cursor about.
function plain(text) { return text.replace(/[\x00-\x1f\x7f-\x9f]/g, ' '); }
