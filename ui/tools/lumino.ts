/** The parts of Lumino that docking needs (see `vite.config.ts`). */
export * from '../node_modules/@lumino/widgets/src/widget.ts';
export * from '../node_modules/@lumino/widgets/src/layout.ts';
export * from '../node_modules/@lumino/widgets/src/tabbar.ts';
export * from '../node_modules/@lumino/widgets/src/docklayout.ts';
export * from '../node_modules/@lumino/widgets/src/dockpanel.ts';
