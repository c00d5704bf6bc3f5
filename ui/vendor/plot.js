// What the dashboard uses of uPlot, bundled by cmd/mkui.
export {default} from 'uplot';
