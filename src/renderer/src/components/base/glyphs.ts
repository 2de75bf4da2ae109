/**
 * Icons by name. General-purpose ones are Lucide's, imported one by one so that the bundle holds no
 * others; what means something in Paxos only is drawn here, in the forms of topology and charts, so
 * that a sign means one thing everywhere.
 */
import {
  ArrowRightLeft,
  ArrowRightToLine,
  BookOpen,
  Check,
  ChevronDown,
  ChevronFirst,
  ChevronLast,
  ChevronLeft,
  ChevronRight,
  ChevronUp,
  Circle,
  Copy,
  Ellipsis,
  FileText,
  FlaskConical,
  FolderOpen,
  GitFork,
  GripVertical,
  Heart,
  House,
  Info,
  Lasso,
  Lightbulb,
  ListChecks,
  Lock,
  PanelRight,
  Pause,
  Play,
  Plus,
  Power,
  Presentation,
  Printer,
  Redo2,
  RotateCw,
  Rows3,
  ScrollText,
  Scissors,
  Search,
  SendHorizontal,
  SlidersHorizontal,
  Square,
  Trash2,
  TriangleAlert,
  Turtle,
  Undo2,
  User,
  X,
} from '@lucide/vue'

export const LUCIDE = {
  check: Check,
  checks: ListChecks,
  copy: Copy,
  cut: Scissors,
  down: ChevronDown,
  file: FileText,
  first: ChevronFirst,
  flask: FlaskConical,
  gear: SlidersHorizontal,
  fork: GitFork,
  grip: GripVertical,
  heal: Heart,
  hint: Lightbulb,
  home: House,
  info: Info,
  kill: Power,
  lasso: Lasso,
  last: ChevronLast,
  learn: BookOpen,
  link: ArrowRightLeft,
  lock: Lock,
  logs: ScrollText,
  more: Ellipsis,
  next: ChevronRight,
  open: FolderOpen,
  panel: PanelRight,
  pause: Pause,
  play: Play,
  plus: Plus,
  prev: ChevronLeft,
  print: Printer,
  propose: ArrowRightToLine,
  redo: Redo2,
  reset: RotateCw,
  right: ChevronRight,
  runs: Rows3,
  search: Search,
  send: SendHorizontal,
  slow: Turtle,
  stop: Square,
  trash: Trash2,
  undo: Undo2,
  user: User,
  up: ChevronUp,
  wait: Circle,
  warn: TriangleAlert,
  teach: Presentation,
  x: X,
} as const

/** Drawn full, as on every player. */
export const FILLED: ReadonlySet<string> = new Set<keyof typeof LUCIDE>(['play', 'pause', 'stop'])

/** Our own, on a 16 px (or 20 px) grid: `line` is stroked, `solid` filled. */
export interface Glyph {
  readonly box: 16 | 20
  readonly line: string
  readonly solid: string
}

const CROWN = 'M2.5 12h11l1-7-3.7 2.7L8 3 5.2 7.7 1.5 5z'

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
  clock: {
    box: 16,
    line: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0 -12 0zM8 4.5V8l2.5 1.6',
    solid: '',
  },
  cone: {
    box: 16,
    line: 'M2 2.5 8 8l-6 5.5M14 2.5 8 8l6 5.5',
    solid: 'M6.8 8a1.2 1.2 0 1 0 2.4 0a1.2 1.2 0 1 0 -2.4 0z',
  },
  target: {
    box: 16,
    line: 'M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0zM6 8a2 2 0 1 0 4 0a2 2 0 1 0 -4 0z',
    solid: '',
  },
  zoom: {
    box: 16,
    line: 'M3 7a4 4 0 1 0 8 0a4 4 0 1 0 -8 0zM10 10l3.5 3.5M7 5.2v3.6M5.2 7h3.6',
    solid: '',
  },
  export: { box: 16, line: 'M8 10V2.5M5 5l3-3 3 3M3 9v4.5h10V9', solid: '' },
  crown: { box: 16, line: '', solid: CROWN },
  elect: { box: 16, line: CROWN, solid: '' },
  lost: { box: 16, line: 'M3 8a5 5 0 1 0 10 0a5 5 0 1 0 -10 0zM4.5 11.5l7-7', solid: '' },
  dup: {
    box: 16,
    line: 'm2 5.5 4 5M6 5.5l-4 5M9 6.5c0-2.2 4-2.2 4 0 0 1.7-4 2.5-4 4.5h4.2',
    solid: '',
  },
  cutlink: { box: 16, line: 'M1.5 8H6M10 8h4.5M7 11l-1.5 2M9 5l1.5-2', solid: '' },
  noquorum: { box: 16, line: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0 -12 0zM5 8h6', solid: '' },
} as const satisfies Readonly<Record<string, Glyph>>

export type LucideName = keyof typeof LUCIDE
export type GlyphName = LucideName | keyof typeof GLYPHS

export function isLucide(name: GlyphName): name is LucideName {
  return name in LUCIDE
}
