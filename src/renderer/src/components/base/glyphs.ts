/**
 * Own icons, drawn on a 16 px (or 20 px) grid: `line` is stroked, `solid` filled. The same forms
 * serve buttons, menus and fault marks, so that a sign means one thing everywhere.
 */
export interface Glyph {
  readonly box: 16 | 20
  readonly line: string
  readonly solid: string
}

export const GLYPHS = {
  lab: {
    box: 20,
    line: 'M8 4a2 2 0 1 0 4 0a2 2 0 1 0 -4 0zM14 9a2 2 0 1 0 4 0a2 2 0 1 0 -4 0zM11.6 16a2 2 0 1 0 4 0a2 2 0 1 0 -4 0zM4.4 16a2 2 0 1 0 4 0a2 2 0 1 0 -4 0zM2 9a2 2 0 1 0 4 0a2 2 0 1 0 -4 0zM11.6 5.3l2.9 2.4M5.5 7.7l2.9-2.4M6 9h8M7.6 14.4l6.8-4.2',
    solid: '',
  },
  timeline: {
    box: 20,
    line: 'M2 4h16M2 10h16M2 16h16M4 4l4.5 6M9 10l3.5 6M11 16l3-6M14 10l2.5-6',
    solid: '',
  },
  logs: { box: 20, line: 'M2.5 3.5h15v13h-15zM5.5 7.5l2.5 2.5-2.5 2.5M10.5 13h4', solid: '' },
  gear: {
    box: 20,
    line: 'M3 6h6M13 6h4M3 14h3M10 14h7M9 6a2 2 0 1 0 4 0a2 2 0 1 0 -4 0zM6 14a2 2 0 1 0 4 0a2 2 0 1 0 -4 0z',
    solid: '',
  },
  play: { box: 16, line: '', solid: 'M4.5 3v10l8-5z' },
  stop: { box: 16, line: '', solid: 'M4 4h8v8h-8z' },
  pause: { box: 16, line: 'M5.5 3.5v9M10.5 3.5v9', solid: '' },
  first: { box: 16, line: 'M4 3.5v9M12 3.5 6.5 8l5.5 4.5z', solid: '' },
  prev: { box: 16, line: 'M10.5 3.5 5 8l5.5 4.5z', solid: '' },
  next: { box: 16, line: 'M5.5 3.5 11 8l-5.5 4.5z', solid: '' },
  last: { box: 16, line: 'M12 3.5v9M4 3.5 9.5 8 4 12.5z', solid: '' },
  reset: { box: 16, line: 'M13 8a5 5 0 1 1-1.5-3.6L13 6M13 2.5V6H9.5', solid: '' },
  cut: {
    box: 16,
    line: 'M2.2 4.5a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0 -3.6 0zM2.2 11.5a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0 -3.6 0zM5.5 5.6 13 12M5.5 10.4 13 4',
    solid: '',
  },
  heal: {
    box: 16,
    line: 'M8 13S2.5 10 2.5 6.2A2.7 2.7 0 0 1 8 5.2a2.7 2.7 0 0 1 5.5 1C13.5 10 8 13 8 13z',
    solid: '',
  },
  search: { box: 16, line: 'M3 7a4 4 0 1 0 8 0a4 4 0 1 0 -8 0zM10 10l3.5 3.5', solid: '' },
  down: { box: 16, line: 'm4.5 6.5 3.5 3.5 3.5-3.5', solid: '' },
  up: { box: 16, line: 'm4.5 9.5 3.5-3.5 3.5 3.5', solid: '' },
  right: { box: 16, line: 'm6.5 4.5 3.5 3.5-3.5 3.5', solid: '' },
  x: { box: 16, line: 'm4 4 8 8M12 4l-8 8', solid: '' },
  check: { box: 16, line: 'm3 8.5 3.2 3.2L13 5', solid: '' },
  more: { box: 16, line: 'M3.5 8h.01M8 8h.01M12.5 8h.01', solid: '' },
  plus: { box: 16, line: 'M8 3v10M3 8h10', solid: '' },
  open: { box: 16, line: 'M2 12.5v-9h4l1.5 1.5H13V7M2 12.5 4 7h11l-2 5.5z', solid: '' },
  file: { box: 16, line: 'M4 2h5l3 3v9H4zM9 2v3h3M6 8.5h4M6 11h4', solid: '' },
  copy: { box: 16, line: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3', solid: '' },
  info: {
    box: 16,
    line: 'M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0zM8 7.5V11M8 5h.01',
    solid: '',
  },
  warn: { box: 16, line: 'M8 2.5 14 13H2zM8 6.5v3M8 11.3h.01', solid: '' },
  zoom: {
    box: 16,
    line: 'M3 7a4 4 0 1 0 8 0a4 4 0 1 0 -8 0zM10 10l3.5 3.5M7 5.2v3.6M5.2 7h3.6',
    solid: '',
  },
  export: { box: 16, line: 'M8 10V2.5M5 5l3-3 3 3M3 9v4.5h10V9', solid: '' },
  kill: { box: 16, line: 'M8 2v5M4.8 4.3a5 5 0 1 0 6.4 0', solid: '' },
  crown: { box: 16, line: '', solid: 'M2.5 12h11l1-7-3.7 2.7L8 3 5.2 7.7 1.5 5z' },
  elect: { box: 16, line: 'M2.5 12h11l1-7-3.7 2.7L8 3 5.2 7.7 1.5 5z', solid: '' },
  propose: { box: 16, line: 'M2 8h9M8 4.5 11.5 8 8 11.5M14 3v10', solid: '' },
  slow: {
    box: 16,
    line: 'M2 10.5c0-3.5 2-5.5 4.5-5.5S11 7 11 10.5zM11 8c.5-1.5 1.5-2 2.5-1.5S14.5 9 13.5 9.5L11 10.5M4 10.5v2M9 10.5v2M5 8l1.5-1.5L8 8',
    solid: '',
  },
  hand: {
    box: 16,
    line: 'M5 8.5V4.2a1 1 0 0 1 2 0V7.5M7 7V3a1 1 0 0 1 2 0v4M9 7.2V4a1 1 0 0 1 2 0v4M11 6.5a1 1 0 0 1 2 0V10c0 2.5-1.7 4-4 4-2 0-3-.8-4-2.5L3 9a1 1 0 0 1 1.7-1L5 8.5',
    solid: '',
  },
  clock: {
    box: 16,
    line: 'M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0zM8 5v3.2l2 1.3',
    solid: '',
  },
  lost: { box: 16, line: 'M3 8a5 5 0 1 0 10 0a5 5 0 1 0 -10 0zM4.5 11.5l7-7', solid: '' },
  dup: {
    box: 16,
    line: 'm2 5.5 4 5M6 5.5l-4 5M9 6.5c0-2.2 4-2.2 4 0 0 1.7-4 2.5-4 4.5h4.2',
    solid: '',
  },
  disk: {
    box: 16,
    line: 'M3 4a5 2 0 1 0 10 0a5 2 0 1 0 -10 0zM3 4v8c0 1.1 2.2 2 5 2s5-.9 5-2V4M3 8c0 1.1 2.2 2 5 2s5-.9 5-2',
    solid: '',
  },
  link: { box: 16, line: 'M2 6h12M14 6l-2.5-2.5M14 10H2M2 10l2.5 2.5', solid: '' },
  cutlink: { box: 16, line: 'M1.5 8H6M10 8h4.5M7 11l-1.5 2M9 5l1.5-2', solid: '' },
  quorum: { box: 16, line: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0 -12 0zM5 8.3l2 2 4-4.3', solid: '' },
  noquorum: { box: 16, line: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0 -12 0zM5 8h6', solid: '' },
  target: {
    box: 16,
    line: 'M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0zM6 8a2 2 0 1 0 4 0a2 2 0 1 0 -4 0z',
    solid: '',
  },
  lasso: {
    box: 16,
    line: 'M8 2.5c3.3 0 6 1.7 6 4s-2.7 4-6 4c-1 0-2-.2-2.8-.5M5 13.5c1.2-1 1-3.5-.5-3.5S3 12 5 12.2M4 9.3c-1.2-.7-2-1.7-2-2.8 0-2.3 2.7-4 6-4',
    solid: '',
  },
  wait: { box: 16, line: 'M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0z', solid: '' },
  back: { box: 16, line: 'M13 8H3M6.5 4.5 3 8l3.5 3.5', solid: '' },
  fwd: { box: 16, line: 'M3 8h10M9.5 4.5 13 8l-3.5 3.5', solid: '' },
  moon: { box: 16, line: 'M3 3h10v7.5H3zM6 13.5h4', solid: '' },
  cmd: { box: 16, line: 'M3 4.5 6.5 8 3 11.5M8 12h5', solid: '' },
  panel: { box: 16, line: 'M2 3h12v10H2zM10 3v10M11.8 5.5h.7M11.8 7.5h.7', solid: '' },
  flask: {
    box: 16,
    line: 'M6 2h4M6.5 2v4L3 12.5c-.4.8 0 1.5 1 1.5h8c1 0 1.4-.7 1-1.5L9.5 6V2M4.8 10h6.4',
    solid: '',
  },
  home: { box: 20, line: 'M3 9.5 10 3.5l7 6M5 8.5V16.5h3.5v-5h3v5H15V8.5', solid: '' },
  send: { box: 16, line: 'M2.5 8h10M8.5 4l4 4-4 4', solid: '' },
} as const satisfies Readonly<Record<string, Glyph>>

export type GlyphName = keyof typeof GLYPHS
