/**
 * Lesson files: `NAME.lesson.yaml` with steps, questions, acts and checks, and `NAME.md` with the
 * prose of each step under a heading `## STEP-ID`. `docs/lessons.md` tells people.
 *
 * Limits: those of `experimentYaml.ts`; PROSE_WORDS_MAX words a step; weights sum up to
 *         EVIDENCE_MARKS.
 * Errors: ScenarioError: what is wrong, where (file:line:column), and the line.
 */
import { clusterLabels } from './clusterOptions'
import type { ClusterOptions } from './clusterOptions'
import { predicateFindings, verbFindings } from './experimentLimits'
import type { Finding } from './experimentLimits'
import { parsedBy, verb } from './experimentSteps'
import type { ScenarioVerb } from './experimentSteps'
import { ScenarioError, ScenarioText } from './experimentText'
import { plainWords, tellingIssue } from './experimentWords'
import type { Goal, Lesson, LessonStep, Prediction } from './lesson'
import { choiceFindings, lessonChoice } from './lessonChoice'
import { alternativesOf, drawOf, fill, fillAll, isWrong, perStudent } from './lessonDraw'
import type { Drawn } from './lessonDraw'
import { clausesOf, isLimit, parseLessonCheck } from './lessonGrammar'
import { LESSON_ID } from './lessonMark'
import { cluster } from './scenarioCluster'
import { pickOf } from './studentSeed'
import type { Pick } from './studentSeed'
import { z } from './zod'

/** Marks of all checks of a lesson together; the rest is for predictions and the explanation. */
export const EVIDENCE_MARKS = 50
export const LESSON_SUFFIX = '.lesson.yaml'
const PROSE_WORDS_MAX = 120
const PROSE_BYTES_MAX = 262_144
const STEPS_MAX = 12
const ACTS_MAX = 8
const GOALS_MAX = 8
const VERBS_MAX = 20
const VERSION_MAX = 999_999

const id = z.string().max(40).regex(LESSON_ID, 'is not lower-case words joined by "-"')

/** One that is drawn for each student is a text. */
const choiceNumber = z.union([
  z.number().int().min(1),
  z
    .string()
    .regex(/^[1-9]$/, 'is not the number of a choice')
    .transform(Number),
])

const predict = z.strictObject({
  question: z.string().min(1).max(300),
  choices: z.array(z.string().min(1).max(120)).min(2).max(6),
  answer: choiceNumber.meta({ description: 'The right choice, counted from 1' }),
  after: id.optional().meta({
    description: 'A goal that must be reached before it is asked; without it: before the first act',
  }),
  why: z.string().min(1).max(500).meta({ description: 'Shown with the answer, after the act' }),
})

const act = z.strictObject({
  id,
  label: z.string().min(1).max(30),
  fresh: z.boolean().optional().meta({
    description: 'The cluster of the lesson is started first: a run of its own, without load',
  }),
  cluster: cluster.optional().meta({
    description: 'Of a fresh act: the whole cluster that it starts in place of that of the lesson',
  }),
  do: z
    .union([verb.transform((one) => [one]), z.array(verb).max(VERBS_MAX)])
    .optional()
    .meta({ description: 'Verbs, one after the other, as in experiments' }),
})

const goal = z.strictObject({
  id,
  words: z.string().min(1).max(80),
  check: z
    .string()
    .meta({
      description:
        'predicted | named | legal | count(EVENT) >= N | distinct(FIELD, EVENT) >= N | EVENT then EVENT | ' +
        'no EVENT | MEASURE OPERATOR VALUE',
      examples: ['undecidedBallotsMax >= 50', 'count(preempted) >= 20', 'no violated'],
    })
    .transform(parsedBy(parseLessonCheck)),
  weight: z.number().int().min(0).max(EVIDENCE_MARKS),
})

const step = z.strictObject({
  id,
  title: z.string().min(1).max(20),
  chart: id.optional().meta({ description: 'A chart to show beside the step' }),
  hint: z.string().max(300).optional(),
  predict: predict.optional(),
  choice: lessonChoice.optional().meta({
    description: 'Acceptors as they stand; a value and a majority are picked by P2c',
  }),
  acts: z.array(act).max(ACTS_MAX).optional(),
  goals: z.array(goal).max(GOALS_MAX),
})

