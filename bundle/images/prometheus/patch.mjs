// Replaces six packages that the lock of Prometheus' web UI names but the npm registry
// lacks in that version: `node patch.mjs UI`, UI being a copy of upstream's directory web/ui.
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

const ui = process.argv[2];
const [missing, served] = ['9.7.2', '9.6.2'];
const integrity = {
    'code-highlight': 'sha512-lEtpNTvLeKB0UKn/f6iH8NKwUtn++Otfg0KCTsIf9ThpSAwkexBTxuo5mDr4UwljalHRIAmFi9otdQ82l6ecYA==',
    'core': 'sha512-6W7xA3FRlGMclVDCY5U6rqhgzc+x+7G3nR9rntcjtF/Slnkp79Em8yjAB01F0wBSnrBUMK1TqKENf5o5WHiPOA==',
    'dates': 'sha512-o+BsxamvbS/FxFtir+w/YxVKVVXLnU7k5nDA/tG+IrTWZuBby4dq9FSjfldUaSCYLPTWMxIRJHkxaWxzi7CMng==',
    'hooks': 'sha512-SfNY0FvYi8vMytZbioQVx5JyX0dmLUQEmbgbQQXqe4iOto0QZ896XwhgMQ6g/FCWkvc9JHeHp7iPu4msqQFIEw==',
    'notifications': 'sha512-SOwWpkIMIn3qZxh7k50q/VLNn/j5eUY3qCjMOKTioR8yqwz4xOMNzQXJ1rS/Hl07wkmhhlu4isub8/AgvYAfYA==',
    'store': 'sha512-fxHsXtlw7PsAGt+RDBmPuEC5DIle+acj4aiZC4SYzKU0A43dhXW311UPqWJVPJTm2WWQEkL5FhI4t+r+FpQmaw=='
};

const edit = (file, change) => writeFileSync(join(ui, file), change(readFileSync(join(ui, file), 'utf8')));

edit('mantine-ui/package.json', text => text.replace(/("@mantine\/[a-z-]+": )"\^9\.7\.2"/g, `$1"${served}"`));
edit('pnpm-lock.yaml', text => {
    text = text.replaceAll(`^${missing}`, served).replaceAll(missing, served);
    for (const [name, sum] of Object.entries(integrity)) {
        const entry = new RegExp(`('@mantine/${name}@${served}':\\n +resolution: {integrity: )[^}]+`);
        if (!entry.test(text)) {
            throw new Error(`pnpm-lock.yaml: expected an entry for @mantine/${name}`);
        }
        text = text.replace(entry, `$1${sum}`);
    }
    return text;
});
