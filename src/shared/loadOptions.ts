/**
 * Parsers of load options: as calls carry them, and as the key `load` of an experiment file says
 * them (the words of the verb `load`, see `docs/load.md`).
 */
import {
  BACKLOG_MAX,
  DEFAULT_LOAD,
  IN_FLIGHT_MAX,
  LOAD_CLIENTS_MAX,
  LOAD_KEYS_MAX,
  LOAD_RATE_MAX,
  ROAM_MAX,
  THETA_DEFAULT,
  THETA_MAX,
  VALUE_BYTES_MAX,
  loadProblem,
} from './load'
import type { LoadOptions } from './load'
import { z } from './zod'

const NODES_MAX = 9

const whole = z.number().int()
const share = z.number().min(0).max(1)
const clients = whole.min(1).max(LOAD_CLIENTS_MAX)
const keys = whole.min(1).max(LOAD_KEYS_MAX)
const bytes = whole.min(1).max(VALUE_BYTES_MAX)
const rate = z.number().min(0).max(LOAD_RATE_MAX)
const nodes = z.array(whole.min(1).max(NODES_MAX)).max(NODES_MAX)
const inFlight = whole.min(1).max(IN_FLIGHT_MAX)
const backlog = whole.min(0).max(BACKLOG_MAX)
const theta = z.number().min(0).max(THETA_MAX)
const requests = whole.min(1).max(ROAM_MAX)
const retry = z.enum(['none', 'session', 'plain'])

/** The argument of `setLoad`. */
export const loadOptions = z
  .strictObject({
    clients,
    readRatio: share,
    keys,
    valueBytes: bytes,
    targetPerSecond: rate,
    mixRatio: share.optional(),
    nodes,
    arrivals: z.enum(['constant', 'poisson']).optional(),
    inFlightMax: inFlight.optional(),
    backlogMax: backlog.optional(),
    keyChoice: z.enum(['uniform', 'zipf', 'single']).optional(),
    zipfTheta: theta.optional(),
    roam: z.union([z.literal('error'), requests]).optional(),
    retry: retry.optional(),
  })
  .superRefine((load, context) => {
    const problem = loadProblem(load)
    if (problem !== null) context.addIssue({ code: 'custom', message: problem })
  })

/** The key `load` of an experiment file, before it is read. */
const loadFileShape = z.strictObject({
  clients,
  nodes: nodes.optional(),
  reads: share.optional(),
  keys: keys.optional(),
  bytes: bytes.optional(),
  rate: rate.optional(),
  mix: share.optional(),
  open: z.union([z.boolean(), z.enum(['constant', 'poisson'])]).optional(),
  inFlight: inFlight.optional(),
  backlog: backlog.optional(),
  zipf: z.union([z.boolean(), theta]).optional(),
  single: z.boolean().optional(),
  roam: z.union([z.boolean(), requests]).optional(),
  retry: retry.optional(),
})

type LoadFile = z.infer<typeof loadFileShape>

/** What is not said is as by default, and a closed loop. */
export const loadFile = loadFileShape.transform((raw, context): LoadOptions => {
  const refuse = (message: string, at: string): void => {
    context.addIssue({ code: 'custom', message, path: [at] })
  }
  const isZipf = raw.zipf !== undefined && raw.zipf !== false
  if (isZipf && raw.single === true) refuse('does not go with "zipf"', 'single')
  if (!isOpen(raw) && raw.inFlight !== undefined) refuse('needs "open"', 'inFlight')
  if (!isOpen(raw) && raw.backlog !== undefined) refuse('needs "open"', 'backlog')
  const load: LoadOptions = {
    clients: raw.clients,
    nodes: raw.nodes ?? DEFAULT_LOAD.nodes,
    readRatio: raw.reads ?? DEFAULT_LOAD.readRatio,
    keys: raw.keys ?? DEFAULT_LOAD.keys,
    valueBytes: raw.bytes ?? DEFAULT_LOAD.valueBytes,
    targetPerSecond: raw.rate ?? 0,
    ...(raw.mix !== undefined && { mixRatio: raw.mix }),
    ...(isOpen(raw) && { arrivals: raw.open === 'poisson' ? 'poisson' : 'constant' }),
    ...(raw.inFlight !== undefined && { inFlightMax: raw.inFlight }),
    ...(raw.backlog !== undefined && { backlogMax: raw.backlog }),
    ...(isZipf && { keyChoice: 'zipf', zipfTheta: thetaOf(raw) }),
    ...(raw.single === true && { keyChoice: 'single' }),
    ...(raw.roam !== undefined && raw.roam !== false && { roam: roamOf(raw.roam) }),
    ...(raw.retry !== undefined && raw.retry !== 'none' && { retry: raw.retry }),
  }
  const problem = loadProblem(load)
  if (problem !== null) refuse(problem, 'open')
  return load
})

function isOpen({ open }: LoadFile): boolean {
  return open !== undefined && open !== false
}

function thetaOf({ zipf }: LoadFile): number {
  return typeof zipf === 'number' ? zipf : THETA_DEFAULT
}

function roamOf(roam: number | true): LoadOptions['roam'] {
  return roam === true ? 'error' : roam
}