/** The whole file, without the prose. */
export const lessonFile = z
  .strictObject({
    id,
    number: z.number().int().min(1).max(999),
    title: z.string().min(1).max(60),
    version: z.number().int().min(1).max(VERSION_MAX),
    minutes: z.number().int().min(1).max(120),
    goal: z.string().min(1).max(200),
    rows: z.array(z.string().regex(/^S\d{1,2}[a-z]?$/, 'is not a row such as S21')).max(12),
    unsafe: z.string().max(60).optional().meta({
      description: 'Said on every picture while a mutant, the blog variant or a bad disk is in use',
    }),
    cluster,
    seed: z.number().int().min(0).max(0xffff_ffff).optional(),
    'per-student': perStudent.optional(),
    steps: z.array(step).min(1).max(STEPS_MAX),
  })
  .superRefine((raw, context) => {
    for (const finding of findingsOf(raw)) context.addIssue({ code: 'custom', ...finding })
  })

type RawLesson = z.infer<typeof lessonFile>
type RawStep = RawLesson['steps'][number]
type RawAct = z.infer<typeof act>

/**
 * `file` names the YAML in errors; those of the prose name the Markdown beside it. `student`: the
 * seed of a student (`studentSeed.ts`); null: the lesson as it is without one.
 */
export function parseLesson(
  yaml: string,
  markdown: string,
  file: string,
  student: number | null = null,
): Lesson {
  const source = new ScenarioText(yaml, file, 'lesson')
  return readLesson(source, {
    markdown,
    file,
    student,
    pick: student === null ? null : pickOf(student),
  })
}

/** As often as it takes to have had each alternative for students: is every one a lesson? */
export function checkLesson(yaml: string, markdown: string, file: string): Lesson {
  const source = new ScenarioText(yaml, file, 'lesson')
  for (let at = alternativesOf(groupsOf(source.content)) - 1; at > 0; at -= 1) {
    const pick: Pick = (_lesson, _group, many) => at % many
    readLesson(source, { markdown, file, student: null, pick })
  }
  return readLesson(source, { markdown, file, student: null, pick: null })
}

interface LessonParts {
  readonly markdown: string
  readonly file: string
  readonly student: number | null
  readonly pick: Pick | null
}

function readLesson(source: ScenarioText, { markdown, file, student, pick }: LessonParts): Lesson {
  const drawn = drawFrom(source, pick)
  const content = fillAll(source.content, drawn, (message, path) => {
    return source.failWith({ message, path, isKey: false })
  })
  const parsed = lessonFile.safeParse(content, { error: plainWords })
  if (!parsed.success) return source.failWith(tellingIssue(parsed.error.issues))
  const raw = parsed.data
  const prose = parseProse(markdown, proseFile(file), raw.steps, drawn)
  const seeded = (options: ClusterOptions): ClusterOptions => {
    const own = raw.seed ?? options.seed
    return { ...options, seed: student === null ? own : (own ^ student) >>> 0 }
  }
  return {
    ...{ id: raw.id, number: raw.number, title: raw.title, version: raw.version },
    ...{ minutes: raw.minutes, goal: raw.goal, rows: raw.rows, unsafe: raw.unsafe ?? '' },
    ...{ cluster: seeded(raw.cluster), student },
    steps: raw.steps.map((each) => toStep(each, prose.get(each.id) ?? '', seeded)),
  }
}

function drawFrom(source: ScenarioText, pick: Pick | null): Drawn {
  const { content } = source
  const named = typeof content === 'object' && content !== null && 'id' in content ? content.id : ''
  const drawn = drawOf(typeof named === 'string' ? named : '', groupsOf(content), pick)
  return isWrong(drawn) ? source.failWith({ ...drawn, isKey: false }) : drawn
}

function groupsOf(content: unknown): unknown {
  const isMap = typeof content === 'object' && content !== null && 'per-student' in content
  return isMap ? content['per-student'] : undefined
}

