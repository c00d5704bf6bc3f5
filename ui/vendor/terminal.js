// What the dashboard uses of xterm.js, bundled by cmd/mkui. Where xterm.js makes style
// elements, which our policy forbids, cmd/mkui has it make this element: what is written
// into it becomes a constructed sheet of the document for as long as it is in it.
class Style extends HTMLElement {
  #sheet = new CSSStyleSheet();

  set textContent(css) { this.#sheet.replaceSync(css); }

  connectedCallback() { document.adoptedStyleSheets.push(this.#sheet); }

  disconnectedCallback() {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== this.#sheet);
  }
}
customElements.get('labbox-style') ?? customElements.define('labbox-style', Style);

export {Terminal} from '@xterm/xterm';
export {FitAddon} from '@xterm/addon-fit';
