// Brings argo-ui 1.0.0, the newest that the npm registry has, up to what the web
// UI of Argo CD 3.4 expects of it: `node patch.mjs UI`, UI being a copy of upstream's
// directory ui with the unpacked package in UI/argo-ui.
import {cpSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const ui = process.argv[2];
const dir = join(ui, 'argo-ui');

// edit replaces each text by its successor and fails when one is not there.
const edit = (file, ...pairs) => {
    let text = readFileSync(join(dir, file), 'utf8');
    for (const [from, to] of pairs) {
        if (!text.includes(from)) {
            throw new Error(`${file}: expected ${from}`);
        }
        text = text.replace(from, to);
    }
    writeFileSync(join(dir, file), text);
};

cpSync(join(here, 'v2'), join(dir, 'v2'), {recursive: true});
for (const file of ['theme.scss', 'dark.scss']) {
    cpSync(join(here, file), join(dir, 'src/styles', file));
}

// Upstream takes argo-ui from git. Its lock entry names what that needs: the same goes
// into the package, and nothing but the entry's source changes in the lock.
const lockFile = join(ui, 'yarn.lock');
const lock = readFileSync(lockFile, 'utf8');
const entry = /^"argo-ui@git[^"]*":\n {2}version "1\.0\.0"\n {2}resolved .*\n {2}dependencies:\n((?: {4}.*\n)+)/m;
const found = lock.match(entry);
if (!found) {
    throw new Error('yarn.lock: expected an entry for argo-ui');
}
const dependencies = Object.fromEntries([...found[1].matchAll(/^ {4}"?([^" ]+)"? "(.*)"$/gm)].map(m => [m[1], m[2]]));
writeFileSync(lockFile, lock.replace(entry, `"argo-ui@file:./argo-ui":\n  version "1.0.0"\n  dependencies:\n${found[1]}`));

const json = (file, change) => writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8'))), null, 2));
json(join(dir, 'package.json'), ({name, version, main, types, peerDependencies}) => ({name, version, main, types, peerDependencies, dependencies}));
json(join(ui, 'package.json'), pkg => {
    pkg.dependencies['argo-ui'] = 'file:./argo-ui';
    return pkg;
});

// The log viewer is written for xterm 2; Argo CD has its own.
edit('src/components/index.ts', ["export { LogsViewer } from './logs-viewer/logs-viewer';\n", '']);
edit('src/components/form-field/form-field.tsx', ["require('uuid/v1')", "require('uuid').v1"]);
edit('src/components/tooltip/tooltip.tsx', ["arrow='true'", 'arrow={true}']);
edit('src/components/duration.tsx', ['durationMs: number', 'durationS: number'], ['props.durationMs', 'props.durationS']);
edit('src/styles/config.scss', ['$border-radius: 5px;', '$argo-suspended-color: #766f94;\n$border-radius: 5px;']);
edit('src/styles/main.scss',
    ["@import 'node_modules/@fortawesome/fontawesome-free/scss/solid';",
        "@import 'node_modules/@fortawesome/fontawesome-free/scss/solid';\n@import 'node_modules/@fortawesome/fontawesome-free/scss/regular';"],
    ["@import './elements/utils';", "@import './elements/utils';\n@import './dark';\n@import 'node_modules/tippy.js/dist/tippy';"]);
// A breadcrumb may be an element; the window's title takes only the words.
edit('src/components/page/page.tsx',
    ['toolbar.breadcrumbs.map((item) => item.title).reverse()', "toolbar.breadcrumbs.map((item) => item.title).filter((t) => typeof t === 'string').reverse()"]);
edit('src/components/top-bar/top-bar.tsx', ['key={breadcrumb.title} className', 'key={i} className'], ['key={breadcrumb.title} to', 'key={i} to']);
// Actions below an action get buttons of their own beside it.
edit('src/components/top-bar/top-bar.tsx',
    ['{actionMenu.items.map((item, i) => (', '{actionMenu.items.reduce((all, item: any) => all.concat(item, item.subActions || []), []).map((item: any, i: number) => (']);