/** The prose lies beside the lesson, under its name. */
export function proseFile(file: string): string {
  return file.endsWith(LESSON_SUFFIX) ? `${file.slice(0, -LESSON_SUFFIX.length)}.md` : `${file}.md`
}

function toStep(
  raw: RawStep,
  prose: string,
  seeded: (options: ClusterOptions) => ClusterOptions,
): LessonStep {
  const { predict: asked, acts = [], chart = null, hint = '', choice = null } = raw
  return {
    ...{ id: raw.id, title: raw.title, prose, chart, hint, choice, goals: raw.goals },
    predict: asked === undefined ? null : toPrediction(asked),
    acts: acts.map(({ id: name, label, fresh = false, cluster: own, do: verbs = [] }) => ({
      ...{ id: name, label, fresh },
      cluster: own === undefined ? null : seeded(own),
      verbs: verbs.map((each) => each.verb),
    })),
  }
}

function toPrediction({ answer, after, ...asked }: z.infer<typeof predict>): Prediction {
  return { ...asked, answer: answer - 1, after: after ?? null }
}

function findingsOf(raw: RawLesson): Finding[] {
  const { steps } = raw
  const clusters = [raw.cluster, ...steps.flatMap(({ acts = [] }) => acts.flatMap(ownCluster))]
  const sum = steps.flatMap(({ goals }) => goals).reduce((all, { weight }) => all + weight, 0)
  const verbs = steps.flatMap(({ acts = [] }) => acts.flatMap((each) => each.do ?? []))
  const found: Finding[] = []
  if (sum !== EVIDENCE_MARKS) {
    const message = `weights of all goals must sum up to ${EVIDENCE_MARKS}, and are ${sum}`
    found.push({ message, path: ['steps'] })
  }
  const first = steps.find(({ acts = [] }) => acts.length > 0)?.acts?.[0]
  if (first === undefined) found.push({ message: 'no step has an act', path: ['steps'] })
  else if (first.fresh !== true) {
    found.push({
      message: 'the first act of a lesson must be fresh: no cluster runs',
      path: ['steps'],
    })
  }
  if ((raw.unsafe ?? '') === '' && isUnsafe(clusters, verbs)) {
    const message = 'is missing: a cluster or a disk of it is not as Paxos needs it'
    found.push({ message, path: ['unsafe'] })
  }
  return [
    ...found,
    ...twice(steps, ['steps']),
    ...steps.flatMap((each, index) => {
      return stepFindings(each, nodesAt(raw, index), ['steps', index])
    }),
  ]
}

function isUnsafe(clusters: readonly ClusterOptions[], verbs: readonly ScenarioVerb[]): boolean {
  const isLabelled = clusters.some((options) => clusterLabels(options).length > 0)
  return isLabelled || verbs.some(({ verb: own }) => own.verb === 'storage')
}

function ownCluster({ cluster: own }: RawAct): ClusterOptions[] {
  return own === undefined ? [] : [own]
}

/** Nodes of the cluster that a step finds when it begins, if the acts are done in their order. */
function nodesAt({ cluster: options, steps }: RawLesson, index: number): StepNodes {
  const before = steps.slice(0, index).flatMap(({ acts = [] }) => acts)
  const last = before.findLast(({ fresh }) => fresh === true)
  return { lesson: options.nodes, now: (last?.cluster ?? options).nodes }
}

interface StepNodes {
  readonly lesson: number
  readonly now: number
}

type Path = readonly (string | number)[]

function stepFindings(raw: RawStep, nodes: StepNodes, path: Path): Finding[] {
  const { acts = [], goals, predict: asked } = raw
  const found: Finding[] = [...twice(acts, [...path, 'acts']), ...twice(goals, [...path, 'goals'])]
  if (asked !== undefined && asked.answer > asked.choices.length) {
    const message = `there is no choice ${asked.answer}`
    found.push({ message, path: [...path, 'predict', 'answer'] })
  }
  if (asked?.after !== undefined && !goals.some((each) => each.id === asked.after)) {
    const message = `this step has no goal "${asked.after}"`
    found.push({ message, path: [...path, 'predict', 'after'] })
  }
  if (goals.length > 0 && goals.every(({ check }) => isLimit(check))) {
    const message = 'only ask for what does not happen: a run without any event would pass'
    found.push({ message, path: [...path, 'goals'] })
  }
  let { now } = nodes
  let most = now
  acts.forEach((each, index) => {
    const at = [...path, 'acts', index]
    if (each.fresh === true) now = each.cluster?.nodes ?? nodes.lesson
    else if (each.cluster !== undefined) {
      found.push({ message: 'needs "fresh: true" beside it', path: [...at, 'cluster'] })
    }
    most = Math.max(most, now)
    found.push(...verbFindings(each.do ?? [], now, [...at, 'do']))
  })
  found.push(...choiceFindings(raw.choice, [...path]))
  goals.forEach((each, index) => {
    found.push(...goalFindings(each, raw, most, [...path, 'goals', index, 'check']))
  })
  return found
}

function goalFindings({ check }: Goal, raw: RawStep, nodes: number, path: Path): Finding[] {
  const { acts = [] } = raw
  const tell = (message: string): Finding[] => [{ message, path: [...path] }]
  if (check.kind === 'named') {
    return raw.predict?.after === undefined ? tell('this step asks nothing after a goal') : []
  }
  if (check.kind === 'predicted') {
    if (raw.predict === undefined) return tell('this step asks nothing')
    if (raw.predict.after !== undefined) return tell('its question comes after a goal')
    return acts.length > 0 || raw.choice ? [] : tell('this step has no act to predict')
  }
  if (check.kind === 'legal') return raw.choice ? [] : tell('this step asks for no choice')
  if (check.since !== null && !acts.some((each) => each.id === check.since)) {
    return tell(`this step has no act "${check.since}"`)
  }
  return clausesOf(check).flatMap(({ predicate }) => predicateFindings(predicate, nodes, path))
}

function twice(named: readonly { readonly id: string }[], path: Path): Finding[] {
  return named.flatMap(({ id: name }, index) => {
    if (named.findIndex((each) => each.id === name) === index) return []
    return [{ message: `"${name}" is there twice`, path: [...path, index, 'id'] }]
  })
}

const HEADING = /^## +(\S.*?)\s*$/

/** Text under each heading; what stands before the first is for readers of the file. */
function parseProse(
  markdown: string,
  file: string,
  steps: readonly RawStep[],
  drawn: Drawn,
): ReadonlyMap<string, string> {
  const fail = (words: string, line: number, snippet = ''): never => {
    throw new ScenarioError(words, file, line, 1, snippet)
  }
  if (markdown.length > PROSE_BYTES_MAX) fail(`is longer than ${PROSE_BYTES_MAX} characters`, 1)
  const found = new Map<string, { readonly line: number; readonly text: string[] }>()
  let open: string[] = []
  markdown.split(/\r?\n/).forEach((text, index) => {
    const [, name] = HEADING.exec(text) ?? []
    if (name === undefined) {
      open.push(text)
      return
    }
    const isStep = steps.some((each) => each.id === name)
    if (!isStep) fail(`"${name}" is not a step of the lesson`, index + 1, `  ${text}\n  ^`)
    if (found.has(name)) fail(`"${name}" is there twice`, index + 1, `  ${text}\n  ^`)
    open = []
    found.set(name, { line: index + 1, text: open })
  })
  for (const { id: name } of steps) {
    if (!found.has(name)) fail(`has no heading "## ${name}" with the prose of that step`, 1)
  }
  return new Map(
    [...found].map(([name, { line, text }]) => [name, proseOf(text, line, fail, drawn)]),
  )
}

function proseOf(
  lines: readonly string[],
  line: number,
  fail: (words: string, line: number) => never,
  drawn: Drawn,
): string {
  const prose = fill(lines.join('\n').trim(), drawn, (words) => fail(words, line))
  const words = prose.split(/\s+/).filter((word) => word !== '').length
  if (words === 0) fail('is empty: a step needs prose', line)
  if (words > PROSE_WORDS_MAX) fail(`has ${words} words, more than ${PROSE_WORDS_MAX}`, line)
  return prose
}
